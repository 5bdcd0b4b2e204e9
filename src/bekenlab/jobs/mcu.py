"""Second controllers: what a capture says, and which set-up follows from what is known."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from bekenlab.analysis.analyze import analyze
from bekenlab.analysis.boot_findings import BootMode
from bekenlab.analysis.controller import is_battery, meaning_of_device
from bekenlab.analysis.inputs import load_one
from bekenlab.errors import NoConfigError, NotFoundError
from bekenlab.machine.peers.controller_wire import ControllerWire
from bekenlab.machine.peers.controllers import controller_with
from bekenlab.mcu.capture import Capture, read_capture
from bekenlab.mcu.frames import DpType, Protocol, Sender
from bekenlab.mcu.meaning import Meaning, meaning_of
from bekenlab.mcu.schema import Mode, SchemaPoint

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from bekenlab.analysis.inputs import InputFile
    from bekenlab.analysis.model import Analysis
    from bekenlab.link.transport import Transport
    from bekenlab.machine.wire import WireDevice

_PRODUCT = re.compile(r"[0-9a-z]{2,20}")
_KINDS = {
    DpType.RAW: "raw",
    DpType.BOOL: "bool",
    DpType.VALUE: "value",
    DpType.STRING: "string",
    DpType.ENUM: "enum",
    DpType.BITMAP: "bitmap",
}
# Firmware for battery devices speaks the protocol with this version.
_BATTERY_VERSION = 0
_ANY_PRODUCT = "0" * 16
_SLICE = 0.2
_MOST = 1 << 20


@dataclass(frozen=True, slots=True)
class Controller:
    """What is known of a device's second controller.

    Attributes:
        name: What it was named by: a file or a product id.
        meaning: Its data points.
        baud: Speed of its line, or None.
        protocol: Which protocol it speaks, or None.
        version: Version of its frames, or None.
        chip: The module's chip, or None.
        source: Where the data points come from: ``"storage"``, ``"deleted"``, ``"table"``, or
            ``"capture"``.
    """

    name: str
    meaning: Meaning
    baud: int | None = None
    protocol: Protocol | None = None
    version: int | None = None
    chip: str | None = None
    source: str = "table"


def listen(
    transport: Transport,
    *,
    seconds: float | None,
    interrupted: Callable[[], bool] = lambda: False,
) -> bytes:
    """What arrives at a port until time is up, the user interrupts, or a mebibyte has come.

    Raises:
        LineLostError: The port has disappeared.
    """
    started = transport.now()
    data = bytearray()
    while not interrupted() and len(data) < _MOST:
        if seconds is not None and transport.now() - started >= seconds:
            break
        data += transport.read(_SLICE)
    return bytes(data)


def meaning_of_capture(capture: Capture, product: str | None = None) -> Meaning:
    """What the data points in a capture mean, by the product that it names or that is given."""
    return meaning_of((), product or "", capture.product)


def controller(path: Path, product: str | None = None) -> Controller:
    """Everything known of a second controller, from a dump or a capture.

    Args:
        path: A dump, or a capture in any form.
        product: Product id, if the file does not name it.

    Raises:
        BekenlabError: The file cannot be read.
        NoConfigError: Nothing in it tells the data points.
    """
    file = load_one(path)
    analysis = analyze(file, boot=BootMode.NEVER)
    found = (
        _of_dump(file, analysis, product)
        if analysis.image is not None and analysis.tuya.storage is not None
        else _of_capture(file, product)
    )
    if not found.meaning.points:
        raise NoConfigError(
            f"nothing in {file.name} tells the data points of a second controller",
            hint="name the product, or capture what the controller and its module send each other",
        )
    return found


def product(name: str) -> Controller:
    """What the table of products knows.

    Raises:
        NotFoundError: The product is not in it.
    """
    found = meaning_of((), name)
    if not found.points:
        raise NotFoundError(
            f"no product {name[:24]!r} is known",
            hint="the id of a product has 16 characters; the controller tells it, and so does a "
            "dump's storage",
        )
    return Controller(name, found)


def simulated(controller: Controller, baud: int) -> WireDevice:
    """A controller with these data points, for a module to talk to.

    Args:
        controller: What is known of it.
        baud: Speed of its line.
    """
    points = controller.meaning.points
    name = controller.meaning.product or _ANY_PRODUCT
    battery = controller.protocol is Protocol.BATTERY
    return ControllerWire(controller_with(name, points, battery=battery), baud)


def is_product(name: str) -> bool:
    """Whether a name may be a product's id."""
    return _PRODUCT.fullmatch(name) is not None


def _of_dump(file: InputFile, analysis: Analysis, product: str | None) -> Controller:
    stored = analysis.tuya.product
    schema = stored.schema.points if stored.schema is not None else ()
    meaning = meaning_of(schema, product) if product else meaning_of_device(analysis.tuya)
    source = "table"
    if stored.schema is not None:
        source = "deleted" if stored.schema.recovered else "storage"
    protocol = Protocol.MAINS if analysis.tuya.mcu_baud else None
    if is_battery(analysis.firmware):
        protocol = Protocol.BATTERY
    version = _BATTERY_VERSION if protocol is Protocol.BATTERY else None
    return Controller(
        name=file.name,
        meaning=meaning,
        baud=analysis.tuya.mcu_baud,
        protocol=protocol,
        version=version,
        chip=analysis.chip.name,
        source=source,
    )


def _of_capture(file: InputFile, product: str | None) -> Controller:
    capture = read_capture(file.data)
    known = meaning_of_capture(capture, product)
    seen = _seen(capture)
    by_id = {point.id: point for point in seen}
    extra = [by_id[number] for number in by_id if known.point(number) is None]
    points = tuple(sorted((*known.points, *extra), key=lambda point: point.id))
    return Controller(
        name=file.name,
        meaning=replace(known, points=points),
        protocol=capture.protocol,
        version=capture.version,
        source="table" if known.points else "capture",
    )


def _seen(capture: Capture) -> tuple[SchemaPoint, ...]:
    """Data points by what was sent: number and type, and whether the module ever set it."""
    kinds: dict[int, str] = {}
    was_set: set[int] = set()
    for sender, point in capture.all_points():
        if point.kind in _KINDS:
            kinds.setdefault(point.number, _KINDS[DpType(point.kind)])
        if sender is Sender.MODULE:
            was_set.add(point.number)
    return tuple(
        SchemaPoint(number, kind, Mode.BOTH if number in was_set else Mode.REPORTED)
        for number, kind in sorted(kinds.items())
    )
