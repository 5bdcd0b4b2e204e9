"""tuya."""
