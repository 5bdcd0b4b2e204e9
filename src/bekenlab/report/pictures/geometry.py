"""A board's pads with their positions, for drawing over a photo."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bekenlab.chips.outlines import Face, outline_of
from bekenlab.report.pictures.theme import paints
from bekenlab.report.pictures.uses import PadFacts, Uses, pad_facts
from bekenlab.report.pictures.words import ENGLISH, Words

if TYPE_CHECKING:
    from bekenlab.chips import Module, Pad
    from bekenlab.chips.outlines import Spot

# Functions needed for flashing or the log, with their labels.
_VITAL = {
    "UART1_RX": "RX1",
    "UART1_TX": "TX1",
    "UART2_TX": "TX2",
    "CEN": "CEN",
    "3V3": "3V3",
    "GND": "GND",
}


@dataclass(frozen=True, slots=True)
class Mark:
    """A pad or pin.

    Attributes:
        name: Printed name or number.
        x: Centre, mm from the left as seen from its face.
        y: Centre, mm from the top.
        kind: A kind of ``data/palette.toml``.
        text: Label.
        detail: Full description.
        vital: Whether it is needed to flash or to read the log: RX1, TX1, CEN, 3V3, GND, TX2.
        used: Whether the device uses it.
    """

    name: str
    x: float
    y: float
    kind: str
    text: str
    detail: str
    vital: bool
    used: bool


@dataclass(frozen=True, slots=True)
class Geometry:
    """A board to be drawn over a photo.

    Attributes:
        name: Name of the module or chip.
        package: Whether it is a bare chip, located by its corners rather than by two pads.
        width: mm.
        height: mm.
        faces: Marks by face; a bare chip has only a front.
    """

    name: str
    package: bool
    width: float
    height: float
    faces: dict[Face, tuple[Mark, ...]]

    def to_json(self) -> dict[str, Any]:
        """As JSON for the photo page, with the colours of the light theme."""
        colours = paints()
        return {
            "name": self.name,
            "package": self.package,
            "width": self.width,
            "height": self.height,
            "faces": {
                str(face): [
                    {
                        "name": mark.name,
                        "x": round(mark.x, 4),
                        "y": round(mark.y, 4),
                        "colour": colours[f"kind-{mark.kind}"].light,
                        "ink": colours[f"kind-{mark.kind}-on"].light,
                        "text": mark.text,
                        "detail": mark.detail,
                        "vital": mark.vital,
                        "used": mark.used,
                    }
                    for mark in marks
                ]
                for face, marks in self.faces.items()
            },
        }


def geometry_of(module: Module, uses: Uses, words: Words = ENGLISH) -> Geometry:
    """The pads of a module, or the pins of a bare chip, with their positions."""
    outline = outline_of(module)
    pads = {pad.name: pad for pad in module.pads}
    shown = (Face.FRONT,) if outline.package else (Face.FRONT, Face.BACK)
    faces = {
        face: tuple(
            _mark(spot, pads.get(spot.name), uses, words) for spot in outline.seen_from(face)
        )
        for face in shown
    }
    return Geometry(module.name, outline.package, outline.width, outline.height, faces)


def _mark(spot: Spot, pad: Pad | None, uses: Uses, words: Words) -> Mark:
    if pad is None:
        return Mark(spot.name, spot.x, spot.y, "none", "", "", vital=False, used=False)
    fact = pad_facts(pad, uses, words)
    vital = next((_VITAL[name] for name in pad.functions if name in _VITAL), "")
    return Mark(
        name=spot.name,
        x=spot.x,
        y=spot.y,
        kind=fact.kind,
        text=_text(fact, vital),
        detail=fact.detail,
        vital=bool(vital),
        used=pad.gpio is not None and bool(uses.get(pad.gpio)),
    )


def _text(fact: PadFacts, vital: str) -> str:
    """The label of a pad: its function for soldering first, then the rest."""
    if not vital:
        return f"{fact.head} {fact.text}".strip()
    rest = "" if fact.head in {vital, ""} else f" {fact.head}"
    return f"{vital}{rest} {fact.text}".strip()
