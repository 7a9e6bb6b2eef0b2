"""Public pages: read only."""
