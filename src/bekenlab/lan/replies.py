"""Parse OpenBeken's answers. Its JSON is written with ``printf`` and is not always valid.

Names are not escaped, and the output of each ``printf`` is cut off at 254 bytes (``hprintf255``):
with a quote in a name or a long MQTT host, ``/api/info`` is not valid JSON. Then its values are
found by their keys, whose order is fixed. Source: OpenBK7231T_App,
``src/httpserver/rest_interface.c``.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any

from bekenlab.json_text import JsonError, read_json
from bekenlab.lan.errors import NotOpenBekenError

_INFO_KEYS = (
    "uptime_s",
    "build",
    "ip",
    "mac",
    "flags",
    "mqtthost",
    "mqtttopic",
    "chipset",
    "webapp",
    "shortName",
    "startcmd",
    "supportsSSDP",
    "supportsClientDeviceDB",
)
_VERSION = re.compile(r"\bversion (\S{1,40})")
_CHIPSET = re.compile(r"[A-Za-z][\w-]{1,23}", re.ASCII)
_LONGEST = 4096  # nothing is longer than a startup command, which has at most 1567 bytes
_MOST_PINS = 64
_MOST_ROLES = 256
# Names have at most 255 bytes; the bound also keeps the search short in text that only looks like a
# list.
_FILE = re.compile(r'\{"name":"(.{0,255}?)","type":(\d{1,3}),"size":(\d{1,10})\}', re.DOTALL)
_MESSAGE = re.compile(r'"msg":\s*"(.{0,200}?)"', re.DOTALL)
# The answers of rest_interface.c to a request it carried out, and to one it did not.
_SUCCESS = re.compile(r'\s*\{\s*"success"\s*:\s*200\b')
_REFUSAL = re.compile(
    r'\s*\{\s*(?:"fname"\s*:\s*".{0,255}?"\s*,\s*)?"error"\s*:\s*-?\d{1,9}\s*(?:,\s*"msg"|\})',
    re.DOTALL,
)
_REGULAR_FILE = "1"


@dataclass(frozen=True, slots=True)
class DeviceInfo:
    """What a device reports about itself; texts as sent, empty if missing.

    Attributes:
        build: ``"Built on Aug  2 2026 19:38:07 version 1.18.300"``.
        chipset: ``"BK7231N"``.
        short_name: ``"obk12345678"``.
        mac: ``"3C:0B:59:12:34:56"``.
        ip: Its own IP address.
        uptime: Seconds since it started.
        flags: The lower 32 flags as a number; the upper ones are not reported.
        mqtt_host: Broker and port.
        mqtt_topic: Client id and base topic.
        startup_command: Commands it runs when it starts.
    """

    build: str
    chipset: str
    short_name: str = ""
    mac: str = ""
    ip: str = ""
    uptime: int = 0
    flags: int = 0
    mqtt_host: str = ""
    mqtt_topic: str = ""
    startup_command: str = ""

    @property
    def version(self) -> str:
        """``"1.18.300"``, or an empty string."""
        found = _VERSION.search(self.build)
        return found[1] if found else ""


@dataclass(frozen=True, slots=True)
class DevicePins:
    """What a device reports about its pins.

    Attributes:
        role_names: Its own names of roles, by number. The numbers depend on the build.
        roles: Role number of each GPIO.
        channels: Channel of each GPIO.
        second_channels: Second channel of each GPIO; 0 for none.
        states: Value of each GPIO's channel.
    """

    role_names: tuple[str, ...]
    roles: tuple[int, ...]
    channels: tuple[int, ...]
    second_channels: tuple[int, ...]
    states: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class CommandReply:
    """The answer to a command.

    Attributes:
        message: ``"OK"``, or the reason for a failure.
        result: The answer in Tasmota's form if it is valid JSON, else None.
        text: The same as text, as sent.
    """

    message: str
    result: Any
    text: str


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file on the device.

    Attributes:
        name: As reported by the device.
        size: Size in bytes.
    """

    name: str
    size: int


def parse_info(text: str) -> DeviceInfo:
    """Parse the answer to ``/api/info``.

    Raises:
        NotOpenBekenError: Build or chip is missing.
    """
    found = _keyed(text)
    if not found.get("build") or not _CHIPSET.fullmatch(found.get("chipset", "")):
        raise NotOpenBekenError(
            "the answer names no build or no chip", hint="is this an OpenBeken device?"
        )
    return DeviceInfo(
        build=found["build"],
        chipset=found["chipset"],
        short_name=found.get("shortName", ""),
        mac=found.get("mac", ""),
        ip=found.get("ip", ""),
        uptime=_whole(found.get("uptime_s", "")),
        # Printed as a signed number, so negative with flag 31.
        flags=_whole(found.get("flags", "")) & 0xFFFFFFFF,
        mqtt_host=found.get("mqtthost", ""),
        mqtt_topic=found.get("mqtttopic", ""),
        startup_command=found.get("startcmd", ""),
    )


def _keyed(text: str) -> dict[str, str]:
    """Values by key: parsed from valid JSON, or the text between the keys of invalid JSON."""
    value = _json(text)
    if isinstance(value, dict):
        return {name: _plain(value[name])[:_LONGEST] for name in _INFO_KEYS if name in value}
    places = []
    at = 0
    for name in _INFO_KEYS:
        place = text.find(f'"{name}":', at)
        if place >= 0:
            at = place + len(name) + 3
            places.append((name, place, at))
    ends = [place for _, place, _ in places[1:]] + [len(text)]
    return {
        name: _between(text[start:end])[:_LONGEST]
        for (name, _, start), end in zip(places, ends, strict=False)
    }


def _plain(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _between(text: str) -> str:
    """A value without the JSON punctuation around it; a truncated one has none at its end."""
    inner = text.rstrip("}").rstrip(",").strip()
    inner = inner.removeprefix('"').removesuffix('"')
    return inner.replace("\\n", "\n").replace('\\"', '"').replace("\\\\", "\\")


def _json(text: str) -> object:
    try:
        return read_json(text, strict=False)  # control characters are not escaped either
    except JsonError:
        return None


def _whole(text: str) -> int:
    return int(text) if re.fullmatch(r"-?\d{1,11}", text, re.ASCII) else 0


def parse_pins(text: str) -> DevicePins:
    """Parse the answer to ``/api/pins``.

    Raises:
        NotOpenBekenError: It is something else.
    """
    value = _json(text)
    fields: dict[str, Any] = value if isinstance(value, dict) else {}
    names = fields.get("rolenames")
    roles, channels = _numbers(fields.get("roles")), _numbers(fields.get("channels"))
    seconds, states = _numbers(fields.get("channels2", [])), _numbers(fields.get("states", []))
    if (
        not isinstance(names, list)
        or not all(isinstance(name, str) for name in names)
        or not 0 < len(names) <= _MOST_ROLES
        or not roles
        or channels is None
        or len(channels) != len(roles)
    ):
        raise NotOpenBekenError(
            "the answer does not describe the pins", hint="is this an OpenBeken device?"
        )
    return DevicePins(
        tuple(names), roles, channels, _filled(seconds, len(roles)), _filled(states, len(roles))
    )


def _numbers(value: object) -> tuple[int, ...] | None:
    if not isinstance(value, list) or len(value) > _MOST_PINS:
        return None
    if not all(type(each) is int and abs(each) < 1 << 31 for each in value):
        return None
    return tuple(value)


def _filled(numbers: tuple[int, ...] | None, length: int) -> tuple[int, ...]:
    """Pad with zeros: second channels are sent only up to the last that is not 0."""
    return ((numbers or ()) + (0,) * length)[:length]


def parse_command(text: str) -> CommandReply:
    """Parse the answer to a command; often only part of it is JSON."""
    message = _MESSAGE.search(text)
    _, mark, rest = text.partition('"res":')
    result = rest.rstrip().removesuffix("}").strip() if mark else ""
    return CommandReply(message[1] if message else "", _json(result), result)


def is_success(text: str) -> bool:
    """Whether an answer says that the request was carried out."""
    return _SUCCESS.match(text) is not None


def is_refusal(text: str) -> bool:
    """Whether an answer has the form of OpenBeken's refusals; other servers have others."""
    return _REFUSAL.match(text) is not None


def parse_files(text: str) -> tuple[StoredFile, ...]:
    """Parse a listing of the file system; folders are left out."""
    return tuple(
        StoredFile(name, int(size))
        for name, kind, size in _FILE.findall(text)
        if kind == _REGULAR_FILE
    )


def message_of(text: str) -> str:
    """The reason given in a refusal, or an empty string."""
    found = _MESSAGE.search(text)
    return found[1].strip() if found else ""


def uploaded(text: str) -> int | None:
    """How many bytes the device reports as written, or None if it does not say."""
    value = _json(text)
    size = value.get("size") if isinstance(value, dict) else None
    return size if type(size) is int else None
