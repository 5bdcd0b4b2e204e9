"""Erasing a range: a write of blank bytes, planned, checked and verified like any other."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from bekenlab.chips import SECTOR
from bekenlab.errors import UsageError
from bekenlab.flashing.flash_file import FileKind, FlashFile
from bekenlab.flashing.pieces import Piece

if TYPE_CHECKING:
    from bekenlab.chips import Chip

_NUMBER = r"(0x[0-9a-f]{1,16}|[0-9]{1,16})"  # larger ones are in no flash
_RANGE = re.compile(rf"{_NUMBER}([-:+]){_NUMBER}", re.IGNORECASE)


def parse_range(text: str, chip: Chip | None, size: int) -> tuple[int, int]:
    """Parse a range of flash; half open, on sector boundaries.

    Args:
        text: ``START-END`` or ``START+LENGTH``, decimal or 0x hexadecimal; the name of a region of
            the chip's map, e.g. ``config``; or ``all``.
        chip: The chip, for its regions.
        size: Flash size.

    Raises:
        UsageError: It has another form, lies outside flash, or does not end on sector boundaries.
    """
    start, end = _bounds(text, chip, size)
    if not 0 <= start < end <= size or start % SECTOR or end % SECTOR:
        raise UsageError(
            f"the range {start:#x} to {end:#x} cannot be erased",
            hint=f"both ends must be multiples of 0x1000 and inside flash (0 to {size:#x})",
        )
    return start, end


def _bounds(text: str, chip: Chip | None, size: int) -> tuple[int, int]:
    if text == "all":
        return 0, size
    regions = chip.flash_map if chip else ()
    for region in regions:
        if region.name == text:
            return region.start, region.end
    found = _RANGE.fullmatch(text)
    if found is None:
        names = ", ".join(["all", *(region.name for region in regions)])
        raise UsageError(
            f"{text!r} is not a range of flash",
            hint=f"write START-END or START+LENGTH, e.g. 0x1d1000+0x1000, or one of: {names}",
        )
    start, other = _number(found[1]), _number(found[3])
    return start, start + other if found[2] == "+" else other


def _number(text: str) -> int:
    """A decimal number, which may begin with zeros, or a hexadecimal one."""
    return int(text, 16 if text[:2].lower() == "0x" else 10)


def blank(start: int, end: int) -> FlashFile:
    """A file of blank bytes for a range, planned like any other."""
    return FlashFile(
        name=f"erase {start:#x} to {end:#x}",
        kind=FileKind.BLANK,
        pieces=(Piece(0, b"\xff" * (end - start)),),
        start=start,
        chip=None,
        firmware="",
        sha256="",
    )
