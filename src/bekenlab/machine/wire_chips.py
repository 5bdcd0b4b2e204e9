"""Which model plays which chip on a wire."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bekenlab.chips import chip
from bekenlab.errors import NotADumpError, UnsupportedError
from bekenlab.machine.loader import LoaderChip
from bekenlab.machine.rom import ChipFaults, RomChip, rom_chips

if TYPE_CHECKING:
    from collections.abc import Callable

    from bekenlab.machine.wire import WireDevice

    Maker = Callable[[str, bytes | None, ChipFaults], WireDevice]

# Chips whose download code is in flash; the others have it in ROM.
_LOADER_IN_FLASH = ("BK7231T", "BK7231U", "BK7231Q", "BK7252")


def build(name: str, flash: bytes | None = None, faults: ChipFaults | None = None) -> WireDevice:
    """A chip to be spoken to.

    Args:
        name: Chip or alias.
        flash: Its content, as large as a flash part; None is blank flash, where the chip can live
            with that.
        faults: What it is to do wrong; None is nothing.

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
    return makers[found.name](found.name, flash, faults or ChipFaults())


def _makers() -> dict[str, Maker]:
    """Name of a chip to what makes one of its name, flash and faults."""
    return {**dict.fromkeys(rom_chips(), _rom), **dict.fromkeys(_LOADER_IN_FLASH, _loader)}


def _rom(name: str, flash: bytes | None, faults: ChipFaults) -> WireDevice:
    return RomChip(name, flash, faults=faults)


def _loader(name: str, flash: bytes | None, faults: ChipFaults) -> WireDevice:
    if flash is None:
        raise NotADumpError(
            f"A virtual {name} runs the boot loader in its flash, and this one is blank.",
            hint="give it a dump: virtual://...?image=FILE",
        )
    if faults != ChipFaults():
        raise UnsupportedError(
            f"A virtual {name} runs its own boot loader, which makes no such mistakes.",
            hint="faults of the line work with every chip",
        )
    return LoaderChip(flash, name)
