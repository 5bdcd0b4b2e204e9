"""Tuya's parameters: parsing, values, and formatting."""
