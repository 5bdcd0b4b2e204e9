"""What is secret, by its name: one list, and the one way to hide it in values and texts."""
