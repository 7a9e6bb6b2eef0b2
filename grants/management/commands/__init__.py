"""Management commands: each parses its arguments and calls what the pages call."""
