"""A conversation with a linked chip, and several requests on their way at once."""
