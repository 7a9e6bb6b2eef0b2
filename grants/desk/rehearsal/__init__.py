"""A whole round played through by everybody, through the same commands, in a scratch database."""
