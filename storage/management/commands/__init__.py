"""Management commands: each parses its arguments and calls what the clock and the pages call."""
