"""Chooses the model for a chip on a wire."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bekenlab.chips import chip
from bekenlab.errors import NotADumpError, UnsupportedError
from bekenlab.machine.loader import LoaderChip
from bekenlab.machine.rom import ChipFaults, RomChip

if TYPE_CHECKING:
    from bekenlab.machine.wire import WireDevice


def build(name: str, flash: bytes | None = None, faults: ChipFaults | None = None) -> WireDevice:
    """Build a virtual chip that answers the download protocol.

    Args:
        name: Name or alias of the chip.
        flash: Its content, the size of a flash part; None is blank flash, for ROM chips only.
        faults: Faults of the chip; None for none.

    Raises:
        NotADumpError: The chip's download code is in flash, and the flash has none.
        UnsupportedError: Unknown chip, no model of it, or no flash part of that size.
    """
    found = chip(name)
    faults = faults or ChipFaults()
    if found.protocol.in_flash:
        return _loader(found.name, flash, faults)
    return RomChip(found.name, flash, faults=faults)


def _loader(name: str, flash: bytes | None, faults: ChipFaults) -> WireDevice:
    if flash is None:
        raise NotADumpError(
            f"A virtual {name} runs the boot loader in its flash, and this one is blank.",
            hint="give it a dump: virtual://...?image=FILE",
        )
    if faults != ChipFaults():
        raise UnsupportedError(
            f"A virtual {name} runs its genuine boot loader, which cannot simulate these faults.",
            hint="faults of the line work with every chip",
        )
    return LoaderChip(flash, name)
