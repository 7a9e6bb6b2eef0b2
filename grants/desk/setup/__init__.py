"""A round set up on pages: the configuration in sections, what changed, and rehearsing it."""
