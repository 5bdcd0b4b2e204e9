"""Units of serial NOR flash, and where code is in the flash of every chip of the family."""

SECTOR = 0x1000
"""The smallest piece of flash that can be erased, in bytes."""

PAGE = 0x100
"""The largest piece of flash that can be written at once, in bytes."""

MIB = 1 << 20
"""Bytes in a mebibyte, the unit for sizes of flash parts."""

APP_LOGICAL = 0x10000
"""Logical address at which the application begins: as the processor sees it, without CRC bytes."""

APP_START = 0x11000
"""Physical address at which the application begins, just after the boot loader.

The same on every chip, according to the boot loaders' partition tables (docs/formats.md).
"""
