"""The commands that talk to a chip."""
