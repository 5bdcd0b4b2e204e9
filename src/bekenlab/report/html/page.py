"""The HTML report and its sections."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

from bekenlab.errors import UnsupportedError
from bekenlab.esphome import build_firmware, update_address
from bekenlab.jobs.pinout import board_known
from bekenlab.pins import Source
from bekenlab.report.dump_view import DumpView, KeyRow, PinRow, dump_view
from bekenlab.report.html.tree import Content, document, el, table
from bekenlab.report.html.words import IN_ENGLISH, Reader
from bekenlab.report.pictures import draw_board, draw_flash, flash_facts, stylesheet, uses_of
from bekenlab.version import __version__

if TYPE_CHECKING:
    from collections.abc import Iterator
    from xml.etree.ElementTree import Element

    from bekenlab.analysis.model import Analysis
    from bekenlab.image import Image, Partition

STYLE = Path(__file__).with_name("style.css")
"""The style sheet of reports."""
_POLICY = "default-src 'none'; style-src 'unsafe-inline'"
_LONGEST_VALUE = 1000
_MOST_KEYS = 400


def html_report(analysis: Analysis, reader: Reader = IN_ENGLISH) -> str:
    """The report on a dump as one HTML file. It never contains secrets.

    Args:
        analysis: The dump.
        reader: The language of the report.
    """
    view = dump_view(analysis)
    title = f"{analysis.file.name}: bekenlab"
    head = el(
        "head",
        el("meta", charset="utf-8"),
        el("meta", name="viewport", content="width=device-width, initial-scale=1"),
        el("meta", name="color-scheme", content="light dark"),
        el("meta", http_equiv="Content-Security-Policy", content=_POLICY),
        el("title", title),
        el("style", STYLE.read_text(encoding="utf-8") + stylesheet()),
    )
    sections = _sections(analysis, view, reader)
    main = el("main", *_header(analysis, reader), *sections, _foot(reader))
    return document(el("html", head, el("body", main), lang=reader.language))


def _header(analysis: Analysis, reader: Reader) -> Iterator[Element]:
    yield el("h1", analysis.file.name)
    size = reader("size", bytes=reader.number(analysis.file.size))
    yield el("p", size, el("code", analysis.file.sha256), cls="soft")


def _foot(reader: Reader) -> Element:
    return el("p", reader("foot", version=__version__), cls="soft")


def _sections(analysis: Analysis, view: DumpView, reader: Reader) -> Iterator[Element]:
    facts = el("dl", *_facts(analysis, view, reader))
    yield el("section", el("h2", reader("head.device")), facts)
    if analysis.problem or view.notices:
        yield el("section", el("h2", reader("head.warnings")), _warnings(analysis, reader))
    picture = _board(analysis, reader)
    if picture is not None or view.pins or view.odd:
        yield el("section", el("h2", reader("head.pins")), picture, *_pins(view, reader))
    if analysis.image and analysis.image.physical:
        flash = _flash(analysis, analysis.image, reader)
        yield el("section", el("h2", reader("head.flash")), *flash)
    if analysis.template.get("pins"):
        text = json.dumps(dict(analysis.template), indent=2, ensure_ascii=False)
        yield el("section", el("h2", reader("head.template")), el("pre", el("code", text)))
    yaml = _esphome(analysis)
    if yaml:
        code = el("pre", el("code", yaml), lang="en")
        folded = el("details", el("summary", reader("yaml.show")), code)
        yield el("section", el("h2", reader("head.yaml")), folded, cls="long")
    if view.keys:
        yield el("section", el("h2", reader("head.keys")), *_keys(view, reader), cls="long")


def _said(english: str, reader: Reader) -> Element:
    """A sentence of another package: in the reader's language, or marked as English."""
    text = reader.sentence(english)
    return el("span", text) if text else el("span", english, lang="en")


def _facts(analysis: Analysis, view: DumpView, reader: Reader) -> Iterator[Element]:
    clues = [part for clue in view.evidence for part in ("; ", _said(clue, reader))][1:]
    rows: list[tuple[str, Content, list[Content]]] = [
        ("chip", el("strong", view.chip or reader("chip.none")), [*clues]),
        ("module", el("strong", view.module) if view.module else None, []),
        ("firmware", view.firmware or reader(f"firmware.{view.kind}"), []),
        ("code", reader(f"code.{view.encryption}") if view.encryption else None, []),
        ("mac", view.mac or None, []),
        ("source", _source(analysis, reader), []),
        ("mcu", reader("mcu.about", baud=view.mcu_baud) if view.mcu_baud else None, []),
    ]
    for key, value, notes in rows:
        if value is not None and value != "":
            yield el("dt", reader(f"fact.{key}"))
            yield el("dd", value, el("div", *notes, cls="soft") if notes else None)


def _source(analysis: Analysis, reader: Reader) -> str | None:
    source = analysis.pins.source or analysis.tuya.source
    if source is None:
        return None
    return reader(f"source.{source}") if analysis.image else reader("source.text")


def _warnings(analysis: Analysis, reader: Reader) -> Element:
    made = el("ul", cls="warnings")
    if analysis.problem:
        head = el("strong", f"{analysis.problem.code}: ")
        made.append(el("li", head, _said(analysis.problem.message, reader)))
    for notice in analysis.notices:
        title, means = reader.warning(notice)
        head = el("strong", f"{title}: ")
        said = reader.sentence(notice.message)
        exact = None if said else el("div", notice.message, lang="en", cls="soft")
        made.append(el("li", head, said or means, exact))
    return made


def _board(analysis: Analysis, reader: Reader) -> Element | None:
    found = board_known(analysis.module, analysis.chip.name)
    if found is None:
        return None
    doubtful = analysis.pins.source is Source.FIRMWARE_DEFAULT
    uses = uses_of(analysis.pins, reader.pictures, reader.label)
    return el("figure", draw_board(found, uses, reader.pictures, doubtful=doubtful).root)


def _pins(view: DumpView, reader: Reader) -> Iterator[Element]:
    if view.pins:
        heads = [reader(f"pin.{key}") for key in ("gpio", "does", "active", "openbeken", "by")]
        if view.board:
            of_chip = reader("pin.of", board=view.board)
            heads.insert(1, reader("pin.pad") if view.on_module else of_chip)
        rows = [_pin(row, view, reader) for row in view.pins]
        yield table(heads, rows, reader("pin.about"))
    else:
        yield el("p", reader("pin.none"))
    for key, value in view.odd:
        yield el("p", reader("pin.odd", key=key, value=value))
    for note in view.notes:
        yield el("p", _said(note, reader))


def _pin(row: PinRow, view: DumpView, reader: Reader) -> list[Content]:
    said = "; ".join(f"{reader(f'by.{source}')}: {keys}" for source, keys in row.evidence)
    level = reader(f"pin.{row.level}") if row.level else "-"
    if row.level and row.assumed:
        level = reader("pin.usual", level=level)
    cells: list[Content] = [row.gpio, reader.label(row.label), level, row.openbeken or "-", said]
    if view.board:
        cells.insert(1, row.pads or el("span", reader("pin.hidden"), cls="bad"))
    return cells


def _flash(analysis: Analysis, image: Image, reader: Reader) -> Iterator[Element]:
    facts = flash_facts(analysis)
    if facts:
        yield el("figure", draw_flash(facts, reader.pictures).root)
    if image.partitions:
        heads = [reader(f"part.{key}") for key in ("name", "physical", "size", "container")]
        rows = [_partition(part, reader) for part in image.partitions]
        yield table(heads, rows, reader("part.about"))


def _partition(part: Partition, reader: Reader) -> list[Content]:
    verdict: Content = ""
    if part.container:
        header = part.container.header
        key = "part.intact" if part.container.ok else "part.broken"
        verdict = el("span", reader(key, name=f"{header.name} {header.version}"))
        verdict.set("class", "" if part.container.ok else "bad")
    size = f"{reader.number((part.end - part.start) / 1024, 1)} KiB"
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


def _keys(view: DumpView, reader: Reader) -> Iterator[Element]:
    shown = view.keys[:_MOST_KEYS]
    heads = [reader(f"keys.{key}") for key in ("key", "bytes", "value")]
    rows = [[row.name, reader.number(row.length), _value(row, reader)] for row in shown]
    yield table(heads, rows, reader("keys.about"))
    if len(view.keys) > len(shown):
        more = reader.number(len(view.keys) - len(shown))
        yield el("p", reader("keys.more", count=more), cls="soft")


def _value(row: KeyRow, reader: Reader) -> Content:
    if row.secret:
        return el("span", reader("keys.hidden"), cls="hidden")
    cut = row.value[:_LONGEST_VALUE]
    more = "" if cut == row.value else reader("keys.cut", count=reader.number(len(row.value)))
    damaged = None if row.ok else el("span", f" {reader('keys.damaged')}", cls="bad")
    return el("span", el("code", cut + more), damaged)
