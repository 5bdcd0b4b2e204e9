"""The report of ``analyze`` for a terminal of 80 columns, as rich renderables."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from rich import box
from rich.console import Group, RenderableType
from rich.markup import escape
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from bekenlab.analysis.controller import meaning_of_device
from bekenlab.chips import SECTOR, Module, board, find_module, pin_name
from bekenlab.image import EncryptionState, Image
from bekenlab.mcu.names import name_of
from bekenlab.mcu.schema import Mode
from bekenlab.openbeken import role_of_pin
from bekenlab.pins import Pin, Polarity, Source
from bekenlab.report.hanging import hanging, paragraphs
from bekenlab.report.printable import Printable
from bekenlab.report.redaction import visible_unknown
from bekenlab.secret import mask_mac

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from bekenlab.analysis.model import Analysis
    from bekenlab.mcu.schema import SchemaPoint

ENCRYPTION = {
    EncryptionState.TUYA: "encrypted with Tuya's key",
    EncryptionState.PLAIN: "not encrypted",
    EncryptionState.RECOVERED: "encrypted with another key, which was recovered",
    EncryptionState.UNKNOWN: "",
}
LEVELS = {Polarity.ACTIVE_HIGH: "high", Polarity.ACTIVE_LOW: "low", None: "-"}
_SET_BY = {Mode.BOTH: "both", Mode.REPORTED: "device", Mode.COMMANDED: "app"}
SOURCES = {
    Source.STORAGE: "Tuya storage",
    Source.PROTECTED: "the protected block",
    Source.OEM_CFG: "the plain copy (oem_cfg)",
    Source.BOOT_LOG: "the boot log",
    Source.PIN_LIST: "a list of pins in words",
    Source.BEHAVIOUR: "experiments in the virtual chip (probe)",
    Source.SIMILAR_DEVICE: "other devices of the same product",
    Source.FIRMWARE_DEFAULT: "the firmware's built-in default (often wrong)",
    Source.OPENBEKEN: "OpenBeken's settings",
}


def render(analysis: Analysis, *, show_secrets: bool = False) -> RenderableType:
    """The report: identity, pins, flash, storage, warnings, template."""
    return Printable(Group(*_sections(analysis, show_secrets=show_secrets)))


def _sections(analysis: Analysis, *, show_secrets: bool) -> Iterator[RenderableType]:
    yield Text.assemble(
        (analysis.file.name, "bold"), f"  {analysis.file.size:,} bytes", overflow="fold"
    )
    yield Padding(_facts(analysis, show_secrets=show_secrets), (1, 0, 0, 2))
    if analysis.pins.pins or analysis.pins.not_understood:
        yield heading("Pins")
        yield _pins(analysis, show_secrets=show_secrets)
    extras = [*analysis.pins.notes, *_driver_lines(analysis)]
    if extras:
        yield Padding(Group(*(hanging("- ", Text(line)) for line in extras)), (0, 0, 0, 2))
    if analysis.tuya.mcu_baud and (points := meaning_of_device(analysis.tuya).points):
        yield heading("Data points of the second controller")
        yield _points(points)
    if analysis.image and analysis.image.partitions:
        yield heading("Flash")
        yield _flash(analysis.image)
    if analysis.tuya.storage:
        yield heading("Storage keys")
        yield _storage(analysis)
    if analysis.notices:
        yield heading("Warnings")
        yield _warnings(analysis)
    if analysis.template.get("pins"):
        yield heading("OpenBeken template")
        text = json.dumps(dict(analysis.template), indent=2, ensure_ascii=False)
        yield Padding(Group(*paragraphs(text)), (0, 0, 0, 2))


def heading(title: str) -> RenderableType:
    """The title of a section in any report."""
    return Padding(Text(title, style="bold cyan"), (1, 0, 0, 0))


def _facts(analysis: Analysis, *, show_secrets: bool) -> RenderableType:
    table = Table.grid(padding=(0, 2))
    table.add_column(style="dim", no_wrap=True)
    table.add_column(overflow="fold")
    for label, value in _fact_rows(analysis, show_secrets=show_secrets):
        table.add_row(label, value)
    return table


def _fact_rows(analysis: Analysis, *, show_secrets: bool) -> Iterator[tuple[str, str]]:
    chip = analysis.chip
    yield "Chip", f"[bold]{chip.name or 'not recognised'}[/]"
    if chip.evidence:
        yield "", f"[dim]{escape('; '.join(chip.evidence))}[/]"
    if analysis.module:
        module = find_module(analysis.module)
        known = "" if module and module.pads_known else " [dim](pads not known)[/]"
        yield "Module", f"[bold]{escape(analysis.module)}[/]{known}"
    firmware = analysis.firmware
    words = [firmware.name, firmware.version, firmware.sdk and f"({firmware.sdk})"]
    named = " ".join(word for word in words if word)
    yield "Firmware", escape(named) or f"[dim]{firmware.kind}, name not found[/]"
    image = analysis.image
    if image and ENCRYPTION[image.encryption.state]:
        yield "Code", ENCRYPTION[image.encryption.state]
    if image and image.rf and image.rf.mac:
        yield "MAC", image.rf.mac if show_secrets else mask_mac(image.rf.mac)
    if analysis.tuya.source:
        others = {said.source for said in analysis.tuya.statements[1:]}
        others -= {analysis.tuya.source, Source.FIRMWARE_DEFAULT}
        disagree = any(notice.code == "sources-disagree" for notice in analysis.notices)
        verdict = "[red]differs from[/]" if disagree else "agrees with"
        also = "".join(f", {verdict} {SOURCES[source]}" for source in sorted(others))
        given = analysis.image is None and analysis.tuya.source is Source.STORAGE
        said_by = "the text given" if given else SOURCES[analysis.tuya.source]
        yield "Pins from", said_by + also
    elif analysis.pins.source in {Source.BEHAVIOUR, Source.SIMILAR_DEVICE}:
        yield "Pins from", SOURCES[analysis.pins.source]
    if analysis.tuya.mcu_baud:
        yield "TuyaMCU", f"second controller{_port(analysis)} at {analysis.tuya.mcu_baud} baud"


def _port(analysis: Analysis) -> str:
    """The serial port of a second controller, as far as it is known."""
    pins = [pin_name(analysis.chip.name, gpio) for gpio in analysis.pins.ports.get(1, ())]
    port = "UART1" if analysis.pins.ports.get(2) else "a serial port"
    return f" on {port} ({', '.join(pins)})" if pins else ""


def _pins(analysis: Analysis, *, show_secrets: bool) -> RenderableType:
    reached, column = _board(analysis)
    usual = _usual_sources(analysis)
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1), show_edge=False, pad_edge=False)
    table.add_column("GPIO", no_wrap=True)
    if reached:
        table.add_column(column, no_wrap=True)
    table.add_column("Does", overflow="fold", ratio=2)
    table.add_column("Active", no_wrap=True)
    table.add_column("OpenBeken", no_wrap=True)
    by = "Shown by" if analysis.pins.source is Source.BEHAVIOUR else "Tuya key"
    table.add_column(by, overflow="fold", style="dim", ratio=1)
    for pin in analysis.pins.pins:
        cells = [pin.place]
        if reached:
            cells.append(", ".join(pad.name for pad in reached.pads_of(pin.gpio)) or "[red]none[/]")
        cells += [
            escape(pin.label),
            LEVELS[pin.polarity],
            openbeken_role(pin),
            escape(_evidence(pin, usual)),
        ]
        table.add_row(*cells)
    for key in analysis.pins.not_understood:
        cells = ["[yellow]?[/]"] + ([""] if reached else [])
        text = f"not understood: {key.key} = {visible_unknown(key, show_secrets=show_secrets)}"
        table.add_row(*cells, escape(text), "", "", str(key.source))
    return Padding(table, (0, 0, 0, 2))


def _board(analysis: Analysis) -> tuple[Module | None, str]:
    """Where pins are accessible: the module's pads, or the bare chip's pins."""
    found = board(analysis.module, analysis.chip.name)
    if found is None:
        return None, ""
    return found, "Pad" if find_module(found.key) else f"{found.name} pin"[:9]


def openbeken_role(pin: Pin) -> str:
    """Role and channel as in a template, ``Rel;1``; a dash for a pin without a role."""
    if pin.role == "None":
        return "-"
    return f"{role_of_pin(pin)};{pin.channel}"


def _evidence(pin: Pin, usual: frozenset[Source]) -> str:
    """``rl1_pin``, with its sources if they differ from those of the whole pin map."""
    keys: dict[str, list[Source]] = {}
    for said in pin.evidence:
        keys.setdefault(said.key, []).append(said.source)
    return "; ".join(
        _seen_in(key, pin)
        if Source.BEHAVIOUR in sources
        else key
        if frozenset(sources) == usual
        else f"{key} (only {', '.join(sources)})"
        for key, sources in keys.items()
    )


def _seen_in(experiment: str, pin: Pin) -> str:
    """An experiment that shows the pin, or confirms what another source says of it."""
    return experiment if pin.evidence[0].source is Source.BEHAVIOUR else f"seen in {experiment}"


def _usual_sources(analysis: Analysis) -> frozenset[Source]:
    """The sources of all pins if all sources agree."""
    said = {each.source for pin in analysis.pins.pins for each in pin.evidence}
    return frozenset(said - {Source.BEHAVIOUR})


def _driver_lines(analysis: Analysis) -> Iterator[str]:
    pins = analysis.pins
    if pins.pwm_hz:
        yield f"PWM frequency {pins.pwm_hz:,} Hz"
    if pins.cct:
        yield "One PWM sets colour temperature, the other brightness"
    if pins.led_driver:
        currents = ", ".join(f"{name} {value}" for name, value in pins.led_driver.currents.items())
        yield f"LED driver {pins.led_driver.name}" + (f", currents {currents}" if currents else "")


def _points(points: Sequence[SchemaPoint]) -> RenderableType:
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1), show_edge=False, pad_edge=False)
    table.add_column("No.", justify="right")
    table.add_column("Name", overflow="fold", ratio=2)
    table.add_column("Type", no_wrap=True)
    table.add_column("Set by", no_wrap=True)
    table.add_column("Values", overflow="fold", style="dim", ratio=2)
    for point in points:
        table.add_row(
            str(point.id),
            escape(name_of(point.code, point.id)),
            escape(point.kind),
            _SET_BY[point.mode],
            escape(_range(point)),
        )
    return Padding(table, (0, 0, 0, 2))


def _range(point: SchemaPoint) -> str:
    if point.kind != "value":
        return ", ".join(point.words)
    factor = 10**point.scale
    least, most = (f"{each / factor:.{point.scale}f}" for each in (point.least, point.most))
    return f"{least} to {most} {point.unit}".strip()


def _flash(image: Image) -> RenderableType:
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1), show_edge=False, pad_edge=False)
    for title in ("Partition", "Physical", "Size", "Container"):
        table.add_column(title, no_wrap=title != "Container")
    for part in image.partitions:
        container = part.container
        verdict = ""
        if container:
            state = "[green]intact[/]" if container.ok else "[red]does not match[/]"
            verdict = f"{escape(container.header.name)} {escape(container.header.version)}, {state}"
        size = f"{(part.end - part.start) / 1024:,.1f} KiB"
        table.add_row(escape(part.name), f"0x{part.start:06x}-0x{part.end:06x}", size, verdict)
    if image.rf:
        start = image.rf.offset
        table.add_row("rf", f"0x{start:06x}-0x{start + SECTOR:06x}", "4.0 KiB", "RF calibration")
    return Padding(table, (0, 0, 0, 2))


def _storage(analysis: Analysis) -> RenderableType:
    storage = analysis.tuya.storage
    if storage is None:
        return Text()
    line = Text(overflow="fold")
    head = f"{storage.good_blocks} blocks at 0x{storage.start:06x}-0x{storage.end:06x}: "
    line.append(head, style="dim")
    for number, value in enumerate(sorted(storage.values.values(), key=lambda value: value.name)):
        line.append(", " if number else "")
        line.append(f"{value.name} ({len(value.value)})", style="" if value.ok else "red")
    return Padding(line, (0, 0, 0, 2))


def _warnings(analysis: Analysis) -> RenderableType:
    table = Table.grid(padding=(0, 1))
    table.add_column(style="yellow", no_wrap=True)
    table.add_column(overflow="fold")
    for notice in analysis.notices:
        table.add_row("!", Text.assemble((f"{notice.code}: ", "yellow"), notice.message))
    return Padding(table, (0, 0, 0, 2))
