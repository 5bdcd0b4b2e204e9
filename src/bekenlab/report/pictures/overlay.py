"""Overlay for a photo of a board: rings on the pads, labels beside the board."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bekenlab.chips.outlines import Face
from bekenlab.errors import Action, BadValueError
from bekenlab.report.pictures.layout import spread
from bekenlab.report.pictures.projection import from_corners, from_pads, project
from bekenlab.report.pictures.svg import text_width

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy as np
    from numpy.typing import NDArray

    from bekenlab.report.pictures.geometry import Geometry, Mark
    from bekenlab.report.pictures.svg import Point

_FONT_SHARE = 1 / 45  # of the photo's longer side
_LEAST_FONT = 12.0
_LINE = 1.6  # distance between labels, in font heights
_AWAY = 1.5  # distance between board and labels, in font heights


@dataclass(frozen=True, slots=True)
class Tag:
    """A pad in the photo, in pixels.

    Attributes:
        mark: The pad.
        at: Its centre.
        label: Upper left corner, width and height of its label, or None.
        left: Whether the label is left of the board.
    """

    mark: Mark
    at: Point
    label: tuple[float, float, float, float] | None = None
    left: bool = False


@dataclass(frozen=True, slots=True)
class Overlay:
    """Everything to draw over a photo, in pixels of the photo.

    Attributes:
        width: Width of the photo.
        height: Height of the photo.
        font: Height of the font.
        border: Corners of the board, pin 1's or the upper left one first.
        tags: The pads.
    """

    width: int
    height: int
    font: float
    border: tuple[Point, ...]
    tags: tuple[Tag, ...]


def overlay_of(
    geometry: Geometry, face: Face, matrix: NDArray[np.float64], size: tuple[int, int]
) -> Overlay:
    """Place a board over a photo.

    Args:
        geometry: The board. Pads needed for flashing and used pads get a label.
        face: The side in the photo.
        matrix: From millimetres of the board to pixels.
        size: Width and height of the photo, pixels.
    """
    width, height = size
    marks = geometry.faces[face]
    places = project(matrix, [(mark.x, mark.y) for mark in marks])
    w, h = geometry.width, geometry.height
    border = project(matrix, [(0, 0), (0, h), (w, h), (w, 0)])
    font = max(_LEAST_FONT, max(width, height) * _FONT_SHARE)
    found = {mark.name: Tag(mark, at) for mark, at in zip(marks, places, strict=True)}
    middle = sum(x for x, _ in border) / len(border)
    labelled = [tag for tag in found.values() if tag.mark.vital or tag.mark.used]
    for left in (True, False):
        column = [tag for tag in labelled if (tag.at[0] < middle) == left]
        edge = min(x for x, _ in border) if left else max(x for x, _ in border)
        for tag in _labelled(column, edge, font, size, left=left):
            found[tag.mark.name] = tag
    return Overlay(width, height, font, tuple(border), tuple(found.values()))


def by_corners(geometry: Geometry, corners: Sequence[Point], size: tuple[int, int]) -> Overlay:
    """Place a chip over a photo by its four corners, pin 1 first.

    Raises:
        BadValueError: The board is not a bare chip, or the corners do not outline one.
    """
    if not geometry.package:
        raise BadValueError(
            f"{geometry.name} is a module, which cannot be located by its corners",
            action=Action("name-pads"),
        )
    matrix = from_corners(corners, (geometry.width, geometry.height))
    return overlay_of(geometry, Face.FRONT, matrix, size)


def by_pads(
    geometry: Geometry, pads: Mapping[str, Point], size: tuple[int, int], face: Face | None = None
) -> Overlay:
    """Place a board over a photo by two of its pads.

    Args:
        geometry: The board.
        pads: Names of two pads and their positions in the photo, pixels.
        size: Width and height of the photo, pixels.
        face: The side in the photo; None for the first one with both pads.

    Raises:
        BadValueError: There are not two pads, or no side of the board has both.
    """
    if len(pads) != 2:
        raise BadValueError("two different pads are needed", hint="such as 1=120,340 11=560,352")
    sides = [face] if face else list(geometry.faces)
    for side in sides:
        places = {mark.name: (mark.x, mark.y) for mark in geometry.faces.get(side, ())}
        if all(name in places for name in pads):
            (one, at), (other, there) = pads.items()
            matrix = from_pads((places[one], places[other]), (at, there))
            return overlay_of(geometry, side, matrix, size)
    known = dict.fromkeys(mark.name for side in sides for mark in geometry.faces.get(side, ()))
    named = " and ".join(pads)
    raise BadValueError(
        f"no side of {geometry.name} has the pads {named}", hint=f"its pads: {', '.join(known)}"
    )


def label_text(mark: Mark) -> str:
    """Text of a label: the pad's number and function."""
    return f"{mark.name}  {mark.text}"


def _labelled(
    column: Sequence[Tag], edge: float, font: float, size: tuple[int, int], *, left: bool
) -> list[Tag]:
    """Place a column of labels beside the board, inside the photo if possible."""
    width, height = size
    tall = font * 1.4
    ordered = sorted(column, key=lambda tag: tag.at[1])
    places = spread([tag.at[1] for tag in ordered], font * _LINE)
    if places:
        down = max(tall / 2 - places[0], 0)
        places = [y + down - max(places[-1] + down + tall / 2 - height, 0) for y in places]
    placed = []
    for tag, y in zip(ordered, places, strict=True):
        wide = text_width([(label_text(tag.mark), "strong")], font) + font
        x = edge - font * _AWAY - wide if left else edge + font * _AWAY
        x = min(max(x, 2.0), max(width - wide - 2.0, 2.0))
        placed.append(Tag(tag.mark, tag.at, (x, y - tall / 2, wide, tall), left))
    return placed
