"""Installing, rehearsing and undoing as JSON (fields documented in docs/json.md)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bekenlab.report.chip_json import flash_json, identity_json, plan_json
from bekenlab.report.messages_json import notices_json

if TYPE_CHECKING:
    from bekenlab.jobs.install.model import FirstStart, InstallReport, Proposal
    from bekenlab.jobs.undo import UndoReport
    from bekenlab.probing.network import NetworkCheck
    from bekenlab.probing.rehearsal import PinCheck, Rehearsal


def proposal_json(proposal: Proposal) -> dict[str, Any]:
    """Proposal of an install, without secrets."""
    config = proposal.made.config
    return {
        "chip": identity_json(proposal.identity),
        "device": {"firmware": proposal.subject.firmware, "module": proposal.subject.module},
        "pins_from": {
            "file": None if proposal.source is proposal.subject else proposal.source.name,
            "source": str(proposal.source.source) if proposal.source.source else None,
        },
        "backup": {
            "file": str(proposal.backup.path) if proposal.backup.kept else None,
            "reused": proposal.backup.reused,
        },
        "firmware": {
            "file": str(proposal.firmware.path),
            "name": proposal.firmware.file.firmware,
            "sha256": proposal.firmware.file.sha256,
        },
        "pins": [
            {"gpio": pin.gpio, "role": pin.role, "channel": pin.channel, "channel2": pin.channel2}
            for pin in config.pins()
        ],
        "wifi": proposal.joins_wifi,
        "plan": plan_json(proposal.plan),
        "warnings": notices_json(proposal.notices),
    }


def rehearsal_json(rehearsal: Rehearsal) -> dict[str, Any]:
    """Report of a rehearsal, pin by pin."""
    return {
        "passed": rehearsal.passed,
        "chip_modelled": rehearsal.chip,
        "sectors_written": rehearsal.written,
        "wire_seconds": round(rehearsal.wire_seconds, 3),
        "firmware_started": rehearsal.log.name,
        "version_started": rehearsal.log.version,
        "config": str(rehearsal.log.config),
        "wifi_as_set_up": rehearsal.wifi,
        "network": _network(rehearsal.network),
        "crash": rehearsal.crash or None,
        "pins": [_pin(pin) for pin in rehearsal.pins],
        "pins_source": str(rehearsal.source) if rehearsal.source else None,
        "data_points": [
            {
                "id": each.point.id,
                "channel": each.channel,
                "reported": each.reported,
                "set": each.was_set,
                "unasked": each.unasked,
            }
            for each in rehearsal.data_points
        ],
        "warnings": notices_json(rehearsal.notices),
    }


def _network(check: NetworkCheck | None) -> dict[str, Any] | None:
    if check is None:
        return None
    return {
        "tried": check.tried,
        "joined": check.joined,
        "address": check.address,
        "page": check.page,
        "broker": check.broker,
        "by_http": [{"gpio": gpio, "moved": moved} for gpio, moved in check.by_http],
        "timed_out": check.timed_out,
    }


def _pin(pin: PinCheck) -> dict[str, Any]:
    return {
        "gpio": pin.gpio,
        "setting": pin.setting,
        "expected": pin.expected,
        "seen": pin.seen,
        "verdict": str(pin.verdict),
    }


def _start(start: FirstStart) -> dict[str, Any] | None:
    if start.log is None:
        return None
    return {
        "bytes": start.heard,
        "firmware": start.log.name,
        "version": start.log.version,
        "config": str(start.log.config),
        "wifi_as_set_up": start.wifi,
        "calibration_missing": start.log.calibration_missing,
        "joined": start.log.joined,
    }


def install_json(report: InstallReport) -> dict[str, Any]:
    """Report of an install; only its plan if nothing was written."""
    done = flash_json(report.flash) if report.flash is not None else {"dry_run": True}
    return {
        **proposal_json(report.proposal),
        "rehearsal": rehearsal_json(report.rehearsal) if report.rehearsal else None,
        **done,
        "start": _start(report.start),
        "address": report.address,
        "outcome": str(report.outcome),
    }


def undo_json(report: UndoReport) -> dict[str, Any]:
    """Report of an undo; only its plan if nothing was written."""
    done = flash_json(report.flash) if report.flash is not None else {"dry_run": True}
    return {
        "chip": identity_json(report.proposal.identity),
        "backup": {"file": str(report.proposal.backup)},
        "plan": plan_json(report.proposal.plan),
        **done,
    }
