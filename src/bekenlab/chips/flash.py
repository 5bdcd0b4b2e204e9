"""Units of serial NOR flash, and where code lies in the flash of every chip of the family."""

SECTOR = 0x1000
"""The smallest piece of flash that can be erased, in bytes."""

PAGE = 0x100
"""The largest piece of flash that can be written at once, in bytes."""

MIB = 1 << 20
"""Bytes in a mebibyte; flash parts are counted in them."""

APP_LOGICAL = 0x10000
"""Where the application begins as the processor counts, without CRC bytes."""

APP_START = 0x11000
"""Where the application begins in flash, physical; the boot loader lies before it.

The same on every chip: each boot loader's partition table says so (see docs/formats.md).
"""
