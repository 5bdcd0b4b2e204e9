"""Values of data points: from bytes to what they mean, and back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bekenlab.mcu.frames import DataPoint, DpType

if TYPE_CHECKING:
    from bekenlab.mcu.schema import SchemaPoint

_TYPES = {
    "raw": DpType.RAW,
    "bool": DpType.BOOL,
    "value": DpType.VALUE,
    "string": DpType.STRING,
    "enum": DpType.ENUM,
    "bitmap": DpType.BITMAP,
}
_SIZES = {DpType.BOOL: 1, DpType.VALUE: 4, DpType.ENUM: 1}
_LONGEST_BITMAP = 4


@dataclass(frozen=True, slots=True)
class Value:
    """A value of a data point.

    Attributes:
        raw: A number, a text, or bytes in hexadecimal, as it was sent.
        shown: What it means: scaled, with its unit, or the word of an enum.
    """

    raw: int | str
    shown: str


def value_of(point: DataPoint, known: SchemaPoint | None = None) -> Value:
    """What a data point that was sent means.

    Args:
        point: Number, type and bytes.
        known: What is known of it; None: nothing.
    """
    if point.kind == DpType.BOOL and point.data:
        return Value(int(point.data[-1] != 0), "on" if point.data[-1] else "off")
    if point.kind == DpType.VALUE:
        number = int.from_bytes(point.data, "big", signed=True)
        return Value(number, _scaled(number, known))
    if point.kind == DpType.ENUM:
        number = int.from_bytes(point.data, "big")
        words = known.words if known is not None else ()
        return Value(number, words[number] if number < len(words) else str(number))
    if point.kind == DpType.BITMAP:
        number = int.from_bytes(point.data, "big")
        return Value(number, _bits(number, known))
    if point.kind == DpType.STRING:
        text = point.data.decode("utf-8", "replace")
        return Value(text, text)
    return Value(point.data.hex(), point.data.hex(" "))


def encode(number: int, kind: str, value: int | bytes) -> DataPoint:
    """A data point with a value, as a second controller reports it.

    Args:
        number: Its number.
        kind: Its type in the words of a schema.
        value: A number, or the bytes of a string or raw value.

    Raises:
        KeyError: There is no such type.
        OverflowError: The number does not fit.
    """
    type_ = _TYPES[kind]
    if isinstance(value, bytes):
        return DataPoint(number, type_, value)
    if type_ is DpType.BITMAP:
        size = next(each for each in (1, 2, _LONGEST_BITMAP) if value < 1 << (8 * each))
        return DataPoint(number, type_, value.to_bytes(size, "big"))
    return DataPoint(number, type_, value.to_bytes(_SIZES[type_], "big", signed=value < 0))


def _scaled(number: int, known: SchemaPoint | None) -> str:
    if known is None:
        return str(number)
    digits = known.scale
    shown = f"{number / 10**digits:.{digits}f}" if digits else str(number)
    return f"{shown} {known.unit}" if known.unit else shown


def _bits(number: int, known: SchemaPoint | None) -> str:
    labels = known.labels if known is not None else ()
    if not number:
        return "none"
    bits = [bit for bit in range(number.bit_length()) if number >> bit & 1]
    return ", ".join(labels[bit] if bit < len(labels) else f"bit {bit}" for bit in bits)
