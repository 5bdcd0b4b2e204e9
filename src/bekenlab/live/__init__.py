"""The virtual chip as one sits before it: it runs on, is watched, and its buttons are pressed."""
