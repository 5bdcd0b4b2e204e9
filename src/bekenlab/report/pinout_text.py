"""A pinout for a terminal of 80 columns: all pads with their functions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich import box
from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from bekenlab.chips import find_other_chip, pin_name
from bekenlab.chips.outlines import outline_of
from bekenlab.report.pictures import Uses, wiring_notes, wiring_of
from bekenlab.report.printable import Printable
from bekenlab.report.text import heading

if TYPE_CHECKING:
    from bekenlab.chips import Module, Pad

_FIXED = {"CEN": "chip enable: low resets", "RST": "reset", "NC": "not connected", "ANT": "aerial"}
_LOG = "UART2_TX"


def render_pinout(module: Module, uses: Uses) -> RenderableType:
    """The pads of a module or the pins of a chip, and the wiring.

    Args:
        module: A module whose pads are known.
        uses: Functions of the GPIOs; empty to show the board alone.
    """
    package = outline_of(module).package
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1), show_edge=False, pad_edge=False)
    table.add_column("Pin" if package else "Pad", no_wrap=True)
    table.add_column("GPIO", no_wrap=True)
    if not package:
        table.add_column("Chip pin", no_wrap=True, style="dim")
    if uses:
        table.add_column("Does", overflow="fold", ratio=3)
    table.add_column("Functions", overflow="fold", ratio=2)
    for pad in module.pads:
        table.add_row(*_cells(pad, uses, package=package))
    unknown = sorted(set(uses) - module.gpios)
    parts: list[RenderableType] = [
        Text.assemble((module.title, "bold"), "" if package else f", chip {module.chip}"),
        Padding(table, (1, 0, 0, 2)),
    ]
    parts += [
        Padding(
            Text(f"{pin_name(module.chip, gpio)} is not brought out: {use.detail}", style="red"),
            (0, 0, 0, 2),
        )
        for gpio in unknown
        for use in uses[gpio]
    ]
    return Printable(Group(*parts, heading("To flash it"), _wires(module)))


def render_notes() -> RenderableType:
    """Safety notes to read before connecting anything."""
    grid = Table.grid(padding=(0, 1))
    for note in wiring_notes():
        grid.add_row("-", Text(note))
    return Printable(Group(heading("Mind"), Padding(grid, (0, 0, 0, 2))))


def _cells(pad: Pad, uses: Uses, *, package: bool) -> list[str | Text]:
    gpio = pad.place
    cells: list[str | Text] = [pad.name, gpio]
    if not package:
        cells.append("" if pad.ic_pin is None else str(pad.ic_pin))
    if uses:
        jobs = uses.get(pad.gpio, ()) if pad.gpio is not None else ()
        cells.append(Text("\n".join(job.detail for job in jobs)))
    cells.append(Text(", ".join(_FIXED.get(name, name) for name in pad.functions)))
    return cells


def _wires(module: Module) -> RenderableType:
    kind = "pin" if outline_of(module).package else "pad"
    grid = Table.grid(padding=(0, 2))
    for wire in wiring_of(module).wires:
        place = f"{kind} {wire.pad}" if wire.pad else "anywhere on the board"
        extra = " (optional)" if wire.optional else ""
        grid.add_row(f"{wire.adapter} of the adapter", f"{wire.signal}, {place}{extra}")
    log = [pad.name for pad in module.pads if _LOG in pad.functions]
    other = find_other_chip(module.chip)
    if other is not None:
        boot = [f"{pad.place}, {kind} {pad.name}" for pad in module.pads if "BOOT" in pad.functions]
        if boot:
            grid.add_row("Boot pin", "; ".join(boot))
        grid.add_row("Boot mode", other.flashing.entry)
        grid.add_row("Program", f"{other.flashing.tool} {other.flashing.tool_url}".strip())
    if log:
        grid.add_row("RX of a second one", f"TX2, {kind} {' or '.join(log)}: the log (optional)")
    return Padding(grid, (0, 0, 0, 2))
