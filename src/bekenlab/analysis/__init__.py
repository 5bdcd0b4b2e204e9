"""Analyses a file of any kind: what it is, which chip it is for, and what it says about pins."""
