"""Experiments on the virtual chip: pins tried, and what was seen of them."""
