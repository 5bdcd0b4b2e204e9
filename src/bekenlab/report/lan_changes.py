"""Backups of and changes to a device on the network, as JSON and for a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rich.console import Group
from rich.text import Text

from bekenlab.openbeken.flags import flag_name
from bekenlab.report.config_report import device_name, diff_json, plain, render_differences
from bekenlab.report.labelled import labelled, noted
from bekenlab.report.lan_json import device_json, setting_json
from bekenlab.report.lan_text import lines
from bekenlab.report.messages_json import notices_json
from bekenlab.report.printable import Printable, printable

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from rich.console import RenderableType

    from bekenlab.jobs.lan.apply import ApplyReport
    from bekenlab.jobs.lan.apply_plan import ApplyPlan
    from bekenlab.jobs.lan.backup import BackupReport
    from bekenlab.jobs.lan.ota import OtaPlan, OtaReport
    from bekenlab.jobs.lan.settings import RestorePlan, RestoreReport
    from bekenlab.lan.replies import DeviceInfo


def backup_json(report: BackupReport) -> dict[str, Any]:
    """What ``obk backup`` did."""
    return {
        "folder": str(report.folder),
        "device": device_json(report.info),
        "parts": [
            {
                "name": part.name,
                "file": part.file,
                "start": None if part.start is None else f"{part.start:#x}",
                "size": part.size,
                "sha256": part.sha256,
            }
            for part in report.parts
        ],
        "warnings": notices_json(report.notices),
    }


def backup_text(report: BackupReport) -> RenderableType:
    """What ``obk backup`` did."""
    table = lines("File", "Address", "Size")
    for part in report.parts:
        place = "" if part.start is None else f"0x{part.start:06X}"
        table.add_row(Text(part.file), place, f"{part.size / 1024:,.0f} KiB")
    head = labelled([("Backup", str(report.folder)), ("Device", _device(report.info))])
    return Group(head, Text(), Printable(table), *noted(report.notices))


def apply_plan_json(plan: ApplyPlan, *, show_secrets: bool = False) -> dict[str, Any]:
    """What ``obk apply`` would change."""
    flags, startup = plan.flags, plan.startup
    return {
        "device": device_json(plan.info, show_secrets=show_secrets),
        "file": plan.source,
        "changes": plan.changes,
        "pins": [
            {"before": setting_json(change.before), "after": setting_json(change.after)}
            for change in plan.pins
        ],
        "flags": {"before": sorted(flags[0]), "after": sorted(flags[1])} if flags else None,
        "startup_command": {
            "before": _command(startup[0], show_secrets=show_secrets),
            "after": _command(startup[1], show_secrets=show_secrets),
        }
        if startup
        else None,
        "left_out": list(plan.left_out),
        "warnings": notices_json(plan.notices),
    }


def apply_plan_text(plan: ApplyPlan, *, show_secrets: bool = False) -> RenderableType:
    """What ``obk apply`` would change, for the question before."""
    head = labelled([("Device", _device(plan.info)), ("From", plan.source)])
    if not plan.changes:
        same = Text("The device already has these settings.")
        return Group(head, same, *noted(plan.notices), *_warnings(plan.left_out))
    table = lines("What", "Now", "Then")
    for change in plan.pins:
        row = (f"P{change.after.gpio}", _put(change.before.text), _put(change.after.text))
        table.add_row(*(Text(cell) for cell in row))
    if plan.flags and plan.flags[0] != plan.flags[1]:
        table.add_row("Flags", *(Text(_flags(flags)) for flags in plan.flags))
    if plan.startup and plan.startup[0] != plan.startup[1]:
        texts = (_command(text, show_secrets=show_secrets) or "(empty)" for text in plan.startup)
        table.add_row("Startup", *(Text(text) for text in texts))
    return Group(head, Text(), Printable(table), *noted(plan.notices), *_warnings(plan.left_out))


def apply_text(report: ApplyReport) -> RenderableType:
    """What ``obk apply`` did."""
    later = "no: drivers and the startup command start with the next restart"
    return labelled(
        [
            ("Done", "read back from firmware and flash: all as planned"),
            ("Restarted", "yes" if report.restarted else later),
            ("Kept", str(report.kept)),
            ("Undo", "bekenlab obk config restore, with the file kept"),
        ]
    )


def restore_plan_json(plan: RestorePlan, *, show_secrets: bool = False) -> dict[str, Any]:
    """What ``obk config restore`` would change."""
    diff = diff_json(("device", "file"), plan.differences, show_secrets=show_secrets)
    return {
        "device": device_json(plan.info, show_secrets=show_secrets),
        "same": diff["same"],
        "differences": diff["differences"],
        "moves": plan.moves,
    }


def restore_plan_text(plan: RestorePlan, name: str, *, show_secrets: bool = False) -> Group:
    """What ``obk config restore`` would change, for the question before."""
    names = ("Now", name)
    table = render_differences(names, plan.differences, show_secrets=show_secrets)
    moves = "It may leave this network or change its address; then its return cannot be checked."
    head = labelled([("Device", _device(plan.info))])
    return Group(head, Text(), table, *_warnings([moves] if plan.moves else []))


def restore_text(report: RestoreReport) -> RenderableType:
    """What ``obk config restore`` did."""
    seen = "the device runs with them"
    unseen = "written and verified; the device has not come back on this network"
    return labelled(
        [
            ("Settings", seen if report.verified else unseen),
            ("Kept", str(report.kept)),
        ]
    )


def ota_plan_json(plan: OtaPlan, *, show_secrets: bool = False) -> dict[str, Any]:
    """What ``obk ota`` would do."""
    return {
        "device": device_json(plan.info, show_secrets=show_secrets),
        "file": plan.file.name,
        "chip": plan.file.chip,
        "version": plan.file.version,
        "build": plan.file.build,
        "size": len(plan.file.data),
        "address": f"{plan.region.start:#x}",
        "files": None if plan.files is None else len(plan.files),
        "warnings": notices_json(plan.notices),
    }


def ota_plan_text(plan: OtaPlan) -> RenderableType:
    """What ``obk ota`` would do, for the question before."""
    size, room = len(plan.file.data), plan.region.size
    files = "none on the device"
    if plan.files is not None:
        files = f"{len(plan.files)}, read first and restored afterwards"
    head = labelled(
        [
            ("Device", _device(plan.info)),
            ("Package", f"{plan.file.name}: OpenBeken {plan.file.version} for {plan.file.chip}"),
            ("Size", f"{size / 1024:,.0f} of {room / 1024:,.0f} KiB"),
            ("Files", files),
            ("Unchanged", "settings, calibration, boot loader"),
        ]
    )
    return Group(head, *noted(plan.notices))


def ota_text(report: OtaReport) -> RenderableType:
    """What ``obk ota`` did."""
    rows = [("Runs now", f"OpenBeken {report.info.version}"), ("Build", report.info.build)]
    if report.files_restored:
        rows.append(("Files", "restored"))
    rows += [("Kept", str(path)) for path in report.kept]
    return labelled(rows)


def _device(info: DeviceInfo) -> str:
    name = device_name(info.short_name, show_secrets=False)
    return f"{name or 'unnamed'}, {info.chipset}, OpenBeken {info.version}"


def _command(text: str, *, show_secrets: bool) -> str:
    return str(plain("startup_command", text, show_secrets=show_secrets))


def _flags(flags: frozenset[int]) -> str:
    return ", ".join(f"{number} {flag_name(number)}" for number in sorted(flags)) or "none"


def _put(text: str) -> str:
    return "-" if text.startswith("None;") else text


def _warnings(sentences: Iterable[str]) -> Iterator[Text]:
    for sentence in sentences:
        yield Text.assemble(("warning: ", "bold yellow"), printable(sentence))
