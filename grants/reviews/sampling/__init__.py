"""A sample that every reviewer of a round scores first; nothing of it ever counts."""
