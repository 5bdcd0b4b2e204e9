"""The summary of ``boot`` for a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich import box
from rich.console import Group
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from bekenlab.analysis.boot_stop import BootStop
from bekenlab.mcu.frames import describe_frame, describe_point
from bekenlab.report.labelled import noted
from bekenlab.report.printable import Printable, printable
from bekenlab.report.text import LEVELS, heading, openbeken_role

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.console import RenderableType

    from bekenlab.analysis.boot_model import BootReport, GpioRow

_EARLY = "The firmware may set up more pins later: --until 'app_init finished' keeps it running."


def render(report: BootReport) -> RenderableType:
    """Why the run stopped, its findings, and the final state of the pins."""
    return Printable(Group(*_sections(report)))


def _sections(report: BootReport) -> Iterator[RenderableType]:
    yield Padding(_facts(report), (1, 0, 0, 2))
    if report.pins.pins:
        yield heading("Pins from the log")
        yield _pins(report)
    yield from (Padding(text, (0, 0, 0, 2)) for text in noted(report.pins.notices))
    touched = [row for row in report.gpio if row.touched]
    if touched:
        yield heading("Pins when the run stopped")
        yield _gpio(touched)
        if report.stop is BootStop.PINS_COMPLETE:
            yield Padding(Text(_EARLY, style="dim"), (0, 0, 0, 2))
    if report.mcu_frames:
        yield heading("TuyaMCU frames sent")
        lines = [describe_frame(frame) for frame in report.mcu_frames]
        yield Padding(Text("\n".join(dict.fromkeys(lines))), (0, 0, 0, 2))
    if report.data_points:
        yield heading("Data points the firmware set")
        lines = [describe_point(point) for point in report.data_points]
        yield Padding(Text("\n".join(dict.fromkeys(lines))), (0, 0, 0, 2))


def _facts(report: BootReport) -> RenderableType:
    table = Table.grid(padding=(0, 2))
    table.add_column(style="dim", no_wrap=True)
    table.add_column(overflow="fold")
    what = " ".join(report.detail.split())
    detail = f": {what}" if what else ""
    table.add_row("Stopped", Text(f"{report.stop.words}{detail}"))
    if report.stop in (BootStop.FAULT, BootStop.WATCHDOG):
        table.add_row("at", f"pc 0x{report.pc:x}")
    speed = report.instructions / max(report.wall_seconds, 1e-6) / 1e6
    table.add_row(
        "Time",
        f"{report.device_seconds:.3f} s on the device, {report.wall_seconds:.2f} s here, "
        f"{report.instructions:,} instructions ({speed:.0f} million per second)",
    )
    firmware = report.firmware
    words = [firmware.name, firmware.version, firmware.sdk and f"({firmware.sdk})"]
    table.add_row("Firmware", Text(" ".join(word for word in words if word) or "not printed"))
    return table


def _pins(report: BootReport) -> RenderableType:
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1), show_edge=False, pad_edge=False)
    for title in ("GPIO", "Does", "Active", "OpenBeken", "Tuya key"):
        table.add_column(title)
    for pin in report.pins.pins:
        keys = ", ".join(dict.fromkeys(said.key for said in pin.evidence))
        level, role = LEVELS[pin.polarity], openbeken_role(pin)
        table.add_row(f"P{pin.gpio}", Text(pin.label), level, role, Text(keys))
    return Padding(table, (0, 0, 0, 2))


def _gpio(rows: list[GpioRow]) -> RenderableType:
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1), show_edge=False, pad_edge=False)
    changed = any(row.changes for row in rows)
    for title in ("GPIO", "Direction", "Level", "Pull", "PWM", *(["Changed"] if changed else [])):
        table.add_column(title)
    for row in rows:
        pwm = f"{row.pwm[0]:,.0f} Hz, {row.pwm[1]:.0%} high" if row.pwm else ""
        cells = [f"P{row.gpio}", row.direction, str(row.level), row.pull or "", pwm]
        times = "once" if row.changes == 1 else f"{row.changes:,} times"
        table.add_row(*cells, *([times if row.changes else ""] if changed else []))
    return Padding(table, (0, 0, 0, 2))


def uart1_lines(report: BootReport, mode: str) -> Iterator[str]:
    """The output of the firmware on UART1, as text, as hexadecimal, or not at all.

    TuyaMCU frames are shown decoded in the report, so text mode leaves them out.
    """
    sent = report.uart1_sent
    if mode == "hex":
        for offset in range(0, len(sent), 16):
            yield f"{offset:06x}  {sent[offset : offset + 16].hex(' ')}"
    elif mode == "log" and not report.mcu_frames:
        yield from map(printable, sent.decode("utf-8", "replace").splitlines())
