"""The command line of storage."""
