"""Pages that span stages: sign-in, my work, the project page, the move page."""
