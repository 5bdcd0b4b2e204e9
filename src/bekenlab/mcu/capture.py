"""Reads what people capture between a module and its second controller, in whatever form they post.

Raw bytes; hexadecimal with or without blanks, commas, colons and ``0x``; logs with it, such as
OpenBeken's. Words in a line say who sent it; without them, the command does.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from bekenlab.mcu.frames import (
    BatteryCommand,
    Command,
    DataPoint,
    Frame,
    split_frames,
    split_points,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_TEXT_SHARE = 0.8
_MOST_LINES = 200_000
_MOST_FRAMES = 100_000
_HEX = re.compile(
    r"(?<![0-9A-Za-z])(?:0x)?[0-9A-Fa-f]{2}(?:[ \t,:;-]{0,3}(?:0x)?[0-9A-Fa-f]{2}){0,4096}"
    r"(?![0-9A-Za-z])"
)
_DIGITS = re.compile(r"0x|[ \t,:;-]")
_FROM_MODULE = re.compile(
    r"\b(?:sent|sending|send|tx|wifi|module|to mcu|out)\b|->|>>", re.IGNORECASE
)
_FROM_MCU = re.compile(r"\b(?:received|receive|recv|rx|from mcu|in)\b|<-|<<", re.IGNORECASE)
# OpenBeken's words for a data point it has parsed, and for its number.
_PARSED = re.compile(r"id (\d{1,3}) type (\d{1,2})(?:-\w+)? len (\d{1,4})")
_NUMBER = re.compile(r"\b(?:int32|byte)[ :]{0,3}(-?\d{1,11})\b")
_NUMBER_SIZES = {1: 1, 2: 4, 4: 1}
_TIME = 7
_STAMP = 8
_PRODUCT = 16


class Sender(StrEnum):
    """Who sent a frame."""

    MODULE = "module"
    MCU = "mcu"


class Protocol(StrEnum):
    """Which of the two protocols a device speaks."""

    MAINS = "mains"
    BATTERY = "battery"


@dataclass(frozen=True, slots=True)
class Sent:
    """A frame, and who sent it.

    Attributes:
        sender: Who.
        frame: The frame.
        points: The data points in it.
        query: Whether it asks for something and holds nothing.
    """

    sender: Sender
    frame: Frame
    points: tuple[DataPoint, ...] = ()
    query: bool = False


@dataclass(frozen=True, slots=True)
class Capture:
    """A capture, decoded.

    Attributes:
        frames: The frames, in order.
        points: The data points that a log names in words, in order.
        skipped: Number of bytes that belong to no frame with a right sum.
        protocol: Which protocol it is; None if nothing tells.
        product: The product id that the controller gave, or an empty string.
        version: Version of the controller's frames; None without any.
        firmware: Version of the controller's firmware, or an empty string.
    """

    frames: tuple[Sent, ...]
    points: tuple[DataPoint, ...]
    skipped: int
    protocol: Protocol | None
    product: str
    version: int | None
    firmware: str

    def all_points(self) -> Iterator[tuple[Sender, DataPoint]]:
        """Every data point, with who sent it."""
        for sent in self.frames:
            for point in sent.points:
                yield sent.sender, point
        for point in self.points:
            yield Sender.MCU, point


def read_capture(data: bytes) -> Capture:
    """Decode a capture; any bytes give one, perhaps without frames."""
    text = _text(data)
    streams = [(None, data)] if text is None else list(_streams(text))
    frames: list[tuple[Sender | None, Frame]] = []
    size = used = 0
    for sender, stream in _joined(streams):
        found, _ = split_frames(stream)
        size += len(stream)
        used += sum(len(frame.payload) + 7 for frame in found)
        frames += [(sender, frame) for frame in found]
    frames = frames[:_MOST_FRAMES]
    protocol = _protocol([frame for _, frame in frames])
    sent = tuple(_sent(sender, frame, protocol) for sender, frame in frames)
    product, firmware = _product(sent)
    ours = [each.frame.version for each in sent if each.sender is Sender.MCU]
    return Capture(
        frames=sent,
        points=tuple(_in_words(text)) if text is not None else (),
        skipped=size - used,
        protocol=protocol,
        product=product,
        version=max(ours) if ours else None,
        firmware=firmware,
    )


def _text(data: bytes) -> str | None:
    """The data as text, or None if it is raw bytes."""
    if b"\0" in data[:4096] or not data:
        return None
    text = data.decode("utf-8-sig", "replace")
    plain = sum(char.isprintable() or char.isspace() for char in text[:4096])
    return text if plain >= _TEXT_SHARE * len(text[:4096]) else None


def _streams(text: str) -> Iterator[tuple[Sender | None, bytes]]:
    """The bytes of each line, with who sent them if the line says so."""
    for line in text.splitlines()[:_MOST_LINES]:
        found = max(_HEX.finditer(line), key=lambda match: len(match[0]), default=None)
        if found is None:
            continue
        digits = _DIGITS.sub("", found[0])
        if len(digits) % 2:
            continue
        before = line[: found.start()]
        sender = (
            Sender.MODULE
            if _FROM_MODULE.search(before)
            else Sender.MCU
            if _FROM_MCU.search(before)
            else None
        )
        yield sender, bytes.fromhex(digits)


def _joined(
    streams: Sequence[tuple[Sender | None, bytes]],
) -> list[tuple[Sender | None, bytes]]:
    """Lines of one sender that follow each other are one stream: a frame may be cut by a line."""
    joined: list[tuple[Sender | None, bytearray]] = []
    for sender, data in streams:
        if joined and joined[-1][0] is sender:
            joined[-1][1].extend(data)
        else:
            joined.append((sender, bytearray(data)))
    return [(sender, bytes(data)) for sender, data in joined]


def _protocol(frames: Sequence[Frame]) -> Protocol | None:
    """A battery device reports with commands 5 and 8 and has version 0, a mains device with 7."""
    for frame in frames:
        if frame.command in (Command.REPORT, Command.REPORT_SYNC, Command.EXTENSION):
            return Protocol.MAINS
        if frame.version == 0 and _battery_points(frame):
            return Protocol.BATTERY
    if any(
        frame.command == Command.HEARTBEAT
        or (frame.command == Command.SET and _whole(frame.payload))
        for frame in frames
    ):
        return Protocol.MAINS
    return None


def _battery_points(frame: Frame) -> tuple[DataPoint, ...]:
    if frame.command == BatteryCommand.REPORT:
        return _whole(frame.payload)
    if frame.command == BatteryCommand.RECORD:
        return _whole(frame.payload[_TIME:])
    return ()


def _whole(payload: bytes) -> tuple[DataPoint, ...]:
    """The data points of a payload that holds nothing else."""
    points = tuple(split_points(payload))
    return points if sum(len(each.data) + 4 for each in points) == len(payload) else ()


def _sent(sender: Sender | None, frame: Frame, protocol: Protocol | None) -> Sent:
    points = _points(frame, protocol)
    return Sent(sender or _guess(frame, protocol, points), frame, points, not frame.payload)


def _points(frame: Frame, protocol: Protocol | None) -> tuple[DataPoint, ...]:
    if protocol is Protocol.BATTERY:
        return _battery_points(frame)
    if frame.command in (Command.SET, Command.REPORT, Command.REPORT_SYNC):
        return tuple(split_points(frame.payload))
    if frame.command == Command.EXTENSION and frame.payload[:1] == b"\x0b":
        return tuple(split_points(frame.payload[_STAMP:]))
    return ()


def _guess(frame: Frame, protocol: Protocol | None, points: tuple[DataPoint, ...]) -> Sender:
    """Who sends such a frame: a module has version 0 and asks, a controller answers and reports."""
    if frame.version:
        return Sender.MCU
    if protocol is Protocol.BATTERY:
        return Sender.MCU if points else Sender.MODULE
    if frame.command in (Command.REPORT, Command.REPORT_SYNC):
        return Sender.MCU
    if frame.command in (Command.HEARTBEAT, Command.PRODUCT) and frame.payload:
        return Sender.MCU
    return Sender.MODULE


def _product(frames: Sequence[Sent]) -> tuple[str, str]:
    """Product id and firmware version from the answer to the product query."""
    for sent in frames:
        if sent.frame.command != Command.PRODUCT or not sent.frame.payload:
            continue
        text = sent.frame.payload.decode("ascii", "replace")
        try:
            facts = json.loads(text)
        except (ValueError, RecursionError):
            return text[:_PRODUCT], text[_PRODUCT:][:20]
        if isinstance(facts, dict):
            return str(facts.get("p", ""))[:_PRODUCT], str(facts.get("v", ""))[:20]
    return "", ""


def _in_words(text: str) -> Iterator[DataPoint]:
    """Data points that OpenBeken's log names, with the number in the next line."""
    waiting: tuple[int, int] | None = None
    for line in text.splitlines()[:_MOST_LINES]:
        if found := _PARSED.search(line):
            waiting = int(found[1]), int(found[2])
        elif waiting and (number := _NUMBER.search(line)):
            size = _NUMBER_SIZES.get(waiting[1], 4)
            value = int(number[1]) % (1 << (8 * size))
            if waiting[0] < 256:
                yield DataPoint(waiting[0], waiting[1], value.to_bytes(size, "big"))
            waiting = None
