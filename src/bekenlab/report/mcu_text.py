"""What is known of a second controller, for a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich import box
from rich.console import Group
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from bekenlab.mcu.frames import Protocol, frame_name
from bekenlab.mcu.names import name_of
from bekenlab.mcu.products import product_name
from bekenlab.mcu.values import value_of
from bekenlab.report.printable import Printable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.console import RenderableType

    from bekenlab.mcu.capture import Capture
    from bekenlab.mcu.frames import DataPoint
    from bekenlab.mcu.meaning import Meaning

_PROTOCOLS = {
    Protocol.MAINS: "that of mains-powered devices",
    Protocol.BATTERY: "that of battery devices",
    None: "not told by these frames",
}


def render_capture(capture: Capture, meaning: Meaning) -> RenderableType:
    """All frames, a line each, with the data points in them."""
    table = Table(box=box.SIMPLE, pad_edge=False, show_edge=False)
    for name in ("From", "Command", "Data points, or payload"):
        table.add_column(name, overflow="fold")
    for sent in capture.frames:
        said = "\n".join(_point(point, meaning) for point in sent.points)
        payload = said or sent.frame.payload.hex(" ")
        command = f"{sent.frame.command:02x} {frame_name(sent.frame, capture.protocol)}"
        table.add_row(str(sent.sender), command, payload)
    for point in capture.points:
        table.add_row("mcu", "in words", _point(point, meaning))
    return Printable(Group(render_facts(capture, meaning), Padding(table, (1, 0, 0, 2))))


def render_facts(capture: Capture, meaning: Meaning) -> RenderableType:
    """What the frames say about the device."""
    table = Table.grid(padding=(0, 2))
    table.add_column(style="dim", no_wrap=True)
    table.add_column(overflow="fold")
    for name, value in _facts(capture, meaning):
        table.add_row(name, value)
    return Printable(Padding(table, (1, 0, 0, 2)))


def _facts(capture: Capture, meaning: Meaning) -> Iterator[tuple[str, Text]]:
    yield "Frames", Text(str(len(capture.frames)))
    if capture.skipped:
        yield "Skipped", Text(f"{capture.skipped:,} bytes that belong to no frame with a right sum")
    yield "Protocol", Text(_PROTOCOLS[capture.protocol])
    if capture.version is not None:
        yield "Version", Text(str(capture.version))
    if capture.product:
        name = product_name(capture.product)
        yield "Product", Text(f"{capture.product}, {name}" if name else capture.product)
    if meaning.points:
        yield "Known", Text(f"{len(meaning.points)} data points, as product {meaning.product}")
    else:
        yield "Known", Text("no: the meaning of its data points is not in the table of products")


def _point(point: DataPoint, meaning: Meaning) -> str:
    known = meaning.point(point.number)
    value = value_of(point, known)
    name = name_of(known.code, point.number) if known is not None else f"Data point {point.number}"
    return f"{point.number} {name}: {value.shown}"
