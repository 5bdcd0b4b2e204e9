r"""Reads bytes and data points from text that people post: hexadecimal, and logs of firmware.

Hexadecimal may have blanks, commas, colons, dots, ``0x`` or ``\x``; words in front of it say who
sent it. Logs: OpenBeken's driver ``TuyaMCU`` and ESPHome's component ``tuya``, whose sources have
these words (``drv_tuyaMCU.c``, ``tuya.cpp``).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from bekenlab.mcu.frames import DataPoint, DpType, Frame, Sender

if TYPE_CHECKING:
    from collections.abc import Iterator

_MOST_LINES = 200_000
_HEX = re.compile(
    r"(?<![0-9A-Za-z])(?:0x|\\x)?[0-9A-Fa-f]{2}"
    r"(?:[ \t,.:;-]{0,16}(?:0x|\\x)?[0-9A-Fa-f]{2}){0,4096}(?![0-9A-Za-z])"
)
_DIGITS = re.compile(r"0x|\\x|[ \t,.:;-]")
_FROM_MODULE = re.compile(
    r"\b(?:sent|sending|send|tx|wifi|module|to mcu|out)\b|->|>>", re.IGNORECASE
)
_FROM_MCU = re.compile(r"\b(?:received|receive|recv|rx|from mcu|in)\b|<-|<<", re.IGNORECASE)
_ESPHOME_FRAME = re.compile(
    r"(Sending|Received)(?: Tuya)?: CMD=0x([0-9A-Fa-f]{2}) VERSION=(\d{1,3}) "
    r"DATA=\[((?:[0-9A-Fa-f]{2}[.:]?)*)"
)
# OpenBeken's words for a data point it has parsed, and for its number.
_PARSED = re.compile(r"id (\d{1,3}) type (\d{1,2})(?:-\w+)? len (\d{1,4})")
_NUMBER = re.compile(r"\b(?:int32|byte)[ :]{0,3}(-?\d{1,11})\b")
_ESPHOME_POINT = re.compile(
    r"Datapoint (\d{1,3}): (switch|int value|enum|bitmask) \(value: (ON|OFF|-?[0-9a-fA-F]{1,11})\)"
)
_ESPHOME_KINDS = {
    "switch": DpType.BOOL,
    "int value": DpType.VALUE,
    "enum": DpType.ENUM,
    "bitmask": DpType.BITMAP,
}
_ON = {"ON": 1, "OFF": 0}
_SIZES: dict[int, int] = {DpType.BOOL: 1, DpType.VALUE: 4, DpType.ENUM: 1}
_PRODUCT = re.compile(r'\{"p":"([0-9A-Za-z]{8,20})","v":"([^"]{1,20})"')


def streams(text: str) -> Iterator[tuple[Sender | None, bytes]]:
    """The bytes of each line, with who sent them if the line says so."""
    for line in text.splitlines()[:_MOST_LINES]:
        if found := _ESPHOME_FRAME.search(line):
            yield _esphome_frame(found)
        elif stream := _hexadecimal(line):
            yield stream


def points_in_words(text: str) -> Iterator[DataPoint]:
    """The data points that a log names in words, as the controller has reported them."""
    waiting: tuple[int, int] | None = None
    for line in text.splitlines()[:_MOST_LINES]:
        if found := _PARSED.search(line):
            waiting = int(found[1]), int(found[2])
        elif waiting and (number := _NUMBER.search(line)):
            yield from _point(*waiting, int(number[1]))
            waiting = None
        elif found := _ESPHOME_POINT.search(line):
            kind = _ESPHOME_KINDS[found[2]]
            yield from _point(int(found[1]), kind, _value(found[3], kind))


def product_in_words(text: str) -> tuple[str, str]:
    """Product id and firmware version that a log names, or empty strings."""
    found = _PRODUCT.search(text)
    return (found[1], found[2]) if found else ("", "")


def _hexadecimal(line: str) -> tuple[Sender | None, bytes] | None:
    found = max(_HEX.finditer(line), key=lambda match: len(match[0]), default=None)
    if found is None:
        return None
    digits = _DIGITS.sub("", found[0])
    if len(digits) % 2:
        return None
    before = line[: found.start()]
    if _FROM_MODULE.search(before):
        return Sender.MODULE, bytes.fromhex(digits)
    return Sender.MCU if _FROM_MCU.search(before) else None, bytes.fromhex(digits)


def _esphome_frame(found: re.Match[str]) -> tuple[Sender, bytes]:
    payload = bytes.fromhex(_DIGITS.sub("", found[4]))
    frame = Frame(int(found[3]) & 0xFF, int(found[2], 16), payload)
    sender = Sender.MODULE if found[1] == "Sending" else Sender.MCU
    return sender, frame.encode()


def _value(text: str, kind: DpType) -> int:
    if text in _ON:
        return _ON[text]
    try:
        return int(text, 16 if kind is DpType.BITMAP else 10)
    except ValueError:
        return 0


def _point(number: int, kind: int, value: int) -> Iterator[DataPoint]:
    size = _SIZES.get(kind, 4)
    if number < 256:
        yield DataPoint(number, kind, (value % (1 << (8 * size))).to_bytes(size, "big"))
