"""The schema that a device usually has, for dumps that hold none."""

from __future__ import annotations

import json
from functools import cache
from typing import TYPE_CHECKING, Any

from bekenlab.data import read_table

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping


def usual_schema(keys: Collection[str]) -> bytes:
    """The schema that a device with these parameters usually has, in the form of the storage."""
    points = next(row["points"] for row in _kinds() if "key" not in row or row["key"] in keys)
    rows = [_row(point) for point in points]
    return json.dumps(rows, separators=(",", ":")).encode() + b"\0"


def _row(point: Mapping[str, Any]) -> dict[str, Any]:
    details = {name: value for name, value in point.items() if name != "id"}
    if "max" in details:
        details |= {"scale": 0, "step": 1}
    return {"id": point["id"], "mode": "rw", "type": "obj", "property": details}


@cache
def _kinds() -> tuple[Mapping[str, Any], ...]:
    return tuple(read_table("tuya", "usual_points.toml")["kind"])
