"""A simulated TuyaMCU: answers the Wi-Fi module and records the data points it sees.

Frames: ``55 AA version command length(2) payload sum``; the sum is that of all preceding bytes,
modulo 256 (Tuya's serial protocol; sources: docs/formats.md, "TuyaMCU").
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from enum import IntEnum, StrEnum
from itertools import accumulate

_MAGIC = b"\x55\xaa"
_OVERHEAD = 7
_LONGEST = 4096
_MCU_VERSION = 3
_PATIENCE = 4
_HEARTBEAT, _PRODUCT, _MODE, _WIFI_STATE, _WIFI_RESET, _WIFI_MODE = 0, 1, 2, 3, 4, 5
_SET, _REPORT, _QUERY, _WIFI_TEST, _MEMORY = 6, 7, 8, 0x0E, 0x0F
_ACKNOWLEDGED = frozenset({_MODE, _WIFI_STATE, _WIFI_RESET, _WIFI_MODE, _WIFI_TEST})


MOST_FRAMES = 5000
"""Frames and data points of a module that are kept; a device sends a few a second."""


class DpType(IntEnum):
    """Type of a data point."""

    RAW = 0
    BOOL = 1
    VALUE = 2
    STRING = 3
    ENUM = 4
    BITMAP = 5


class ProductForm(StrEnum):
    """Form of the product answer: newer firmwares expect the bare id, older ones JSON."""

    JSON = "json"
    RAW = "raw"


@dataclass(frozen=True, slots=True)
class Frame:
    """One frame.

    Attributes:
        version: 0 from the module, 3 from current MCUs.
        command: Command code.
        payload: Bytes after the length.
    """

    version: int
    command: int
    payload: bytes

    def encode(self) -> bytes:
        """The frame as bytes."""
        head = _MAGIC + bytes((self.version, self.command)) + len(self.payload).to_bytes(2, "big")
        return head + self.payload + bytes((sum(head + self.payload) & 0xFF,))


@dataclass(frozen=True, slots=True)
class DataPoint:
    """One data point.

    Attributes:
        number: Its id.
        kind: Its type, as a number when unknown.
        data: Big-endian bytes.
    """

    number: int
    kind: int
    data: bytes

    def encode(self) -> bytes:
        """Encode as in the payload of a report."""
        return bytes((self.number, self.kind)) + len(self.data).to_bytes(2, "big") + self.data


def split_frames(stream: bytes) -> tuple[list[Frame], bytes]:
    """The frames with a correct sum in a stream, and the incomplete rest.

    Bytes that belong to no frame are skipped.
    """
    frames: list[Frame] = []
    sums = _Sums(stream)
    done = 0
    while True:
        at = stream.find(_MAGIC, done)
        if at < 0:
            return frames, stream[max(done, len(stream) - 1) :] if stream[-1:] == b"\x55" else b""
        if len(stream) < at + _OVERHEAD:
            return frames, stream[at:]
        size = _OVERHEAD + int.from_bytes(stream[at + 4 : at + 6], "big")
        if size > _LONGEST:
            done = at + 1
        elif len(stream) < at + size:
            return frames, stream[at:]
        elif sums.of(at, at + size - 1) != stream[at + size - 1]:
            done = at + 1
        else:
            frames.append(Frame(stream[at + 2], stream[at + 3], stream[at + 6 : at + size - 1]))
            done = at + size


class _Sums:
    """Sums of parts of a stream, which seem to begin everywhere in a hostile one, and are long."""

    def __init__(self, stream: bytes) -> None:
        self._stream = stream
        self._until: list[int] = []

    def of(self, start: int, end: int) -> int:
        """The sum from one offset to another, modulo 256."""
        if not self._until:
            self._until = list(accumulate(self._stream, initial=0))
        return (self._until[end] - self._until[start]) & 0xFF


def split_points(payload: bytes) -> list[DataPoint]:
    """The data points of a set or report payload; a truncated one at the end is dropped."""
    points = []
    at = 0
    while at + 4 <= len(payload):
        size = int.from_bytes(payload[at + 2 : at + 4], "big")
        if at + 4 + size > len(payload):
            break
        points.append(DataPoint(payload[at], payload[at + 1], payload[at + 4 : at + 4 + size]))
        at += 4 + size
    return points


class TuyaMcu:
    """An MCU that answers the module but has no function of its own.

    Args:
        product: Product id, 16 characters.
        version: Firmware version to report.
        form: Initial form of the product answer; the other one is tried if the module keeps asking
            (all firmware seen expects JSON).
        points: Data points to report when asked for the state.

    Attributes:
        frames: Frames from the module, in order; the first ``MOST_FRAMES``.
        points: Data points by number, as last reported or set.
        was_set: Data points set by the module, in order; the first ``MOST_FRAMES``.
        seen: Number of frames from the module, kept or not.
    """

    def __init__(
        self,
        product: str,
        *,
        version: str = "1.0.0",
        form: ProductForm = ProductForm.JSON,
        points: tuple[DataPoint, ...] = (),
    ) -> None:
        self.frames: list[Frame] = []
        self.points = {point.number: point for point in points}
        self.was_set: list[DataPoint] = []
        self.seen = 0
        self._product = product
        self._version = version
        self._form = form
        self._rest = b""
        self._greeted = False
        self._asked = 0

    def receive(self, data: bytes) -> bytes:
        """Receive bytes from the module; return the answers."""
        frames, self._rest = split_frames(self._rest + data)
        self._rest = self._rest[-_LONGEST:]
        self.seen += len(frames)
        self.frames += frames[: max(0, MOST_FRAMES - len(self.frames))]
        return b"".join(answer.encode() for frame in frames for answer in self._answers(frame))

    def _answers(self, frame: Frame) -> list[Frame]:
        if frame.command == _HEARTBEAT:
            first, self._greeted = not self._greeted, True
            return [Frame(_MCU_VERSION, _HEARTBEAT, bytes((0 if first else 1,)))]
        if frame.command == _PRODUCT:
            self._change_form()
            return [Frame(_MCU_VERSION, _PRODUCT, self._product_answer())]
        if frame.command in _ACKNOWLEDGED:
            return [Frame(_MCU_VERSION, frame.command, b"")]
        if frame.command == _SET:
            return [self._report(point) for point in self._set(frame.payload)]
        if frame.command == _QUERY:
            return [self._report(point) for point in self.points.values()]
        return []

    def _change_form(self) -> None:
        """Firmware that keeps asking does not accept the answer: try the other form."""
        self._asked += 1
        if self._asked % _PATIENCE == 0:
            raw = self._form is ProductForm.RAW
            self._form = ProductForm.JSON if raw else ProductForm.RAW

    def _product_answer(self) -> bytes:
        if self._form is ProductForm.RAW:
            return (self._product + self._version).encode()
        answer = {"p": self._product, "v": self._version, "m": 0}
        return json.dumps(answer, separators=(",", ":")).encode()

    def _set(self, payload: bytes) -> list[DataPoint]:
        points = split_points(payload)
        self.was_set += points[: max(0, MOST_FRAMES - len(self.was_set))]
        self.points.update({point.number: point for point in points})
        return points

    def report(self, point: DataPoint) -> bytes:
        """Change a data point, as if a button of the MCU were pressed; return what it sends."""
        self.points[point.number] = point
        return self._report(point).encode()

    @staticmethod
    def _report(point: DataPoint) -> Frame:
        return Frame(_MCU_VERSION, _REPORT, point.encode())


_COMMANDS = {
    _HEARTBEAT: "heartbeat",
    _PRODUCT: "product query",
    _MODE: "working mode",
    _WIFI_STATE: "Wi-Fi state",
    _WIFI_RESET: "Wi-Fi reset",
    _WIFI_MODE: "Wi-Fi mode",
    _SET: "set data point",
    _REPORT: "report data point",
    _QUERY: "query state",
    _WIFI_TEST: "Wi-Fi test",
    _MEMORY: "memory query",
}


def describe_frame(frame: Frame) -> str:
    """A frame as text: command, name if known, payload in hexadecimal."""
    name = _COMMANDS.get(frame.command, "unknown command")
    return f"{frame.command:02x} {name}  {frame.payload.hex(' ')}".rstrip()


def describe_point(point: DataPoint) -> str:
    """A data point as text: ``1 bool = 1``; bytes in hexadecimal if it is not a number."""
    kind = DpType(point.kind).name.lower() if point.kind in set(DpType) else f"type {point.kind}"
    number = point.kind in {DpType.BOOL, DpType.VALUE, DpType.ENUM, DpType.BITMAP}
    value = str(int.from_bytes(point.data, "big")) if number else point.data.hex(" ")
    return f"{point.number} {kind} = {value}"
