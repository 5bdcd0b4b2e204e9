"""Tuya's key-value storage: found, read, edited in place, and built."""
