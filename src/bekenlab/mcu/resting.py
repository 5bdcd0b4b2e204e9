"""The state in which a simulated controller begins: a value for each data point of a product."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bekenlab.mcu.colours import COLOUR_CODES, colour_form
from bekenlab.mcu.values import encode

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bekenlab.mcu.frames import DataPoint
    from bekenlab.mcu.schema import SchemaPoint

_PHASES = frozenset({"phase_a", "phase_b", "phase_c"})
_PHASE_BYTES = 8
_BRIGHT = frozenset({"bright_value", "bright_value_v2"})
_KINDS = frozenset({"bool", "value", "enum", "string", "bitmap", "raw"})


def resting_state(points: Sequence[SchemaPoint]) -> tuple[DataPoint, ...]:
    """All data points at rest: off, the number nearest to 0, the first word, red, and no bytes.

    Args:
        points: The data points of a product; those of an unknown type are left out.
    """
    bright = next((point for point in points if point.code in _BRIGHT), None)
    return tuple(
        encode(point.id, point.kind, _resting(point, bright))
        for point in points
        if point.kind in _KINDS
    )


def _resting(point: SchemaPoint, bright: SchemaPoint | None) -> int | bytes:
    if point.kind == "value":
        return min(max(0, point.least), point.most)
    if point.kind == "string":
        coloured = point.code in COLOUR_CODES
        return colour_form(point, bright).pure(0).encode() if coloured else b""
    if point.kind == "raw":
        return bytes(_PHASE_BYTES) if point.code in _PHASES else b""
    return 0
