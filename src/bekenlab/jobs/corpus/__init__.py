"""A corpus of many dumps: it is built, asked, and what it knows is used for a single dump."""
