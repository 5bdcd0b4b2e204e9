"""The body of a board (laminate, aerial, lid and pads), or a chip with its pins."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bekenlab.chips.outlines import Edge, Face, Outline, Spot
from bekenlab.report.pictures.svg import path, shape, text_width, words

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

_BOARD = 108.0  # a board is about this wide
_SCALES = (5.0, 12.0)
_PIN_PITCH = 7.5  # minimum pitch of the pins of a chip


def board_scale(outline: Outline) -> float:
    """Picture units per millimetre."""
    if not outline.package:
        return min(max(_BOARD / outline.width, _SCALES[0]), _SCALES[1])
    first, second = outline.spots[:2]
    return max(_BOARD / outline.width, _PIN_PITCH / (second.y - first.y))


def draw_pad(parent: Element, spot: Spot, scale: float, paint: str) -> Element:
    """Draw the copper of a pad in its colour."""
    width, height = spot.width * scale, spot.height * scale
    round_one = spot.edge is Edge.INSIDE
    return shape(
        parent,
        "rect",
        f"{paint} copper-line",
        x=spot.x * scale - width / 2,
        y=spot.y * scale - height / 2,
        width=width,
        height=height,
        rx=width / 2 if round_one else min(width, height) / 4,
        stroke_width=1,
    )


def draw_body(parent: Element, outline: Outline, face: Face, scale: float, name: str) -> None:
    """Draw a board without its pads (laminate, aerial, lid), or the body of a chip with its dot."""
    if outline.package:
        _draw_chip(parent, outline, scale, name)
        return
    mirrored = face is Face.BACK
    shape(parent, "polygon", "board", points=_corners(outline, scale, mirrored=mirrored))
    if outline.antenna:
        path(parent, "trace-line", _meander(outline, scale, mirrored=mirrored), 2.2)
    lid = outline.shield
    middle = (outline.width * scale / 2, outline.height * scale / 2)
    if lid and not mirrored:
        x, y, w, h = (length * scale for length in lid)
        shape(parent, "rect", "lid", x=x, y=y, width=w, height=h, rx=3)
        middle = (x + w / 2, y + h / 2)
    if not mirrored:
        ink = "lid-ink" if lid else "board-ink"
        _name(parent, name, middle, (lid[2] if lid else outline.width) * scale, ink)


def _draw_chip(parent: Element, outline: Outline, scale: float, name: str) -> None:
    size = outline.width * scale
    shape(parent, "rect", "die", width=size, height=size, rx=4)
    shape(parent, "circle", "die-ink", cx=size * 0.17, cy=size * 0.17, r=3.5)
    _name(parent, name, (size / 2, size / 2), size * 0.7, "die-ink")


def _name(parent: Element, name: str, middle: tuple[float, float], room: float, ink: str) -> None:
    """Draw the name centred, on two lines if it has two parts and little space."""
    lines = [name]
    if text_width([(name, "strong")], 13) > room and " " in name:
        lines = list(name.split(" ", 1))
    longest = max(text_width([(line, "strong")], 1) for line in lines)
    size = min(15.0, room * 0.9 / longest)
    for index, line in enumerate(lines):
        y = middle[1] + size * 0.35 + (index - (len(lines) - 1) / 2) * size * 1.2
        words(parent, (middle[0], y), [(line, f"{ink} strong")], size, "middle")


def _corners(outline: Outline, scale: float, *, mirrored: bool) -> str:
    """The board's outline with the cut-out of its bottom edge."""
    bottom = outline.height
    points = [(0.0, 0.0), (outline.width, 0.0)]
    edge: list[tuple[float, float]] = [(outline.width, bottom)]
    for x, y, width, _ in sorted(outline.cuts, reverse=True):
        edge += [(x + width, bottom), (x + width, y), (x, y), (x, bottom)]
    edge.append((0.0, bottom))
    # A cut-off corner would occur twice, as an end of the edge and of the cut-out.
    points += [at for at in edge if edge.count(at) == 1]
    if mirrored:
        points = [(outline.width - x, y) for x, y in points]
    return " ".join(f"{x * scale:.2f},{y * scale:.2f}" for x, y in points)


def _meander(outline: Outline, scale: float, *, mirrored: bool) -> list[tuple[float, float]]:
    """The aerial as a meandering trace."""
    if outline.antenna is None:
        return []
    x, y, width, height = outline.antenna
    upright = height > width
    long, short = (height, width) if upright else (width, height)
    turns = max(round(long / 1.6), 2)
    points = []
    for index in range(turns + 1):
        along = index * long / turns
        ends = (0.0, short) if index % 2 else (short, 0.0)
        points += [
            (x + across, y + along) if upright else (x + along, y + across) for across in ends
        ]
    if mirrored:
        points = [(outline.width - px, py) for px, py in points]
    return [(px * scale, py * scale) for px, py in points]
