"""Which virtual chip answers on the wire for which chip name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bekenlab.errors import UnsupportedError
from bekenlab.machine.loader import LoaderChip

if TYPE_CHECKING:
    from bekenlab.machine.wire import WireDevice

#: Chips whose download code is in flash; the others have it in ROM.
_LOADER_IN_FLASH = frozenset({"BK7231T", "BK7231U", "BK7231Q", "BK7252"})


def build(chip: str, flash: bytes, faults: object = None) -> WireDevice:
    """A chip that holds ``flash`` and answers the download protocol.

    Args:
        chip: Name of a chip, e.g. ``"BK7231T"``.
        flash: Its content, physical addresses.
        faults: What goes wrong on this chip, or None.

    Raises:
        NotADumpError: The chip's download code is in flash, and there is none.
        UnsupportedError: No such virtual chip, or no such fault on it.
    """
    if chip.upper() not in _LOADER_IN_FLASH:
        raise UnsupportedError(f"The download code of {chip} is in its ROM, which is not modelled.")
    if faults is not None:
        raise UnsupportedError(f"A {chip} runs its own boot loader, which has no such faults.")
    return LoaderChip(flash, chip)
