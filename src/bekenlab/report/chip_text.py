"""Reports of the jobs with a chip, for a terminal of 80 columns."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich import box
from rich.console import Group
from rich.table import Table
from rich.text import Text

from bekenlab.chips import MIB
from bekenlab.link.linking import STAGE_TEXT
from bekenlab.report.chip_json import override
from bekenlab.report.hanging import hanging
from bekenlab.report.labelled import labelled, noted
from bekenlab.report.printable import printable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import RenderableType

    from bekenlab.flashing.backup import BackupReport
    from bekenlab.flashing.backup_list import Backup
    from bekenlab.flashing.execute import FlashReport
    from bekenlab.flashing.plan import FlashPlan
    from bekenlab.flashing.verify import VerifyReport
    from bekenlab.jobs.doctor import Check, DoctorReport
    from bekenlab.jobs.info import InfoReport
    from bekenlab.link.identity import Identity
    from bekenlab.link.ports import Port


def backups_text(backups: Sequence[Backup]) -> RenderableType:
    """The backups made on this computer, newest first."""
    if not backups:
        return Text("No backup was made on this computer. bekenlab backup makes one.")
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1), show_edge=False, pad_edge=False)
    for title in ("Backup", "Chip", "Made", "Size"):
        table.add_column(title, overflow="fold", no_wrap=title != "Backup")
    for backup in backups:
        made = backup.made[:16].replace("T", " ") or "-"
        size = f"{backup.size / MIB:g} MiB"
        table.add_row(printable(backup.path.name), printable(backup.chip) or "-", made, size)
    folders = dict.fromkeys(printable(str(backup.path.parent)) for backup in backups)
    return Group(table, Text(), *(hanging("In ", Text(folder)) for folder in folders))


def _identity_rows(identity: Identity) -> list[tuple[str, str]]:
    number = f" ({identity.chip_id:#x})" if identity.chip_id is not None else ""
    part = identity.flash_part.name if identity.flash_part else "unknown part"
    flash_id = f"{identity.flash_id:06X} {part}" if identity.flash_id is not None else "id unread"
    size = f"{identity.flash_size / MIB:g} MiB by {identity.size_source}"
    return [
        ("Chip", identity.chip_name + number),
        ("Loader", f"{identity.loader_text}, {_KINDS[str(identity.kind)]}"),
        ("Flash", f"{flash_id}, {size}"),
    ]


_KINDS = {
    "rom": "download mode in ROM: always available",
    "tuya": "download mode in flash: lost without its boot loader",
    "other": "download mode in flash",
}


def info_text(report: InfoReport) -> Group:
    """Report of ``info``."""
    keys = {
        "tuya": "Tuya's: code in flash is encrypted with it",
        "none": "none: code in flash is plain",
        "other": "another key",
        "unreadable": "not readable on this chip",
    }
    locked = {True: "yes (lifted during a write)", False: "no", None: "unknown"}
    rows = _identity_rows(report.identity)
    rows += [
        ("Code key", keys[report.key_kind]),
        ("Protected", locked[report.write_protected]),
        ("MAC", report.mac or "none found"),
        ("Line", f"{report.baud} baud; {STAGE_TEXT[report.stage]}"),
    ]
    return Group(labelled(rows), *noted(report.notices))


def backup_text(report: BackupReport) -> Group:
    """Report of ``backup``."""
    counts = f"{report.sent} sectors read, {report.blank} blank"
    counts += f", {report.resumed} from an earlier run" if report.resumed else ""
    counts += f", {report.reread} read again" if report.reread else ""
    table = labelled(
        [
            ("Backup", f"{report.output} ({report.size / MIB:g} MiB)"),
            ("SHA-256", report.sha256),
            ("Manifest", str(report.manifest)),
            ("Verified", f"{counts}; every byte agrees with the chip's CRC"),
            ("Took", f"{report.seconds:.1f} s at {report.baud} baud"),
        ]
    )
    return Group(table, *noted(report.notices))


def verify_text(report: VerifyReport) -> Table:
    """Report of ``verify`` if chip and file agree."""
    size = f"{report.compared / 1024:,.0f} KiB"
    text = f"{size} from {report.start:#x} agree with {report.path.name} ({report.seconds:.1f} s)"
    own = ", ".join(f"{r.name} ({r.start:#x} to {r.end:#x})" for r in report.left_out)
    left_out = [("Left out", f"the chip's own {own}, as a write does")] if own else []
    return labelled([("Equal", text), *left_out])


def plan_text(plan: FlashPlan, identity: Identity) -> Group:
    """Plan of a write."""
    rows = [("File", plan.title), ("Chip", identity.chip_name)]
    for piece in plan.pieces:
        size = f"{len(piece.data) / 1024:,.1f} KiB"
        rows.append(("Writes", f"{piece.start:#x} to {piece.end:#x} ({size})"))
    partial = sum(sector.partial for sector in plan.sectors)
    counts = f"{sectors(len(plan.sectors))} to write, {len(plan.same)} already right"
    counts += f", {partial} partly kept" if partial else ""
    rows.append(("Changes", counts))
    if plan.repairs:
        rows.append(("Repairs", f"{len(plan.repairs)} sectors damaged by an interrupted write"))
    rows += [
        *(("Keeps", f"the chip's {r.name} ({r.start:#x} to {r.end:#x})") for r in plan.kept),
        ("Backup", plan.backup.name if plan.backup else "none known of this chip"),
        ("Time", _time(plan)),
    ]
    refused = [
        Text.assemble(("refused: ", "bold red"), f"{r.reason}\n  override: {override(r)}")
        for r in plan.refusals
    ]
    return Group(labelled(rows), *noted(plan.notices), *refused)


def _time(plan: FlashPlan) -> str:
    if not plan.sectors and not plan.repairs:
        return "none: nothing to do"
    return f"about {max(1, round(plan.seconds))} s at {plan.baud} baud"


def flash_text(report: FlashReport) -> Table:
    """Report of a write."""
    counts = f"{sectors(report.written)}, {len(report.plan.same)} were already right"
    counts += f", {report.retried} took several tries" if report.retried else ""
    counts += f", {report.repaired} repaired elsewhere" if report.repaired else ""
    checked = "all of flash compared: written as planned, the rest unchanged"
    return labelled(
        [
            ("Written", counts),
            (
                "Verified",
                checked if report.written or report.repaired else "there was nothing to do",
            ),
            ("Took", f"{report.seconds:.1f} s at {report.baud} baud"),
            ("Restarted", "yes" if report.rebooted else "no, the chip is still in its loader"),
        ]
    )


def sectors(count: int) -> str:
    """A number of sectors with its unit."""
    return f"{count} sector" if count == 1 else f"{count} sectors"


def ports_text(ports: Sequence[Port]) -> Text:
    """The serial ports, one per line, with any reason why one cannot be used."""
    if not ports:
        return Text("no serial ports; plug the adapter in and try again")
    lines = []
    for port in ports:
        words = (port.name, port.usb_id, port.driver)
        about = " ".join(word for word in words if word and word != "n/a")
        line = Text.assemble((f"{port.device:<16}", "bold"), f"{port.kind:<9}", printable(about))
        if port.kind == "foreign":
            line.append("\n                  only used if named with --port", "dim")
        if port.busy:
            line.append(f"\n                  busy: {port.busy}", "yellow")
        if port.fix:
            line.append(f"\n                  cannot be opened: {port.fix}", "yellow")
        lines.append(line)
    return Text("\n").join(lines)


def doctor_text(report: DoctorReport, advice: str) -> Group:
    """The checks, then the verdict and what to do in the frontend's words."""
    table = Table.grid(padding=(0, 1, 0, 0))
    table.add_column(no_wrap=True)
    table.add_column(no_wrap=True, style="cyan", min_width=_CHECK_NAME)
    table.add_column(overflow="fold")
    for check in report.checks:
        table.add_row(_mark(check), check.name, Text(printable(check.seen)))
    if report.problem is not None:
        return Group(table)
    return Group(table, Text(f"{report.verdict}\n{advice}", style="bold"))


_CHECK_NAME = 6


def _mark(check: Check) -> Text:
    if not check.ok:
        return Text("fail", "bold red")
    return Text("warn", "yellow") if check.doubtful else Text("ok  ", "green")
