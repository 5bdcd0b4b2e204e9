"""Thousands of dumps: read by many processes, kept as tables, asked with SQL."""
