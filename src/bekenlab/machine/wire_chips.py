"""Which model plays which chip on a wire."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bekenlab.chips import chip
from bekenlab.errors import NotADumpError, UnsupportedError
from bekenlab.machine.loader import LoaderChip
from bekenlab.machine.rom import RomChip, rom_chips

if TYPE_CHECKING:
    from collections.abc import Callable

    from bekenlab.machine.wire import WireDevice

    Maker = Callable[[str, bytes | None], WireDevice]

# Chips whose download code is in flash; the others have it in ROM.
_LOADER_IN_FLASH = ("BK7231T", "BK7231U", "BK7231Q", "BK7252")


def build(name: str, flash: bytes | None = None, faults: object = None) -> WireDevice:
    """A chip to be spoken to.

    Args:
        name: Chip or alias.
        flash: Its content, as large as a flash part; None is blank flash, where the chip can live
            with that.
        faults: What goes wrong on this chip, or None.

    Raises:
        NotADumpError: The chip's download code is in flash, and there is none.
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
    if faults is not None:
        raise UnsupportedError(f"A virtual {found.name} has no such faults.")
    return makers[found.name](found.name, flash)


def _makers() -> dict[str, Maker]:
    """Name of a chip to what makes one of its name and flash."""
    return {**dict.fromkeys(rom_chips(), RomChip), **dict.fromkeys(_LOADER_IN_FLASH, _loader_chip)}


def _loader_chip(name: str, flash: bytes | None) -> WireDevice:
    if flash is None:
        raise NotADumpError(
            f"A virtual {name} runs the boot loader in its flash, and this one is blank.",
            hint="give it a dump: virtual://...?image=FILE",
        )
    return LoaderChip(flash, name)
