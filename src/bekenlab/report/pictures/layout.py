"""Placement of labels in two columns beside a board, without overlaps or crossing lines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import TYPE_CHECKING

from bekenlab.chips.outlines import Edge

if TYPE_CHECKING:
    from bekenlab.chips.outlines import Spot
    from bekenlab.report.pictures.svg import Point

GAP = 17.0
"""Distance between labels of one line, in picture units."""

_FIRST = 13.0
_ELBOW = 9.0
_CLEAR_MM = 0.75  # minimum distance of a line from the centre of a test pad
_ALL_ONE_LINE: Mapping[str, float] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Placed:
    """A placed label.

    Attributes:
        spot: The pad.
        left: Whether it is in the left column.
        y: Centre of the label's first line, from the top of the board.
        line: Line from the pad to the label.
    """

    spot: Spot
    left: bool
    y: float
    line: tuple[Point, ...]


def place(
    spots: Sequence[Spot],
    size: tuple[float, float],
    scale: float,
    others: Sequence[Spot] = (),
    heights: Mapping[str, float] = _ALL_ONE_LINE,
) -> tuple[Placed, ...]:
    """Place the labels of one face.

    Args:
        spots: Pads that get a label.
        size: Size of the board, mm.
        scale: Picture units per mm. The board's upper left corner is (0, 0).
        others: Pads without a label, which lines avoid.
        heights: Heights of labels by pad, with the gap to the next one; ``GAP`` unless given.

    Returns:
        All labels: the left column from the top down, then the right one.
    """
    width, height = size[0] * scale, size[1] * scale
    found: list[Placed] = []
    for left, column in zip((True, False), _columns(spots, others, size[0]), strict=True):
        near = _wanted(column, height, scale, heights, left=left)
        wanted = sorted(near, key=lambda pair: pair[0])
        gaps = [heights.get(spot.name, GAP) for _, spot in wanted]
        places = spread([y for y, _ in wanted], gaps)
        for y, (_, spot) in zip(places, wanted, strict=True):
            end = -_ELBOW if left else width + _ELBOW
            found.append(Placed(spot, left, y, _line(spot, y, end, scale)))
    return tuple(found)


def spread(wanted: Sequence[float], gap: float | Sequence[float] = GAP) -> list[float]:
    """Move positions apart by the least amount that keeps a minimum gap.

    Args:
        wanted: Positions in ascending order.
        gap: Minimum distance, or that of each to the next one.
    """
    gaps = list(gap) if isinstance(gap, Sequence) else [gap] * len(wanted)
    offsets = [sum(gaps[:index]) for index in range(len(wanted))]
    # After subtracting the gaps this is isotonic regression: pool adjacent violators.
    pools: list[tuple[float, int]] = []
    for index, place_wanted in enumerate(wanted):
        mean, count = place_wanted - offsets[index], 1
        while pools and pools[-1][0] >= mean:
            before, members = pools.pop()
            mean = (before * members + mean * count) / (members + count)
            count += members
        pools.append((mean, count))
    level = [mean for mean, count in pools for _ in range(count)]
    return [mean + offset for mean, offset in zip(level, offsets, strict=True)]


def _columns(
    spots: Sequence[Spot], others: Sequence[Spot], width: float
) -> tuple[list[Spot], list[Spot]]:
    """Assign pads to the left and right column; the upper and lower edge are split in half."""
    spots = [_leaving(spot, (*spots, *others), width) for spot in spots]
    left = [spot for spot in spots if spot.edge is Edge.LEFT]
    right = [spot for spot in spots if spot.edge is Edge.RIGHT]
    for edge in (Edge.TOP, Edge.BOTTOM):
        row = sorted((spot for spot in spots if spot.edge is edge), key=lambda spot: spot.x)
        middle = sum(spot.x <= width / 2 for spot in row)
        half = min(max(middle, len(row) // 2), (len(row) + 1) // 2)
        left += row[:half]
        right += row[half:]
    return left, right


def _leaving(spot: Spot, spots: Sequence[Spot], width: float) -> Spot:
    """The edge by which an inner pad's line leaves: the nearer one, unless pads are in the way."""
    if spot.edge is not Edge.INSIDE:
        return spot
    beside = [one.x for one in spots if one is not spot and abs(one.y - spot.y) < _CLEAR_MM]
    free = {Edge.LEFT: all(x > spot.x for x in beside), Edge.RIGHT: all(x < spot.x for x in beside)}
    near = [Edge.LEFT, Edge.RIGHT] if spot.x <= width / 2 else [Edge.RIGHT, Edge.LEFT]
    return replace(spot, edge=next((edge for edge in near if free[edge]), Edge.TOP))


def _wanted(
    column: Sequence[Spot],
    height: float,
    scale: float,
    heights: Mapping[str, float],
    *,
    left: bool,
) -> list[tuple[float, Spot]]:
    """Each pad with the preferred height of its label; the upper and lower edge in steps."""
    wanted = [(spot.y * scale, spot) for spot in column if spot.edge in {Edge.LEFT, Edge.RIGHT}]
    for edge in (Edge.TOP, Edge.BOTTOM):
        row = sorted((s for s in column if s.edge is edge), key=lambda s: s.x, reverse=not left)
        away = _FIRST
        for spot in row:
            tall = heights.get(spot.name, GAP)
            # A label extends downwards from its first line.
            wanted.append((GAP - tall - away if edge is Edge.TOP else height + away, spot))
            away += tall
    return wanted


def _line(spot: Spot, y: float, end: float, scale: float) -> tuple[Point, ...]:
    x, own = spot.x * scale, spot.y * scale
    if spot.edge in {Edge.TOP, Edge.BOTTOM}:
        return (x, own), (x, y), (end, y)
    inner = end + _ELBOW if end < 0 else end - _ELBOW
    return (x, own), (inner, own), (end, y)
