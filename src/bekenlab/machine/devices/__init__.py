"""The peripherals, one file each: registers and virtual time, nothing of the processor."""
