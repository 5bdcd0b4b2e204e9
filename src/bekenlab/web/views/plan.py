"""A plan for a chip's flash, as the pages draw it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bekenlab.chips import SECTOR
from bekenlab.flashing.same_chip import protected_regions
from bekenlab.report.chip_json import plan_json
from bekenlab.web.events import merge

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bekenlab.flashing.plan import FlashPlan, PlannedSector
    from bekenlab.link.identity import Identity


def plan_view(plan: FlashPlan, identity: Identity) -> dict[str, Any]:
    """A plan as JSON values: what ``plan_json`` has, and ranges of flash for a map.

    ``write`` is erased and written, ``same`` holds the right bytes already, ``kept`` cannot be
    rebuilt and is left alone; the rest of flash is not touched. Ranges are physical and half open.
    """
    written = _spans(plan.sectors)
    kept = [
        [region.start, region.end, region.name]
        for region in protected_regions(identity)
        if not any(start < region.end and region.start < end for start, end in written)
    ]
    told = plan_json(plan)
    told["backup"] = plan.backup.name if plan.backup else None
    return {
        **told,
        "size": identity.flash_size,
        "chip": identity.chip_name,
        "write": written,
        "same": _spans(plan.same),
        "repair": _spans(plan.repairs),
        "kept": kept,
        "bytes": len(plan.sectors) * SECTOR,
    }


def _spans(sectors: Iterable[PlannedSector]) -> list[tuple[int, int]]:
    return merge([(sector.address, sector.address + SECTOR) for sector in sectors])
