"""A board's pads with their places, for what is drawn over a photo."""

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

# What somebody with a soldering iron looks for, by function, and what it is called then.
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
    """One pad or pin.

    Attributes:
        name: As printed or numbered.
        x: Middle, mm from the left as seen from its face.
        y: Middle, mm from the top.
        kind: A kind of ``data/palette.toml``.
        text: What to write beside it.
        detail: All there is to say.
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
    """A board, ready to be laid over a photo.

    Attributes:
        name: Of the module or chip.
        package: Whether it is a bare chip, whose corners are clicked; else two pads are.
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
        """As the photo page gets it: colours are those of a light page, on any photo."""
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
    """The pads of a module, or the pins of a bare chip, with their places."""
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
    """What stands beside the pad: first what one solders to, then the rest."""
    if not vital:
        return f"{fact.head} {fact.text}".strip()
    rest = "" if fact.head in {vital, ""} else f" {fact.head}"
    return f"{vital}{rest} {fact.text}".strip()
