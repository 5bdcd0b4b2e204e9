"""The peripherals, one file each; they know registers and virtual time, nothing of the processor."""
