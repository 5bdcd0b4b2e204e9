"""What a write would destroy that no backup holds: a backup from before the last changes is old."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING

from bekenlab.chips import SECTOR
from bekenlab.link.target import BLANK_SECTOR_CRC

if TYPE_CHECKING:
    from bekenlab.flashing.plan import FlashPlan
    from bekenlab.flashing.state import ChipState


def unsaved_sectors(plan: FlashPlan, state: ChipState) -> tuple[int, ...]:
    """Addresses of the sectors that a plan overwrites and the chip's backup does not hold.

    A blank sector has nothing to lose, nor has one that an interrupted write was about to change:
    it was saved before that write began.

    Args:
        plan: The plan.
        state: What the chip holds, and its backup.
    """
    saved = state.backup[1] if state.backup else b""
    record = state.unfinished[1] if state.unfinished else None
    return tuple(
        sector.address
        for sector in plan.sectors
        if (crc := state.crcs.get(sector.address)) != BLANK_SECTOR_CRC
        and crc != zlib.crc32(saved[sector.address : sector.address + SECTOR])
        and not (record and record.is_inside(sector.address))
    )


def known_sectors(state: ChipState) -> dict[int, bytes]:
    """Sectors whose content the chip's backup still has, by their CRC; they need no second read."""
    if state.backup is None:
        return {}
    saved = state.backup[1]
    return {
        address: data
        for address, crc in state.crcs.items()
        if zlib.crc32(data := saved[address : address + SECTOR]) == crc and len(data) == SECTOR
    }
