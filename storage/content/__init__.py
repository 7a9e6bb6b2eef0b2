"""Reading what strangers made, one module a family of files. Runs in the helper process, without any rows."""
