"""Lists of teams and organisations from a table: read cell by cell, every fault at its cell, and what would happen."""
