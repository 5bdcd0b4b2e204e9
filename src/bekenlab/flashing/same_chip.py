"""How to tell a chip from others of its kind, and which regions of it cannot be rebuilt."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bekenlab.chips import SECTOR
from bekenlab.link.target import BLANK_SECTOR_CRC

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bekenlab.chips import Region
    from bekenlab.link.identity import Identity

# Share of sectors that must agree: the device may have run meanwhile and changed its storage.
_SAME = 0.9
# Sectors that noise may have erased by corrupting an address, which is rare.
_HIT_BY_NOISE = 2


def identity_facts(identity: Identity) -> dict[str, Any]:
    """Facts that identify the kind of chip, for journals and manifests."""
    return {
        "chip": identity.chip.name if identity.chip else None,
        "chip_id": identity.chip_id,
        "loader_crc32": f"{identity.loader_crc:08X}",
        "loader": identity.boot_version or identity.loader_name or None,
        "flash_id": f"{identity.flash_id:06X}" if identity.flash_id is not None else None,
        "flash_part": identity.flash_part.name if identity.flash_part else None,
    }


def protected_regions(identity: Identity) -> tuple[Region, ...]:
    """Regions of the chip's map that cannot be rebuilt; none for an unknown chip."""
    chip = identity.chip
    if chip is None:
        return ()
    return tuple(region for region in chip.flash_map if region.name in chip.protected)


def is_blank(crcs: Mapping[int, int], start: int, end: int) -> bool:
    """Whether all sectors of a range are blank, by the chip's CRCs."""
    return all(crcs.get(a) == BLANK_SECTOR_CRC for a in range(start, end, SECTOR))


def calibration_sectors(identity: Identity) -> tuple[int, ...]:
    """Addresses of sectors that differ from chip to chip: its RF calibration."""
    regions = [r for r in protected_regions(identity) if r.name != "bootloader"]
    return tuple(address for r in regions for address in range(r.start, r.end, SECTOR))


def is_same(before: Mapping[int, int], now: Mapping[int, int], own: Sequence[int]) -> bool:
    """Whether the sectors nobody meant to change show that it is the same chip.

    Two devices of one kind share nearly all of flash. The calibration tells them apart;
    where it is blank, or was erased by accident, everything else has to agree.

    Args:
        before: CRC-32 by sector address, as it was.
        now: The same as it is now.
        own: Addresses of sectors that differ from chip to chip.
    """
    written = {a: crc for a, crc in before.items() if crc != BLANK_SECTOR_CRC}
    differing = sum(now.get(a) != crc for a, crc in before.items())
    calibration = [a for a in own if a in written]
    if calibration and all(now.get(a) == written[a] for a in calibration):
        return differing <= (1 - _SAME) * len(before)
    erased = all(now.get(a) == BLANK_SECTOR_CRC for a in calibration)
    others = len(written) - len(calibration)
    return erased and others > 0 and differing <= _HIT_BY_NOISE
