"""A dump fit to be shared: its secrets replaced, and the proof that none is left."""
