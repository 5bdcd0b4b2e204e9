"""Redacts dumps for sharing: replaces their secrets and verifies that none is left."""
