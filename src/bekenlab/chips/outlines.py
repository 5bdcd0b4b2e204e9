"""Where the pads of a module and the pins of a package are: geometry in millimetres."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cache
from typing import TYPE_CHECKING

from bekenlab.chips import _toml

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bekenlab.chips.models import Module
    from bekenlab.data import Table

Box = tuple[float, float, float, float]
"""x, y, width and height in millimetres."""

_TEST_PAD_MM = 1.0
_PIN_LENGTH = 0.8  # of the pitch; the visible part of a pin
_ROW_PITCH = 2.0


class Face(StrEnum):
    """A side of a board. The front is where the parts are."""

    FRONT = "front"
    BACK = "back"
    BOTH = "both"


class Edge(StrEnum):
    """The edge of the board where a pad is, as seen from its face; ``INSIDE`` for test pads."""

    LEFT = "left"
    RIGHT = "right"
    TOP = "top"
    BOTTOM = "bottom"
    INSIDE = "inside"


@dataclass(frozen=True, slots=True)
class Spot:
    """Where one pad is.

    Attributes:
        name: Name of the pad, as ``Pad.name``.
        face: The face from which it can be seen.
        edge: The edge where it is.
        x: Centre, mm from the left as seen from its face (from the front for ``BOTH``).
        y: Centre, mm from the top.
        width: Width of the copper, mm.
        height: Height of the copper, mm.
    """

    name: str
    face: Face
    edge: Edge
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Outline:
    """The shape of a module or package, and where its pads are.

    Attributes:
        width: Width in mm.
        height: Height in mm.
        spots: Pads; for a package all pins, including those with unknown functions.
        cuts: Boxes cut out of the rectangle.
        antenna: Where the antenna is, or None.
        shield: The metal lid, or the chip; None without one.
        package: Whether it is a bare chip, with pin 1 at the top of the left side.
        drawn: False if no drawing exists and the pads are in two rows by number.
    """

    width: float
    height: float
    spots: tuple[Spot, ...]
    cuts: tuple[Box, ...] = ()
    antenna: Box | None = None
    shield: Box | None = None
    package: bool = False
    drawn: bool = True

    def seen_from(self, face: Face) -> tuple[Spot, ...]:
        """Pads seen from the front or the back, with the x of that view."""
        return tuple(self._seen(face))

    def _seen(self, face: Face) -> Iterator[Spot]:
        mirrored = {Edge.LEFT: Edge.RIGHT, Edge.RIGHT: Edge.LEFT}
        for spot in self.spots:
            if spot.face is face:
                yield spot
            elif spot.face is Face.BOTH:
                edge = mirrored.get(spot.edge, spot.edge)
                back = face is Face.BACK
                yield replace(spot, x=self.width - spot.x, edge=edge) if back else spot


def outline_of(module: Module) -> Outline:
    """The outline of a module or package.

    A module without a drawing gets its pads in two rows by number (``drawn`` is False).
    """
    found = _outlines().get(module.key)
    return found if found is not None else _two_rows([pad.name for pad in module.pads])


@cache
def _outlines() -> dict[str, Outline]:
    data = _toml.read("outlines.toml")
    test_pads = _test_pads(data["test_pads"]["rows"])
    found: dict[str, Outline] = {}
    for table in data["outline"]:
        for key in table["modules"]:
            found[key] = _module(table, test_pads.get(key, ()))
    for table in data["package"]:
        outline = _package(table["pins"], table["size"], table["pitch"])
        found |= dict.fromkeys(table["modules"], outline)
    return found


def _module(table: Table, test_pads: tuple[Spot, ...]) -> Outline:
    width, height = table["size"]
    rows = [spot for row in table["rows"].split("\n") for spot in _row(row)]
    return Outline(
        width=width,
        height=height,
        spots=(*rows, *test_pads),
        cuts=tuple((x, y, w, h) for x, y, w, h in table.get("cuts", ())),
        antenna=_box(table.get("antenna")),
        shield=_box(table.get("shield")),
    )


def _box(numbers: list[float] | None) -> Box | None:
    if numbers is None:
        return None
    x, y, width, height = numbers
    return x, y, width, height


def _row(row: str) -> Iterator[Spot]:
    """The pads of one line of ``rows``."""
    if not row.strip():
        return
    face, edge, *rest = row.split()
    x, y, step_x, step_y, width, height = (float(number) for number in rest[:6])
    for index, name in enumerate(rest[6:]):
        at = (x + index * step_x, y + index * step_y)
        yield Spot(name, Face(face), Edge(edge), *at, width, height)


def _test_pads(rows: str) -> dict[str, tuple[Spot, ...]]:
    found: dict[str, tuple[Spot, ...]] = {}
    for row in rows.splitlines():
        key, *words = row.split()
        pads = zip(words[::3], words[1::3], words[2::3], strict=True)
        found[key] = found.get(key, ()) + tuple(
            Spot(name, Face.BACK, Edge.INSIDE, float(x), float(y), _TEST_PAD_MM, _TEST_PAD_MM)
            for name, x, y in pads
        )
    return found


def _package(pins: int, size: float, pitch: float) -> Outline:
    """A square package: pins down the left, along the bottom, up the right, back along the top."""
    side = pins // 4
    length, across = _PIN_LENGTH * pitch, pitch / 2
    spots = []
    for index in range(pins):
        turn, place = divmod(index, side)
        along = size / 2 + (place - (side - 1) / 2) * pitch
        near, far = length / 2, size - length / 2
        edge, x, y = (
            (Edge.LEFT, near, along),
            (Edge.BOTTOM, along, far),
            (Edge.RIGHT, far, size - along),
            (Edge.TOP, size - along, near),
        )[turn]
        upright = edge in {Edge.TOP, Edge.BOTTOM}
        copper = (across, length) if upright else (length, across)
        spots.append(Spot(str(index + 1), Face.FRONT, edge, x, y, *copper))
    return Outline(size, size, tuple(spots), package=True)


def _two_rows(names: list[str]) -> Outline:
    """Pads in order, down the left and up the right, as on most modules."""
    left = (len(names) + 1) // 2
    width, height = 16.0, left * _ROW_PITCH + 2
    spots = []
    for index, name in enumerate(names):
        on_left = index < left
        row = index if on_left else 2 * left - 1 - index
        edge, x = (Edge.LEFT, 0.55) if on_left else (Edge.RIGHT, width - 0.55)
        spots.append(Spot(name, Face.FRONT, edge, x, (row + 1) * _ROW_PITCH, 1.1, 1.3))
    return Outline(width, height, tuple(spots), drawn=False)
