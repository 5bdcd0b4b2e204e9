"""What can be connected to the virtual chip's serial ports."""
