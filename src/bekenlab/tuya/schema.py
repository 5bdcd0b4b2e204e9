"""The data points of a product: what its app can set, and with which values.

Tuya's firmware keeps them in its storage, in a value named as the schema id. Source of the fields:
dumps, and https://developer.tuya.com/en/docs/iot/custom-functions.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from bekenlab.data import read_table
from bekenlab.json_text import read_json

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

_READ_ONLY = "ro"
_MOST_POINTS = 256
_IDS = range(1, 256)


@dataclass(frozen=True, slots=True)
class SchemaPoint:
    """A data point.

    Attributes:
        id: Its number.
        kind: ``"bool"``, ``"value"``, ``"enum"``, ``"string"``, ``"bitmap"`` or ``"raw"``.
        writable: Whether it can be set.
        least: Smallest value, if it is a number.
        most: Largest value, if it is a number.
        words: The values of an enum.
    """

    id: int
    kind: str
    writable: bool = True
    least: int = 0
    most: int = 0
    words: tuple[str, ...] = ()


def read_schema(text: bytes) -> tuple[SchemaPoint, ...]:
    """Read a stored schema; points that make no sense are left out, and no schema has no points."""
    try:
        rows = read_json(text.rstrip(b"\x00\xff"))
    except ValueError:
        return ()
    if not isinstance(rows, list):
        return ()
    points = [_point(row) for row in rows[:_MOST_POINTS] if isinstance(row, dict)]
    return tuple(sorted((each for each in points if each is not None), key=lambda each: each.id))


def usual_schema(keys: Collection[str]) -> bytes:
    """The schema that a device with these parameters usually has, in the form of the storage."""
    points = next(row["points"] for row in _kinds() if "key" not in row or row["key"] in keys)
    rows = [_row(point) for point in points]
    return json.dumps(rows, separators=(",", ":")).encode() + b"\0"


def _point(row: Mapping[str, Any]) -> SchemaPoint | None:
    number, details = row.get("id"), row.get("property")
    details = details if isinstance(details, dict) else {}
    kind = details.get("type") or row.get("type")
    if type(number) is not int or number not in _IDS or not isinstance(kind, str):
        return None
    words = details.get("range")
    return SchemaPoint(
        number,
        kind,
        row.get("mode") != _READ_ONLY,
        _whole(details.get("min")),
        _whole(details.get("max")),
        tuple(map(str, words)) if isinstance(words, list) else (),
    )


def _whole(value: object) -> int:
    return value if isinstance(value, int) else 0


def _row(point: Mapping[str, Any]) -> dict[str, Any]:
    details = {name: value for name, value in point.items() if name != "id"}
    if "max" in details:
        details |= {"scale": 0, "step": 1}
    return {"id": point["id"], "mode": "rw", "type": "obj", "property": details}


@cache
def _kinds() -> tuple[Mapping[str, Any], ...]:
    return tuple(read_table("tuya", "usual_points.toml")["kind"])
