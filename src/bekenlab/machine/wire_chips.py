"""Which model plays which chip on a wire."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bekenlab.chips import chip
from bekenlab.errors import UnsupportedError
from bekenlab.machine.rom import ChipFaults, RomChip, rom_chips

if TYPE_CHECKING:
    from collections.abc import Callable

    from bekenlab.machine.wire import WireDevice

    Maker = Callable[[str, bytes | None, ChipFaults], WireDevice]


def _rom(name: str, flash: bytes | None, faults: ChipFaults) -> WireDevice:
    return RomChip(name, flash, faults=faults)


def _makers() -> dict[str, Maker]:
    """Name of a chip to what makes one of its name, flash and faults."""
    return dict.fromkeys(rom_chips(), _rom)


def build(name: str, flash: bytes | None = None, faults: ChipFaults | None = None) -> WireDevice:
    """A chip to be spoken to.

    Args:
        name: Chip or alias.
        flash: Its content, as large as a flash part; None is blank flash, where the chip can live
            with that.
        faults: What it is to do wrong; None is nothing.

    Raises:
        UnsupportedError: No such chip, no model of it, or no flash part of that size.
    """
    found = chip(name)
    makers = _makers()
    if found.name not in makers:
        raise UnsupportedError(
            f"There is no virtual {found.name} to speak to yet.",
            hint="Chips: " + ", ".join(sorted(makers)) + ".",
            chip=found.name,
        )
    return makers[found.name](found.name, flash, faults or ChipFaults())
