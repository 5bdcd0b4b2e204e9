"""openbeken."""
