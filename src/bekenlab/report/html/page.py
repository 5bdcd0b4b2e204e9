"""The HTML report and its sections."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

from bekenlab.errors import UnsupportedError
from bekenlab.esphome import build_firmware, update_address
from bekenlab.image import EncryptionState
from bekenlab.jobs.pinout import board_known
from bekenlab.pins import Source
from bekenlab.report.dump_view import DumpView, KeyRow, PinRow, dump_view
from bekenlab.report.html.tree import Content, document, el, table
from bekenlab.report.pictures import draw_board, draw_flash, flash_facts, stylesheet, uses_of
from bekenlab.report.text import ENCRYPTION, SOURCES
from bekenlab.version import __version__

if TYPE_CHECKING:
    from collections.abc import Iterator
    from xml.etree.ElementTree import Element

    from bekenlab.analysis.model import Analysis
    from bekenlab.image import Image, Partition

_STYLE = Path(__file__).with_name("style.css")
_POLICY = "default-src 'none'; style-src 'unsafe-inline'"
_LONGEST_VALUE = 1000
_MOST_KEYS = 400
_SHORT = {
    Source.STORAGE: "storage",
    Source.PROTECTED: "protected block",
    Source.OEM_CFG: "plain copy",
    Source.BOOT_LOG: "boot log",
    Source.PIN_LIST: "pins in words",
    Source.FIRMWARE_DEFAULT: "built-in default",
}


def html_report(analysis: Analysis) -> str:
    """The report on a dump as one HTML file. It never contains secrets."""
    view = dump_view(analysis)
    title = f"{analysis.file.name}: bekenlab"
    head = el(
        "head",
        el("meta", charset="utf-8"),
        el("meta", name="viewport", content="width=device-width, initial-scale=1"),
        el("meta", name="color-scheme", content="light dark"),
        el("meta", http_equiv="Content-Security-Policy", content=_POLICY),
        el("title", title),
        el("style", _STYLE.read_text(encoding="utf-8") + stylesheet()),
    )
    main = el("main", *_header(analysis), *_sections(analysis, view), _foot())
    return document(el("html", head, el("body", main), lang="en"))


def _header(analysis: Analysis) -> Iterator[Element]:
    yield el("h1", analysis.file.name)
    size = f"{analysis.file.size:,} bytes, SHA-256 "
    yield el("p", size, el("code", analysis.file.sha256), cls="soft")


def _foot() -> Element:
    text = (
        f"Made by bekenlab {__version__}. Keys, Wi-Fi data and the device's half of the MAC "
        "address are left out. The dump itself contains them: do not share it unredacted."
    )
    return el("p", text, cls="soft")


def _sections(analysis: Analysis, view: DumpView) -> Iterator[Element]:
    yield el("section", el("h2", "The device"), el("dl", *_facts(analysis, view)))
    if analysis.problem or view.notices:
        yield el("section", el("h2", "Mind"), _warnings(analysis))
    picture = _board(analysis)
    if picture is not None or view.pins or view.odd:
        yield el("section", el("h2", "Pins"), picture, *_pins(view))
    if analysis.image and analysis.image.physical:
        yield el("section", el("h2", "Flash"), *_flash(analysis, analysis.image))
    if analysis.template.get("pins"):
        text = json.dumps(dict(analysis.template), indent=2, ensure_ascii=False)
        yield el("section", el("h2", "OpenBeken template"), el("pre", el("code", text)))
    yaml = _esphome(analysis)
    if yaml:
        folded = el("details", el("summary", "Show it"), el("pre", el("code", yaml)))
        yield el("section", el("h2", "ESPHome configuration"), folded)
    if view.keys:
        yield el("section", el("h2", "Storage keys"), *_keys(view), cls="long")


def _facts(analysis: Analysis, view: DumpView) -> Iterator[Element]:
    rows: list[tuple[str, Content, str]] = [
        ("Chip", el("strong", view.chip or "not recognised"), "; ".join(view.evidence)),
        ("Module", el("strong", view.module) if view.module else None, ""),
        ("Firmware", view.firmware or f"{view.kind}, name not found", ""),
        ("Code", ENCRYPTION[EncryptionState(view.encryption)] if view.encryption else None, ""),
        ("MAC address", view.mac or None, ""),
        ("Pins from", _source(analysis), ""),
        (
            "TuyaMCU",
            f"a second controller on P10 and P11, {view.mcu_baud} baud" if view.mcu_baud else None,
            "",
        ),
    ]
    for name, value, note in rows:
        if value is not None and value != "":
            yield el("dt", name)
            yield el("dd", value, el("div", note, cls="soft") if note else None)


def _source(analysis: Analysis) -> str | None:
    source = analysis.tuya.source
    if source is None:
        return None
    return SOURCES[source] if analysis.image else "the text given"


def _warnings(analysis: Analysis) -> Element:
    made = el("ul", cls="warnings")
    if analysis.problem:
        made.append(el("li", el("strong", f"{analysis.problem.code}: "), analysis.problem.message))
    for notice in analysis.notices:
        made.append(el("li", el("strong", f"{notice.code}: "), notice.message))
    return made


def _board(analysis: Analysis) -> Element | None:
    found = board_known(analysis.module, analysis.chip.name)
    if found is None:
        return None
    doubtful = analysis.tuya.source is Source.FIRMWARE_DEFAULT
    return el("figure", draw_board(found, uses_of(analysis.pins), doubtful=doubtful).root)


def _pins(view: DumpView) -> Iterator[Element]:
    if view.pins:
        heads = ["GPIO", "Does", "Active", "OpenBeken", "Message by"]
        if view.board:
            heads.insert(1, "Pad" if view.on_module else f"{view.board} pin")
        yield table(heads, [_pin(row, view) for row in view.pins], "Pins and what they do")
    else:
        yield el("p", "No pins are known.")
    for key, value in view.odd:
        yield el("p", f"Not understood: {key} = {value}")
    for note in view.notes:
        yield el("p", note)


def _pin(row: PinRow, view: DumpView) -> list[Content]:
    said = "; ".join(f"{_SHORT[Source(source)]}: {keys}" for source, keys in row.evidence)
    level = f"{row.level} (usual)" if row.level and row.assumed else row.level
    cells: list[Content] = [row.gpio, row.label, level or "-", row.openbeken or "-", said]
    if view.board:
        cells.insert(1, row.pads or el("span", "not brought out", cls="bad"))
    return cells


def _flash(analysis: Analysis, image: Image) -> Iterator[Element]:
    facts = flash_facts(analysis)
    if facts:
        yield el("figure", draw_flash(facts).root)
    if image.partitions:
        heads = ("Partition", "Physical", "Size", "Container")
        rows = [_partition(part) for part in image.partitions]
        yield table(heads, rows, "Partitions")


def _partition(part: Partition) -> list[Content]:
    verdict: Content = ""
    if part.container:
        header = part.container.header
        state = "intact" if part.container.ok else "does not match"
        verdict = el("span", f"{header.name} {header.version}, {state}")
        verdict.set("class", "" if part.container.ok else "bad")
    size = f"{(part.end - part.start) / 1024:,.1f} KiB"
    return [part.name, el("code", f"0x{part.start:06x}-0x{part.end:06x}"), size, verdict]


def _esphome(analysis: Analysis) -> str:
    """ESPHome's YAML; empty if there are no pins or ESPHome does not know the board."""
    if not analysis.pins.pins or analysis.chip.name is None:
        return ""
    try:
        made = build_firmware(
            analysis.pins,
            chip=analysis.chip.name,
            module=analysis.module,
            firmware=analysis.firmware.name,
            ota=update_address(analysis.image) if analysis.image else None,
            key=analysis.image.encryption.key if analysis.image else None,
        )
    except UnsupportedError:
        return ""
    return made.yaml


def _keys(view: DumpView) -> Iterator[Element]:
    shown = view.keys[:_MOST_KEYS]
    rows = [[row.name, f"{row.length:,}", _value(row)] for row in shown]
    yield table(("Key", "Bytes", "Value"), rows, "Keys in Tuya's storage")
    if len(view.keys) > len(shown):
        yield el("p", f"and {len(view.keys) - len(shown):,} more", cls="soft")


def _value(row: KeyRow) -> Content:
    if row.secret:
        return el("span", "hidden", cls="hidden")
    cut = row.value[:_LONGEST_VALUE]
    more = f"... ({len(row.value):,} characters)" if cut != row.value else ""
    damaged = el("span", " damaged", cls="bad") if not row.ok else None
    return el("span", el("code", cut + more), damaged)
