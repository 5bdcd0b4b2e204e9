"""An install for the pages, before and after."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bekenlab.report.chip_json import identity_json
from bekenlab.report.printable import printable
from bekenlab.web.failures import labelled, noticed
from bekenlab.web.views.plan import plan_view

if TYPE_CHECKING:
    from bekenlab.jobs.install.model import FirstStart, Proposal, Search
    from bekenlab.web.backups import Backups


def proposal_view(proposal: Proposal, backups: Backups, ssid: str) -> dict[str, Any]:
    """What an install would do: plan, pins, Wi-Fi, and the backup that can undo it.

    Args:
        proposal: The proposal.
        backups: The known backups.
        ssid: Name of the network, as the user has just typed it; the proposal keeps it secret.
    """
    return {
        "chip": identity_json(proposal.identity),
        "backup": backups.of(proposal.backup.path).id,
        "backup_name": proposal.backup.path.name,
        "backup_reused": proposal.backup.reused,
        "firmware": printable(proposal.firmware.file.firmware),
        "device": printable(proposal.subject.module or proposal.subject.firmware or ""),
        "pins": [
            {"gpio": f"P{setting.gpio}", "setting": setting.text, "label": printable(label)}
            | labelled(label)
            for setting, label in proposal.labelled_pins()
        ],
        "wifi": printable(ssid),
        "warnings": noticed(proposal.notices),
        "plan": plan_view(proposal.plan, proposal.identity),
    }


def start_view(start: FirstStart) -> dict[str, Any]:
    """The log of the first start."""
    config = str(start.log.config) if start.log else None
    return {"heard": start.heard, "wifi": start.wifi, "config": config}


def search_view(search: Search | None) -> dict[str, Any]:
    """The device's address in the network; ``searched`` is false if nobody looked to the end."""
    return {
        "address": search.address if search else None,
        "searched": search is not None and search.complete,
    }
