"""Errors about chips."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bekenlab.errors import UnsupportedError

if TYPE_CHECKING:
    from bekenlab.chips.others import OtherChip


class OtherChipError(UnsupportedError):
    """What was asked for is done to Beken's chips only.

    Args:
        chip: The chip it was asked for.
    """

    def __init__(self, chip: OtherChip) -> None:
        where = f" ({chip.flashing.tool_url})" if chip.flashing.tool_url else ""
        super().__init__(
            f"The {chip.name} is not a Beken chip: bekenlab reads its dumps, and does not read, "
            "write or start the chip itself.",
            hint=f"It is read and written with {chip.flashing.tool}{where}. {chip.flashing.entry}",
            chip=chip.name,
        )
