"""Which pad of a board each wire of a USB-serial adapter goes to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bekenlab.chips.outlines import Edge, Face, Outline, Spot, outline_of
from bekenlab.report.pictures.words import ENGLISH, Words

if TYPE_CHECKING:
    from bekenlab.chips import Module

# Pin of the adapter, what it goes to on the board (a function of a pad), how the board's end is
# called, the wire's colour in palette.toml, and whether one can do without.
_WIRES = (
    ("3V3", "3V3", "3V3", "power", False),
    ("GND", "GND", "GND", "ground", False),
    ("TX", "UART1_RX", "RX1", "tx", False),
    ("RX", "UART1_TX", "TX1", "rx", False),
    ("RTS", "CEN", "CEN", "reset", True),
)
NOTES = ("mains", "volts", "supply", "ground", "reset")
"""Keys of the safety notes, in the order they are to be read in: ``wiring.mains`` and so on."""


@dataclass(frozen=True, slots=True)
class Wire:
    """One wire.

    Attributes:
        adapter: Pin of the adapter, e.g. ``"RX"``.
        signal: What the board calls the other end, e.g. ``"TX1"``.
        pad: Name of the pad, or None where the data do not name one (power of a bare chip).
        spot: Where the pad is, as seen from ``Wiring.face``.
        hidden: Whether the pad is on the other face.
        paint: A wire of ``data/palette.toml``.
        optional: Whether it also works without.
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
    """How to connect a board.

    Attributes:
        face: The face that shows most of the pads.
        wires: In the order of importance.
    """

    face: Face
    wires: tuple[Wire, ...]


def wiring_of(module: Module) -> Wiring:
    """The wires from an adapter to a module, or to a bare chip."""
    outline = outline_of(module)
    face = max(
        (Face.FRONT, Face.BACK),
        key=lambda face: sum(_pick(module, outline, wire[1], face) is not None for wire in _WIRES),
    )
    wires = (_wire(module, outline, face, *wire) for wire in _WIRES)
    # A board brings power out somewhere, even where our data do not say; a reset it may not.
    return Wiring(face, tuple(wire for wire in wires if wire.spot or not wire.optional))


def wiring_notes(words: Words = ENGLISH) -> tuple[str, ...]:
    """What to mind, a sentence or two each. They belong beside the picture."""
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
    """The first pad with a function that a face shows; a pad at the edge before a test pad."""
    names = [pad.name for pad in module.pads if function in pad.functions]
    seen = {spot.name: spot for spot in outline.seen_from(face)}
    there = [seen[name] for name in names if name in seen]
    return min(there, key=lambda spot: spot.edge is Edge.INSIDE, default=None)
