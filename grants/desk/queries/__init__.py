"""What pages read: a record a person may see, their work, lists, and everything about one project."""
