"""Which model plays which chip on a wire."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bekenlab.chips import chip
from bekenlab.errors import UnsupportedError
from bekenlab.machine.rom import RomChip, rom_chips

if TYPE_CHECKING:
    from collections.abc import Callable

    from bekenlab.machine.wire import WireDevice

    Maker = Callable[[str, bytes | None], WireDevice]


def _makers() -> dict[str, Maker]:
    """Name of a chip to what makes one of its name and flash."""
    return dict.fromkeys(rom_chips(), RomChip)


def build(name: str, flash: bytes | None = None) -> WireDevice:
    """A chip to be spoken to.

    Args:
        name: Chip or alias.
        flash: Its content, as large as a flash part; None is blank flash, where the chip can live
            with that.

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
    return makers[found.name](found.name, flash)
