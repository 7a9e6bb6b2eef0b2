"""What is offered: programmes and their rounds, each with an immutable configuration; working days."""
