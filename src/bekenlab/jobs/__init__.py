"""Use cases: each takes plain arguments, emits events and returns a typed report."""
