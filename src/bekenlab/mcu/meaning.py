"""What the data points of one device mean: its own schema, completed from the table of products."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from bekenlab.mcu.products import find_product

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from bekenlab.mcu.schema import SchemaPoint


@dataclass(frozen=True, slots=True)
class Meaning:
    """The data points of a device.

    Attributes:
        points: By number, with codes and units where they are known.
        product: The product id by which the table knows it, or an empty string.
        differences: Sentences about what the device stores and the table says otherwise. The device
            is right.
    """

    points: tuple[SchemaPoint, ...] = ()
    product: str = ""
    differences: tuple[str, ...] = ()

    def point(self, number: int) -> SchemaPoint | None:
        """A data point by its number, or None."""
        return next((each for each in self.points if each.id == number), None)


def meaning_of(stored: Sequence[SchemaPoint], *names: str) -> Meaning:
    """What is known of a device's data points.

    Args:
        stored: Its own schema; empty if it has none.
        names: Product id and factory pin, best first; empty ones are passed over.
    """
    for name in filter(None, names):
        known = find_product(name)
        if known:
            return _joined(tuple(stored), known, name)
    return Meaning(tuple(stored))


def _joined(stored: tuple[SchemaPoint, ...], known: tuple[SchemaPoint, ...], name: str) -> Meaning:
    if not stored:
        return Meaning(known, name)
    by_id = {point.id: point for point in known}
    points = tuple(_completed(point, by_id.get(point.id)) for point in stored)
    return Meaning(points, name, tuple(_differences(stored, known)))


def _completed(point: SchemaPoint, known: SchemaPoint | None) -> SchemaPoint:
    """A stored point with the code, unit and labels of the table, if both mean the same."""
    if known is None or known.kind != point.kind:
        return point
    return replace(
        point,
        code=point.code or known.code,
        unit=point.unit or known.unit,
        labels=point.labels or known.labels,
    )


def _differences(stored: tuple[SchemaPoint, ...], known: tuple[SchemaPoint, ...]) -> Iterator[str]:
    ours = {point.id: point for point in stored}
    theirs = {point.id: point for point in known}
    for number in sorted(ours.keys() | theirs.keys()):
        one, other = ours.get(number), theirs.get(number)
        if one is None:
            yield f"the table has data point {number}, and the device does not"
        elif other is None:
            yield f"the device has data point {number}, and the table does not"
        elif _shape(one) != _shape(other):
            yield f"data point {number} is {_words(one)} here and {_words(other)} in the table"


def _shape(point: SchemaPoint) -> tuple[object, ...]:
    return point.kind, point.scale, point.words, point.mode, _range(point)


def _range(point: SchemaPoint) -> tuple[int, int] | None:
    return (point.least, point.most) if point.kind == "value" else None


def _words(point: SchemaPoint) -> str:
    scale = f" with {point.scale} decimals" if point.scale else ""
    span = f" from {point.least} to {point.most}" if point.kind == "value" else ""
    words = f" of {len(point.words)} words" if point.words else ""
    return f"{point.kind}{scale}{span}{words} ({point.mode})"
