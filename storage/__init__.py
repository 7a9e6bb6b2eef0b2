"""Documents: kept immutably, checked, bound to records. Knows no grants model."""
