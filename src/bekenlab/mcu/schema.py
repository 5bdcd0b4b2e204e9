"""The data points of a product: what its app can show and set, and with which values.

Tuya's firmware keeps them in its storage, in a value named as the schema id. Source of the fields:
dumps, and https://developer.tuya.com/en/docs/iot/custom-functions.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from bekenlab.json_text import read_json

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_MOST_POINTS = 256
_MOST_WORDS = 256
_IDS = range(1, 256)
_MOST_SCALE = 9
# The same unit in one way: the signs for degrees are single characters in Tuya's data.
# Words are Chinese, as makers type them.
_UNITS = {
    "℃": "°C",
    "℉": "°F",
    "°c": "°C",
    "˚C": "°C",
    "˚F": "°F",
    "摄氏度": "°C",
    "kW·h": "kWh",
    "Kw·h": "kWh",
    "kw·h": "kWh",
    "W·h": "Wh",
    "秒": "s",
    "分钟": "min",
    "分": "min",
    "小时": "h",
    "天": "d",
    "米": "m",
    "厘米": "cm",
    "升": "l",
    "㎡": "m²",
    "立方米": "m³",
    "欧姆": "Ω",
    "\uff05": "%",  # its full-width form
    "百分比": "%",
}


class Mode(StrEnum):
    """Who may change a data point: the app and the device, the device only, the app only."""

    BOTH = "rw"
    REPORTED = "ro"
    COMMANDED = "wr"


@dataclass(frozen=True, slots=True)
class SchemaPoint:
    """A data point.

    Attributes:
        id: Its number.
        kind: ``"bool"``, ``"value"``, ``"enum"``, ``"string"``, ``"bitmap"`` or ``"raw"``.
        mode: Who may change it.
        least: Smallest value of a number, before scaling.
        most: Largest value of a number, before scaling.
        scale: Decimals of a number: the value is divided by 10 to the power of it.
        step: Step of a number, before scaling.
        words: The values of an enum, in the order of their numbers.
        length: Longest string, or number of bits of a bitmap; 0 if it is not given.
        code: Tuya's name of it, e.g. ``"switch_1"``; empty in the storage of a device.
        unit: Unit of a number; empty in the storage of a device.
        labels: Names of the bits of a bitmap; empty in the storage of a device.
    """

    id: int
    kind: str
    mode: Mode = Mode.BOTH
    least: int = 0
    most: int = 0
    scale: int = 0
    step: int = 1
    words: tuple[str, ...] = ()
    length: int = 0
    code: str = ""
    unit: str = ""
    labels: tuple[str, ...] = ()

    @property
    def writable(self) -> bool:
        """Whether it can be set."""
        return self.mode is not Mode.REPORTED


def read_schema(text: bytes) -> tuple[SchemaPoint, ...]:
    """Read a stored schema; points that make no sense are left out, and no schema has no points."""
    try:
        rows = read_json(text.rstrip(b"\x00\xff"))
    except ValueError:
        return ()
    return points_of(rows) if isinstance(rows, list) else ()


def schema_text(points: Sequence[SchemaPoint]) -> bytes:
    """A schema as Tuya's firmware stores it, without what it does not store: codes and units."""
    rows = [_row(point) for point in points]
    return json.dumps(rows, ensure_ascii=False, separators=(",", ":")).encode() + b"\0"


def _row(point: SchemaPoint) -> dict[str, Any]:
    if point.kind == "raw":
        return {"id": point.id, "mode": str(point.mode), "type": "raw"}
    details: dict[str, Any] = {"type": point.kind}
    if point.kind == "value":
        details |= {"min": point.least, "max": point.most, "scale": point.scale, "step": point.step}
    if point.words:
        details["range"] = list(point.words)
    if point.length:
        details["maxlen"] = point.length
    return {"id": point.id, "mode": str(point.mode), "type": "obj", "property": details}


def points_of(rows: Sequence[object]) -> tuple[SchemaPoint, ...]:
    """The points of a schema that has been parsed, by number; at most 256."""
    points = [_point(row) for row in rows[:_MOST_POINTS] if isinstance(row, dict)]
    return tuple(sorted((each for each in points if each is not None), key=lambda each: each.id))


def _point(row: Mapping[str, Any]) -> SchemaPoint | None:
    number, details = row.get("id"), row.get("property")
    details = details if isinstance(details, dict) else {}
    kind = details.get("type") or row.get("type")
    if type(number) is not int or number not in _IDS or not isinstance(kind, str):
        return None
    mode = row.get("mode")
    return SchemaPoint(
        id=number,
        kind=kind[:16],
        mode=Mode(mode) if mode in set(Mode) else Mode.BOTH,
        least=_whole(details.get("min")),
        most=_whole(details.get("max")),
        scale=min(_MOST_SCALE, max(0, _whole(details.get("scale")))),
        step=max(1, _whole(details.get("step"))),
        words=_words(details.get("range")),
        length=max(0, _whole(details.get("maxlen"))),
        code=_text(row.get("code")),
        unit=_UNITS.get(unit := _text(details.get("unit")).strip(), unit),
        labels=_words(details.get("label")),
    )


def _whole(value: object) -> int:
    return value if type(value) is int else 0


def _text(value: object) -> str:
    return value[:64] if isinstance(value, str) else ""


def _words(value: object) -> tuple[str, ...]:
    return tuple(str(each)[:64] for each in value[:_MOST_WORDS]) if isinstance(value, list) else ()
