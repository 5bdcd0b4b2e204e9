"""Devices that can be connected to the virtual chip."""
