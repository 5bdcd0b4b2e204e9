"""The pages of a corpus. They work from a file system, and reach nothing outside."""

from __future__ import annotations

import base64
import hashlib
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bekenlab.jobs.pinout import board_known
from bekenlab.openbeken.roles import role_of_pin
from bekenlab.pins import Source
from bekenlab.report.html import STYLE
from bekenlab.report.html.tree import Content, document, el, table
from bekenlab.report.html.words import IN_ENGLISH
from bekenlab.report.pictures import draw_board, stylesheet, uses_of
from bekenlab.report.printable import printable
from bekenlab.version import __version__

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from xml.etree.ElementTree import Element

    from bekenlab.corpus.devices import KnownDevice
    from bekenlab.pins import Pin

_SCRIPT = Path(__file__).with_name("search.js")
_CSS = Path(__file__).with_name("site.css")
_MOST_VERSIONS = 40


def site_files(devices: Iterable[KnownDevice], title: str) -> Iterator[tuple[str, str]]:
    """Path and content of every file of the site.

    Args:
        devices: The devices.
        title: Title of the site.
    """
    index = []
    for device in devices:
        index.append(_entry(device))
        yield f"devices/{device.id}.html", _device_page(device, title)
    yield "index.json", json.dumps(index, separators=(",", ":")) + "\n"
    yield "index.html", _search_page(index, title)


def _entry(device: KnownDevice) -> dict[str, Any]:
    return {
        "id": device.id,
        "title": printable(device.title),
        "chip": device.chip,
        "module": printable(device.module),
        "firmware": printable(device.firmware),
        "product": printable(device.product),
        "schema": printable(device.schema),
        "versions": [printable(each) for each in device.versions[:_MOST_VERSIONS]],
        "pins": printable(device.layout),
        "mcu": device.mcu_baud is not None,
        "contents": device.contents,
        "names": [printable(name) for name in device.names],
    }


def _search_page(index: list[dict[str, Any]], title: str) -> str:
    script = _SCRIPT.read_text(encoding="utf-8")
    # In a script, only "</" could end it early.
    data = json.dumps(index, separators=(",", ":")).replace("<", "\\u003c")
    hint = "Words of the firmware, module or name, or pins such as 26=rel"
    find = el(
        "section",
        el("label", "Search", **{"for": "query"}),
        el("input", id="query", type="search", autocomplete="off", aria_describedby="hint"),
        el("p", hint, id="hint", cls="soft"),
    )
    found = el(
        "section",
        el("h2", "Devices"),
        el("p", id="count", role="status", cls="soft"),
        el("ul", id="found"),
        el("noscript", el("p", "The search needs a script, which is in this page.")),
    )
    body = el(
        "body",
        el("main", el("h1", title), find, found, _foot()),
        el("script", data, id="index", type="application/json"),
        el("script", script, type="module"),
    )
    return document(el("html", _head(title, (data, script)), body, lang="en"))


def _device_page(device: KnownDevice, title: str) -> str:
    sections = [el("section", el("h2", "Device"), el("dl", *_facts(device)))]
    if device.pins.pins:
        sections.append(el("section", el("h2", "Pins"), _picture(device), _pins(device)))
    if device.points:
        heads = ("Number", "Set by", "Type", "Values")
        rows = [[str(point[0]), *map(printable, point[1:])] for point in device.points]
        about = table(heads, rows, "Data points")
        sections.append(el("section", el("h2", "Data points"), about))
    if device.names:
        names = el("ul", *(el("li", printable(name)) for name in device.names))
        sections.append(el("section", el("h2", "Names of dumps"), names))
    back = el("p", el("a", title, href="../index.html"))
    head = _head(f"{printable(device.title)}: {title}", ())
    main = el("main", back, el("h1", printable(device.title)), *sections, _foot())
    return document(el("html", head, el("body", main), lang="en"))


def _head(title: str, scripts: tuple[str, ...]) -> Element:
    hashes = " ".join(f"'sha256-{_digest(text)}'" for text in scripts)
    policy = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
    if hashes:
        policy += f"; script-src {hashes}"
    return el(
        "head",
        el("meta", charset="utf-8"),
        el("meta", name="viewport", content="width=device-width, initial-scale=1"),
        el("meta", name="color-scheme", content="light dark"),
        el("meta", http_equiv="Content-Security-Policy", content=policy),
        el("title", title),
        el("style", _style()),
    )


def _style() -> str:
    return STYLE.read_text(encoding="utf-8") + stylesheet() + _CSS.read_text(encoding="utf-8")


def _digest(text: str) -> str:
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def _facts(device: KnownDevice) -> Iterator[Element]:
    versions = ", ".join(device.versions[:_MOST_VERSIONS])
    mcu = f"second controller (TuyaMCU) at {device.mcu_baud} baud" if device.mcu_baud else ""
    for name, value in (
        ("Chip", device.chip),
        ("Module", device.module),
        ("Firmware", device.firmware),
        ("Versions", versions),
        ("Product", device.product),
        ("Schema", device.schema),
        ("Controller", mcu),
        ("Seen in", "1 dump" if device.contents == 1 else f"{device.contents:,} dumps"),
    ):
        if value:
            yield el("dt", name)
            yield el("dd", printable(value))


def _picture(device: KnownDevice) -> Element | None:
    found = board_known(device.module or None, device.chip or None)
    if found is None:
        return None
    doubtful = device.pins.source is Source.FIRMWARE_DEFAULT
    uses = uses_of(device.pins)
    drawn = draw_board(found, uses, IN_ENGLISH.pictures, doubtful=doubtful)
    return el("figure", drawn.root)


def _pins(device: KnownDevice) -> Element:
    board = board_known(device.module or None, device.chip or None)
    rows: list[list[Content]] = []
    for pin in device.pins.pins:
        pads = ", ".join(pad.name for pad in board.pads_of(pin.gpio)) if board else ""
        source = "; ".join(IN_ENGLISH(f"by.{said.source}") for said in pin.evidence)
        rows.append([f"P{pin.gpio}", pads or "-", printable(pin.label), _setting(pin), source])
    return table(("GPIO", "Pad", "Function", "OpenBeken", "According to"), rows, "Pins")


def _setting(pin: Pin) -> str:
    return "-" if pin.role == "None" else f"{role_of_pin(pin)};{pin.channel}"


def _foot() -> Element:
    return el("p", f"Made by bekenlab {__version__} from a corpus of dumps.", cls="soft")
