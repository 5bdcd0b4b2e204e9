"""Serves virtual chips to other programs, over a pseudo terminal or TCP."""
