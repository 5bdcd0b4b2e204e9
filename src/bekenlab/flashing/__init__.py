"""Backing up, planning, writing and verifying a chip's flash."""
