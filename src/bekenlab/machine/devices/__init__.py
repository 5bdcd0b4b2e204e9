"""Models of the peripherals, one per file: registers and virtual time, without the processor."""
