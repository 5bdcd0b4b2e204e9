"""The parts of a dump that the machine needs: raw bytes, and code as the processor reads it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FlashImage:
    """A flash chip's content in both address spaces.

    Attributes:
        physical: The raw dump, as the flash controller reads it (with CRC bytes, encrypted).
        logical: The code, decrypted and without CRC bytes, from logical address 0 to the end of the
            framing; the boot loader is at 0, the application usually at 0x10000.
    """

    physical: bytes
    logical: bytes
