"""Frames between a Wi-Fi module and a second controller (TuyaMCU), and the data points in them.

A frame: ``55 AA version command length(2) payload sum``; the sum is that of all preceding bytes,
modulo 256. Mains-powered devices and battery devices give some commands other meanings: a battery
device reports with 5 and 8 and has version 0. Sources: docs/formats.md, "TuyaMCU".
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum, StrEnum
from itertools import accumulate

_MAGIC = b"\x55\xaa"
_OVERHEAD = 7
LONGEST = 4096
"""Bytes of the longest frame that is believed."""


class Sender(StrEnum):
    """Who sent a frame."""

    MODULE = "module"
    MCU = "mcu"


class Protocol(StrEnum):
    """Which of the two protocols a device speaks."""

    MAINS = "mains"
    BATTERY = "battery"


class Command(IntEnum):
    """Commands of mains-powered devices."""

    HEARTBEAT = 0x00
    PRODUCT = 0x01
    MODE = 0x02
    WIFI_STATE = 0x03
    WIFI_RESET = 0x04
    WIFI_MODE = 0x05
    SET = 0x06
    REPORT = 0x07
    QUERY = 0x08
    UPDATE_START = 0x0A
    UPDATE_DATA = 0x0B
    UTC = 0x0C
    WIFI_TEST = 0x0E
    MEMORY = 0x0F
    LOCAL_TIME = 0x1C
    WEATHER_ON = 0x20
    WEATHER = 0x21
    REPORT_SYNC = 0x22
    REPORT_ACK = 0x23
    SIGNAL = 0x24
    HEARTBEAT_OFF = 0x25
    NETWORK = 0x2B
    MAC = 0x2D
    EXTENSION = 0x34


class BatteryCommand(IntEnum):
    """Commands of battery devices with version 0, where they differ."""

    PRODUCT = 0x01
    NETWORK = 0x02
    WIFI_RESET = 0x03
    WIFI_MODE = 0x04
    REPORT = 0x05
    LOCAL_TIME = 0x06
    RECORD = 0x08
    SIGNAL = 0x0B
    CACHE = 0x10


class DpType(IntEnum):
    """Type of a data point."""

    RAW = 0
    BOOL = 1
    VALUE = 2
    STRING = 3
    ENUM = 4
    BITMAP = 5


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


def split_frames(stream: bytes, *, ended: bool = False) -> tuple[list[Frame], bytes]:
    """The frames with a correct sum in a stream, and the incomplete rest.

    Bytes that belong to no frame are skipped.

    Args:
        stream: The bytes.
        ended: Whether no more will come, so that what is incomplete is no frame, and others may
            begin within it.
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
        if size > LONGEST or (len(stream) < at + size and ended):
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


_COMMANDS: dict[int, str] = {
    Command.HEARTBEAT: "heartbeat",
    Command.PRODUCT: "product query",
    Command.MODE: "working mode",
    Command.WIFI_STATE: "Wi-Fi state",
    Command.WIFI_RESET: "Wi-Fi reset",
    Command.WIFI_MODE: "Wi-Fi mode",
    Command.SET: "set data point",
    Command.REPORT: "report data point",
    Command.QUERY: "query state",
    Command.WIFI_TEST: "Wi-Fi test",
    Command.MEMORY: "memory query",
    Command.UPDATE_START: "firmware update",
    Command.UPDATE_DATA: "firmware data",
    Command.UTC: "time (UTC)",
    Command.LOCAL_TIME: "local time",
    Command.WEATHER_ON: "weather service",
    Command.WEATHER: "weather",
    Command.REPORT_SYNC: "report with acknowledgement",
    Command.REPORT_ACK: "acknowledgement",
    Command.SIGNAL: "signal strength",
    Command.HEARTBEAT_OFF: "no heartbeat",
    Command.NETWORK: "network state",
    Command.MAC: "MAC address",
    Command.EXTENSION: "extension",
}


_BATTERY_COMMANDS: dict[int, str] = {
    BatteryCommand.PRODUCT: "product query",
    BatteryCommand.NETWORK: "network state",
    BatteryCommand.WIFI_RESET: "Wi-Fi reset",
    BatteryCommand.WIFI_MODE: "Wi-Fi mode",
    BatteryCommand.REPORT: "report data point",
    BatteryCommand.LOCAL_TIME: "local time",
    BatteryCommand.RECORD: "report with time",
    BatteryCommand.SIGNAL: "signal strength",
    BatteryCommand.CACHE: "cached data points",
}


def frame_name(frame: Frame, protocol: Protocol | None = None) -> str:
    """Name of a frame's command; one of mains-powered devices, unless the protocol is another."""
    names = _BATTERY_COMMANDS if protocol is Protocol.BATTERY else _COMMANDS
    return names.get(frame.command, "unknown command")


def describe_frame(frame: Frame, protocol: Protocol | None = None) -> str:
    """A frame as text: command, name if known, payload in hexadecimal."""
    return f"{frame.command:02x} {frame_name(frame, protocol)}  {frame.payload.hex(' ')}".rstrip()


def describe_point(point: DataPoint) -> str:
    """A data point as text: ``1 bool = 1``; bytes in hexadecimal if it is not a number."""
    kind = DpType(point.kind).name.lower() if point.kind in set(DpType) else f"type {point.kind}"
    number = point.kind in {DpType.BOOL, DpType.VALUE, DpType.ENUM, DpType.BITMAP}
    value = str(int.from_bytes(point.data, "big")) if number else point.data.hex(" ")
    return f"{point.number} {kind} = {value}"
