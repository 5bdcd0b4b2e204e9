"""Whether the chip on the line is the one something is known of; devices of one kind look alike."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bekenlab.chips import SECTOR
from bekenlab.flashing.refusals import protected_regions
from bekenlab.link.target import BLANK_SECTOR_CRC

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bekenlab.link.identity import Identity

# The device may have run in between and changed its storage.
_SAME = 0.9
# Noise turns the address of an erase command into another one; seldom, and not again and again.
_HIT_BY_NOISE = 2


def own_sectors(identity: Identity) -> tuple[int, ...]:
    """Sectors that are different in every chip: its RF calibration."""
    regions = [r for r in protected_regions(identity) if r.name != "bootloader"]
    return tuple(address for r in regions for address in range(r.start, r.end, SECTOR))


def is_same(before: Mapping[int, int], now: Mapping[int, int], own: Sequence[int]) -> bool:
    """Whether sectors nobody meant to change show the same chip.

    Two devices of one kind have nearly all of flash in common. The calibration tells them apart;
    where it is blank, or was erased by accident, everything else has to agree.

    Args:
        before: CRC-32 by sector address, as it was.
        now: The same as it is.
        own: Sectors that are different in every chip.
    """
    telling = {a: crc for a, crc in before.items() if crc != BLANK_SECTOR_CRC}
    differing = sum(now.get(a) != crc for a, crc in before.items())
    calibration = [a for a in own if a in telling]
    if calibration and all(now.get(a) == telling[a] for a in calibration):
        return differing <= (1 - _SAME) * len(before)
    erased = all(now.get(a) == BLANK_SECTOR_CRC for a in calibration)
    others = len(telling) - len(calibration)
    return erased and others > 0 and differing <= _HIT_BY_NOISE
