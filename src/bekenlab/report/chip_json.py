"""Reports of the jobs with a chip, as JSON (fields documented in docs/json.md)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bekenlab.events import Advanced, Awaiting, Event, Line, Message, Progress, Started, Step
from bekenlab.report.messages_json import notices_json

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bekenlab.flashing.backup import BackupReport
    from bekenlab.flashing.backup_list import Backup
    from bekenlab.flashing.execute import FlashReport
    from bekenlab.flashing.plan import FlashPlan, Refusal
    from bekenlab.flashing.verify import VerifyReport
    from bekenlab.jobs.doctor import DoctorReport
    from bekenlab.jobs.info import InfoReport
    from bekenlab.link.identity import Identity
    from bekenlab.link.ports import Port


def event_json(event: Event) -> dict[str, Any]:
    """An event of a running job."""
    if isinstance(event, Started):
        return {"event": "started", "job": event.job, "total": event.total}
    if isinstance(event, Progress):
        phase = {"job": event.job, "phase": event.phase}
        span = None if event.span is None else list(event.span)
        return {
            "event": "progress",
            **phase,
            "done": event.done,
            "total": event.total,
            "span": span,
        }
    if isinstance(event, Message):
        return {"event": "said", "job": event.job, "code": event.code, "message": event.message}
    if isinstance(event, Awaiting):
        told = {
            "heard": event.heard or None,
            "seen": event.seen,
            "advice": event.advice,
            "seconds_left": round(event.left, 1),
        }
        return {"event": "awaiting", "job": event.job, "stage": event.stage, **told}
    if isinstance(event, Step):
        return {"event": "step", "job": event.job, "step": event.step, "title": event.title}
    if isinstance(event, Line):
        return {"event": "line", "at": round(event.at, 3), "text": event.text}
    if isinstance(event, Advanced):
        return {"event": "advanced", "job": event.job, "done": event.done, "item": event.item}
    return {"event": "finished", "job": event.job}


def identity_json(identity: Identity) -> dict[str, Any]:
    """The identity of a chip."""
    part = identity.flash_part
    return {
        "chip": identity.chip.name if identity.chip else None,
        "chip_id": _hex(identity.chip_id),
        "loader_kind": str(identity.kind),
        "loader": identity.boot_version or identity.loader_name or None,
        "loader_crc32": f"{identity.loader_crc:08x}",
        "flash_id": f"{identity.flash_id:06x}" if identity.flash_id is not None else None,
        "flash_part": part.name if part else None,
        "flash_size": identity.flash_size,
        "flash_size_from": identity.size_source,
    }


def _hex(value: int | None) -> str | None:
    return f"{value:#x}" if value is not None else None


def port_json(port: Port) -> dict[str, Any]:
    """A serial port."""
    return {
        "device": port.device,
        "kind": str(port.kind),
        "name": port.name,
        "usb_id": port.usb_id or None,
        "serial_number": port.serial_number or None,
        "driver": port.driver or None,
        "busy": port.busy or None,
        "fix": port.fix or None,
    }


def backup_list_json(backups: Iterable[Backup]) -> list[dict[str, Any]]:
    """The backups made on this computer."""
    return [
        {
            "file": str(backup.path),
            "size": backup.size,
            "chip": backup.chip or None,
            "made": backup.made or None,
            "sha256": backup.sha256 or None,
        }
        for backup in backups
    ]


def info_json(report: InfoReport) -> dict[str, Any]:
    """Report of ``info``."""
    return {
        "chip": identity_json(report.identity),
        "linked_by": str(report.stage),
        "baud": report.baud,
        "encryption_key": report.key_kind,
        "write_protected": report.write_protected,
        "mac": report.mac,
        "warnings": notices_json(report.notices),
    }


def backup_json(report: BackupReport) -> dict[str, Any]:
    """Report of ``backup``."""
    return {
        "file": str(report.output),
        "manifest": str(report.manifest),
        "size": report.size,
        "sha256": report.sha256,
        "chip": identity_json(report.identity),
        "sectors": {
            "sent": report.sent,
            "blank": report.blank,
            "resumed": report.resumed,
            "reread": report.reread,
        },
        "seconds": round(report.seconds, 3),
        "baud": report.baud,
        "warnings": notices_json(report.notices),
    }


def verify_json(report: VerifyReport) -> dict[str, Any]:
    """Report of ``verify``."""
    return {
        "file": str(report.path),
        "equal": report.equal,
        "compared": report.compared,
        "different": [f"{address:#x}" for address in report.different],
        "left_out": [region.name for region in report.left_out],
        "seconds": round(report.seconds, 3),
    }


def override(refusal: Refusal) -> str:
    """The options of the command line that let a refused write pass."""
    keep = f"--keep {refusal.code} (leaves the chip's) or " if refusal.keepable else ""
    return f"{keep}--force {refusal.code}"


def plan_json(plan: FlashPlan) -> dict[str, Any]:
    """Plan of a write."""
    return {
        "title": plan.title,
        "ranges": [{"start": hex(p.start), "end": hex(p.end)} for p in plan.pieces],
        "sectors_to_write": [hex(sector.address) for sector in plan.sectors],
        "sectors_partly_kept": [hex(s.address) for s in plan.sectors if s.partial],
        "sectors_equal": len(plan.same),
        "sectors_to_repair": [hex(sector.address) for sector in plan.repairs],
        "left_out": [region.name for region in plan.kept],
        "backup": str(plan.backup) if plan.backup else None,
        "seconds": round(plan.seconds, 1),
        "refusals": [
            {"code": refusal.code, "reason": refusal.reason, "override": override(refusal)}
            for refusal in plan.refusals
        ],
        "warnings": notices_json(plan.notices),
    }


def flash_json(report: FlashReport) -> dict[str, Any]:
    """Report of a write."""
    return {
        "plan": plan_json(report.plan),
        "sectors": {
            "written": report.written,
            "equal": len(report.plan.same),
            "retried": report.retried,
            "repaired": report.repaired,
        },
        "verified": True,
        "rebooted": report.rebooted,
        "seconds": round(report.seconds, 3),
        "baud": report.baud,
    }


def doctor_json(report: DoctorReport, advice: str) -> dict[str, Any]:
    """Report of ``doctor``, with the frontend's advice."""
    return {
        "verdict": report.verdict,
        "advice": advice,
        "checks": [
            {
                "name": check.name,
                "ok": check.ok,
                "seen": check.seen,
                "doubtful": check.doubtful,
            }
            for check in report.checks
        ],
        "warnings": notices_json(report.notices),
        "chip": identity_json(report.identity) if report.identity else None,
    }
