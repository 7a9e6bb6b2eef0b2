"""Forms of the pages: they parse what a person types, and write nothing."""
