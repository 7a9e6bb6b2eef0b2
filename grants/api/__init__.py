"""The same commands and queries as the pages, for programs."""
