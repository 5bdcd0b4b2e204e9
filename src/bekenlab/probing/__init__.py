"""Trying the pins of a configuration on the virtual chip."""
