"""One file of any kind, understood: what it is, which chip, and what it says of the pins."""
