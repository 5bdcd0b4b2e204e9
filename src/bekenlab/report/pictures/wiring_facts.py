"""Maps the wires of a USB-serial adapter to the pads of a board."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bekenlab.chips.outlines import Edge, Face, Outline, Spot, outline_of
from bekenlab.report.pictures.words import ENGLISH, Words

if TYPE_CHECKING:
    from bekenlab.chips import Module

# Pin of the adapter, the function of the pad it goes to, the name of the board's end, the wire's
# colour in palette.toml, and whether it is optional. Chips of other makes are flashed by the port
# that their data call FLASH; their end is called as the pin.
_PORT_OF_OTHERS = {"UART1_RX": "FLASH_RX", "UART1_TX": "FLASH_TX"}
_WIRES = (
    ("3V3", "3V3", "3V3", "power", False),
    ("GND", "GND", "GND", "ground", False),
    ("TX", "UART1_RX", "RX1", "tx", False),
    ("RX", "UART1_TX", "TX1", "rx", False),
    ("RTS", "CEN", "CEN", "reset", True),
)
_Row = tuple[str, str, str, str, bool]
NOTES = ("mains", "volts", "supply", "ground", "reset")
"""Keys of the safety notes in reading order: ``wiring.mains`` and so on."""


@dataclass(frozen=True, slots=True)
class Wire:
    """A wire.

    Attributes:
        adapter: Pin of the adapter, e.g. ``"RX"``.
        signal: The board's name for the other end, e.g. ``"TX1"``.
        pad: Name of the pad, or None if the data do not name one (power of a bare chip).
        spot: Position of the pad as seen from ``Wiring.face``.
        hidden: Whether the pad is on the other face.
        paint: A wire of ``data/palette.toml``.
        optional: Whether it can be left out.
    """

    adapter: str
    signal: str
    pad: str | None
    spot: Spot | None
    hidden: bool
    paint: str
    optional: bool


@dataclass(frozen=True, slots=True)
class Wiring:
    """The wiring of a board.

    Attributes:
        face: The face with most of the pads.
        wires: Most important first.
    """

    face: Face
    wires: tuple[Wire, ...]


def wiring_of(module: Module) -> Wiring:
    """The wires from an adapter to a module or bare chip."""
    outline = outline_of(module)
    face = max(
        (Face.FRONT, Face.BACK),
        key=lambda face: sum(
            _pick(module, outline, _of_chip(module, wire)[1], face) is not None for wire in _WIRES
        ),
    )
    wires = (_wire(module, outline, face, *_of_chip(module, wire)) for wire in _WIRES)
    # Every board has accessible power, even if the data do not name the pad; reset may be missing.
    return Wiring(face, tuple(wire for wire in wires if wire.spot or not wire.optional))


def _of_chip(module: Module, wire: _Row) -> _Row:
    """A wire of the table as it is for the module's chip."""
    adapter, function, _, paint, optional = wire
    other = _PORT_OF_OTHERS.get(function)
    pad = next((pad for pad in module.pads if other in pad.functions), None)
    return wire if pad is None else (adapter, other or function, pad.place, paint, optional)


def wiring_notes(words: Words = ENGLISH) -> tuple[str, ...]:
    """Safety notes of a sentence or two each, to be shown with the picture."""
    return tuple(words[f"wiring.{key}"] for key in NOTES)


def _wire(
    module: Module,
    outline: Outline,
    face: Face,
    adapter: str,
    function: str,
    signal: str,
    paint: str,
    optional: bool,
) -> Wire:
    spot = _pick(module, outline, function, face)
    hidden = False
    if spot is None:
        other = Face.BACK if face is Face.FRONT else Face.FRONT
        spot = _pick(module, outline, function, other)
        hidden = spot is not None
        if spot is not None:
            mirrored = {Edge.LEFT: Edge.RIGHT, Edge.RIGHT: Edge.LEFT}
            x, edge = outline.width - spot.x, mirrored.get(spot.edge, spot.edge)
            spot = Spot(spot.name, face, edge, x, spot.y, spot.width, spot.height)
    return Wire(adapter, signal, spot.name if spot else None, spot, hidden, paint, optional)


def _pick(module: Module, outline: Outline, function: str, face: Face) -> Spot | None:
    """The first pad with a function on a face; edge pads are preferred to test pads."""
    names = [pad.name for pad in module.pads if function in pad.functions]
    seen = {spot.name: spot for spot in outline.seen_from(face)}
    there = [seen[name] for name in names if name in seen]
    return min(there, key=lambda spot: spot.edge is Edge.INSIDE, default=None)
