"""What templates show, worked out from what jobs return."""
