"""The data points that no entity has taken yet, and what every entity of one begins with."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bekenlab.esphome.yaml import Text
from bekenlab.mcu.names import name_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from bekenlab.esphome._plan import Fields, Plan
    from bekenlab.mcu.schema import SchemaPoint

_PLATFORM = "tuya"


class Points:
    """The data points that no entity has taken yet."""

    def __init__(self, points: Sequence[SchemaPoint]) -> None:
        self._left = {point.id: point for point in points}

    def find(self, *codes: str, kind: str | None = None) -> SchemaPoint | None:
        """The first that has one of these codes."""
        wanted = {code: rank for rank, code in enumerate(codes)}
        fits = [
            point
            for point in self._left.values()
            if point.code in wanted and kind in (None, point.kind)
        ]
        return min(fits, key=lambda point: wanted[point.code], default=None)

    def take(self, *points: SchemaPoint | None) -> None:
        """Mark as taken."""
        for point in points:
            if point is not None:
                self._left.pop(point.id, None)

    def rest(self) -> Iterable[SchemaPoint]:
        """What is left, by number."""
        return sorted(self._left.values(), key=lambda point: point.id)


def entity(point: SchemaPoint, plan: Plan, name: str = "") -> Fields:
    """The platform and name of an entity for a data point."""
    title = plan.names.entity(name or name_of(point.code, point.id))
    return {"platform": _PLATFORM, "name": Text(title)}


def factor(point: SchemaPoint) -> float:
    """What a number is multiplied by to be what it means."""
    return float(f"{10**-point.scale:.{point.scale}f}")
