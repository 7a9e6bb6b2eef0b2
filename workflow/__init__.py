"""How anything moves: the table, the one door, the trail. Knows no grants model."""
