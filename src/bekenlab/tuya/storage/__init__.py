"""Tuya's key-value storage: finds, reads, edits and builds it."""
