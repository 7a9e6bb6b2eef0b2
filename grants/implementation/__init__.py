"""实施: activities, mid-term checks, change requests."""
