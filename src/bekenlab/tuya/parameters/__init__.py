"""Tuya's parameters: their grammar, values, and how they are written."""
