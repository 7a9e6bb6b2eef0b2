"""Every component with an example, drawn by its own template; nothing here is read from the database."""
