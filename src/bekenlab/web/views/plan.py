"""A write plan for the pages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bekenlab.chips import SECTOR
from bekenlab.flashing.refusals import worth_keeping
from bekenlab.flashing.same_chip import protected_regions
from bekenlab.report.chip_json import plan_json
from bekenlab.web.events import merge
from bekenlab.web.failures import noticed, titled

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bekenlab.flashing.plan import FlashPlan, PlannedSector
    from bekenlab.link.identity import Identity


def plan_view(plan: FlashPlan, identity: Identity) -> dict[str, Any]:
    """A plan as JSON values: those of ``plan_json``, and ranges of flash for the map.

    ``write`` is erased and written, ``same`` already holds the right bytes, ``kept`` is there,
    cannot be rebuilt and is not written; the rest of flash is not touched. Ranges are physical,
    half open.
    """
    written = _spans(plan.sectors)
    kept = [
        region
        for region in protected_regions(identity)
        if (plan.condition is None or worth_keeping(region, plan.condition))
        and not any(start < region.end and region.start < end for start, end in written)
    ]
    # Each sector is counted once, as the map shows it: what is kept is not also "already right".
    same = [
        sector
        for sector in plan.same
        if not any(region.start <= sector.address < region.end for region in kept)
    ]
    view = {**plan_json(plan), **titled(plan.title), "sectors_equal": len(same)}
    view["warnings"] = noticed(plan.notices)
    view["backup"] = plan.backup.name if plan.backup else None
    view["unsaved"] = any(notice.code == "not-in-backup" for notice in plan.notices)
    return {
        **view,
        "size": identity.flash_size,
        "chip": identity.chip_name,
        "write": written,
        "same": _spans(same),
        "repair": _spans(plan.repairs),
        "kept": [[region.start, region.end, region.name] for region in kept],
        "bytes": len(plan.sectors) * SECTOR,
    }


def _spans(sectors: Iterable[PlannedSector]) -> list[tuple[int, int]]:
    return merge([(sector.address, sector.address + SECTOR) for sector in sectors])
