"""How pages present what they read: in words, in order, with links."""
