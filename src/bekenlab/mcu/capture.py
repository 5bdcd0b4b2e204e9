"""Reads what people capture between a module and its second controller, in whatever form they post.

Raw bytes, or text (``mcu.posted``). Who sent a frame is known from words in its line; without them,
from the command and what it holds.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bekenlab.json_text import JsonError, read_json
from bekenlab.mcu.frames import (
    BatteryCommand,
    Command,
    DataPoint,
    Frame,
    Protocol,
    Sender,
    split_frames,
    split_points,
)
from bekenlab.mcu.posted import points_in_words, product_in_words, streams

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_TEXT_SHARE = 0.8
_MOST_FRAMES = 100_000
_BATTERY_REPORTS = frozenset({BatteryCommand.REPORT, BatteryCommand.RECORD})
_TIME = 7
_CACHE_HEAD = 2
_STAMP = 8
_PRODUCT = 16
# What a controller sends with a payload, and what without one; a module, the other way round.
_MCU_SENDS: dict[Protocol, tuple[frozenset[int], frozenset[int]]] = {
    Protocol.MAINS: (
        frozenset(
            {
                Command.HEARTBEAT,
                Command.PRODUCT,
                Command.MODE,
                Command.WIFI_MODE,
                Command.REPORT,
                Command.REPORT_SYNC,
            }
        ),
        frozenset(
            {
                Command.WIFI_STATE,
                Command.WIFI_RESET,
                Command.UTC,
                Command.LOCAL_TIME,
                Command.SIGNAL,
                Command.NETWORK,
                Command.MAC,
            }
        ),
    ),
    Protocol.BATTERY: (
        frozenset({BatteryCommand.PRODUCT, BatteryCommand.WIFI_MODE}),
        frozenset(
            {
                BatteryCommand.NETWORK,
                BatteryCommand.WIFI_RESET,
                BatteryCommand.LOCAL_TIME,
                BatteryCommand.SIGNAL,
            }
        ),
    ),
}


@dataclass(frozen=True, slots=True)
class Sent:
    """A frame, and who sent it.

    Attributes:
        sender: Who.
        frame: The frame.
        points: The data points in it.
    """

    sender: Sender
    frame: Frame
    points: tuple[DataPoint, ...] = ()


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
    lines = [(None, data)] if text is None else list(streams(text))
    frames: list[tuple[Sender | None, Frame]] = []
    size = used = 0
    for sender, stream in _joined(lines):
        found, _ = split_frames(stream, ended=True)
        size += len(stream)
        used += sum(len(frame.payload) + 7 for frame in found)
        frames += [(sender, frame) for frame in found]
    frames = frames[:_MOST_FRAMES]
    protocol = _protocol([frame for _, frame in frames])
    sent = tuple(_sent(sender, frame, protocol) for sender, frame in frames)
    product, firmware = _product(sent) or product_in_words(text or "")
    ours = [each.frame.version for each in sent if each.sender is Sender.MCU]
    return Capture(
        frames=sent,
        points=tuple(points_in_words(text)) if text is not None else (),
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
        reports = frame.command in _BATTERY_REPORTS
        if frame.version == 0 and reports and _battery_points(frame):
            return Protocol.BATTERY
    if any(
        frame.command == Command.HEARTBEAT
        or (frame.command == Command.SET and _whole(frame.payload))
        for frame in frames
    ):
        return Protocol.MAINS
    return Protocol.BATTERY if any(_is_battery_only(frame) for frame in frames) else None


def _is_battery_only(frame: Frame) -> bool:
    """Whether only battery devices have such a frame; others send no single byte with command 2."""
    if frame.version:
        return False
    state = frame.command == BatteryCommand.NETWORK and len(frame.payload) == 1
    return state or frame.command == BatteryCommand.CACHE


def _battery_points(frame: Frame) -> tuple[DataPoint, ...]:
    if frame.command == BatteryCommand.REPORT:
        return _whole(frame.payload)
    if frame.command == BatteryCommand.RECORD:
        return _whole(frame.payload[_TIME:])
    if frame.command == BatteryCommand.CACHE and frame.payload[:1] == b"\1":
        return _whole(frame.payload[_CACHE_HEAD:])
    return ()


def _whole(payload: bytes) -> tuple[DataPoint, ...]:
    """The data points of a payload that holds nothing else."""
    points = tuple(split_points(payload))
    return points if sum(len(each.data) + 4 for each in points) == len(payload) else ()


def _sent(sender: Sender | None, frame: Frame, protocol: Protocol | None) -> Sent:
    points = _points(frame, protocol)
    return Sent(sender or _guess(frame, protocol, points), frame, points)


def _points(frame: Frame, protocol: Protocol | None) -> tuple[DataPoint, ...]:
    if protocol is Protocol.BATTERY:
        return _battery_points(frame)
    if frame.command in (Command.SET, Command.REPORT, Command.REPORT_SYNC):
        return tuple(split_points(frame.payload))
    if frame.command == Command.EXTENSION and frame.payload[:1] == b"\x0b":
        return tuple(split_points(frame.payload[_STAMP:]))
    return ()


def _guess(frame: Frame, protocol: Protocol | None, points: tuple[DataPoint, ...]) -> Sender:
    """Who sends such a frame; a module always has version 0."""
    if frame.version:
        return Sender.MCU
    if protocol is Protocol.BATTERY:
        if frame.command in _BATTERY_REPORTS:
            return Sender.MCU if points else Sender.MODULE
        if frame.command == BatteryCommand.CACHE:
            answers = points or frame.payload == b"\1\0"
            return Sender.MODULE if answers else Sender.MCU
    full, bare = _MCU_SENDS[protocol or Protocol.MAINS]
    return Sender.MCU if frame.command in (full if frame.payload else bare) else Sender.MODULE


def _product(frames: Sequence[Sent]) -> tuple[str, str] | None:
    """Product id and firmware version from the answer to the product query, if there is one."""
    for sent in frames:
        if sent.frame.command != Command.PRODUCT or not sent.frame.payload:
            continue
        text = sent.frame.payload.decode("ascii", "replace")
        try:
            facts = read_json(text)
        except JsonError:
            return text[:_PRODUCT], text[_PRODUCT:][:20]
        if isinstance(facts, dict):
            return str(facts.get("p", ""))[:_PRODUCT], str(facts.get("v", ""))[:20]
    return None
