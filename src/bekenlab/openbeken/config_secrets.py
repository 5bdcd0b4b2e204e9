"""Personal data in OpenBeken's settings sector, and its checksum.

Holds only what redaction needs: a table of fields. The sector is unencrypted, begins with ``CFG``,
and is the sector after the RF data. Sources (versions up to 5): docs/formats.md, "OpenBeken
configuration".
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bekenlab.chips import SECTOR
from bekenlab.tuya.secret_span import SecretSpan

if TYPE_CHECKING:
    from collections.abc import Iterator

_MAGIC = b"CFG"
_CRC_AT = 3
_OLD_SIZE, _SIZE = 0x7E0, 0xE00  # up to version 3, and since
_MAX_VERSION = 100
_MAX_FOUND = 16

_TEXTS = (
    (0x014, 64, "wifi-name", 1),
    (0x054, 64, "wifi-password", 1),
    (0x094, 256, "mqtt-host", 1),
    (0x194, 64, "device-name", 1),
    (0x1D4, 64, "mqtt-user", 1),
    (0x214, 128, "mqtt-password", 1),
    (0x2DE, 32, "device-name", 1),
    (0x2FE, 64, "device-name", 1),
    (0xC00, 64, "wifi-name", 4),
    (0xC40, 68, "wifi-password", 4),
    (0xC84, 33, "web-password", 5),
)  # offset, size, kind, first version that has it
_MAC_AT = 0x2D8
_COMMANDS_AT, _COMMANDS_SIZE = 0x5E0, {3: 512}
_COMMANDS_DEFAULT = 1568
# Defaults of every new device, which are not secret.
_DEFAULTS = frozenset({b"homeassistant", b"bekens"})
_COMMAND = re.compile(
    rb"(?i)\b(?P<name>ssid[12]?|password[12]?|mqtt_?(?:user|password|host|client)|web_?password)"
    rb'\s+(?:"(?P<quoted>[^"\x00]+)"|(?P<bare>[^\s;"\x00]+))'
)
_COMMAND_KINDS = (
    (b"ssid", "wifi-name"),
    (b"password", "wifi-password"),
    (b"web", "web-password"),
    (b"mqttpass", "mqtt-password"),
    (b"mqtthost", "mqtt-host"),
    (b"mqttuser", "mqtt-user"),
    (b"mqttclient", "device-name"),
)


@dataclass(frozen=True, slots=True)
class ConfigSector:
    """A settings sector.

    Attributes:
        offset: Where it starts in the bytes searched.
        size: Number of bytes the checksum covers.
        ok: Whether the checksum is correct.
        spans: Personal data in it, as offsets in the bytes searched.
    """

    offset: int
    size: int
    ok: bool
    spans: tuple[SecretSpan, ...]


def find_config_sectors(data: bytes) -> tuple[ConfigSector, ...]:
    """Find the settings sectors in flash bytes, at the start of sectors; at most 16."""
    found: list[ConfigSector] = []
    at = data.find(_MAGIC)
    while at >= 0 and len(found) < _MAX_FOUND:
        version = int.from_bytes(data[at + 4 : at + 8], "little")
        if at % SECTOR == 0 and 0 < version <= _MAX_VERSION:
            size = _SIZE if version > 3 else _OLD_SIZE
            body = data[at : at + size]
            ok = len(body) == size and body[_CRC_AT] == config_crc(body[4:])
            found.append(ConfigSector(at, size, ok, tuple(_spans(body, version, at))))
        at = data.find(_MAGIC, at + 1)
    return tuple(found)


def mend_config_sector(data: bytearray, sector: ConfigSector) -> None:
    """Correct the checksum of a sector whose checksum was correct before."""
    if sector.ok:
        body = bytes(data[sector.offset + 4 : sector.offset + sector.size])
        data[sector.offset + _CRC_AT] = config_crc(body)


def config_crc(data: bytes) -> int:
    """Return the settings' CRC-8 (polynomial 0x8C, reflected) as Beken chips compute it.

    Their compiler shifts signed bytes, so the sign bit stays and the result differs from the usual
    CRC-8. Sources: docs/formats.md, "OpenBeken configuration"; checked against OpenBeken in the
    virtual chip.
    """
    crc = 0
    for byte in data:
        crc = _step(crc, byte)
    return crc


def _step(crc: int, byte: int) -> int:
    for _ in range(8):
        mixed = (crc ^ byte) & 1
        crc = (crc >> 1) | (crc & 0x80)
        if mixed:
            crc ^= 0x8C
        byte = (byte >> 1) | (byte & 0x80)
    return crc


def _spans(body: bytes, version: int, base: int) -> Iterator[SecretSpan]:
    for offset, size, kind, since in _TEXTS:
        text = body[offset : offset + size].partition(b"\x00")[0]
        if version >= since and text and text not in _DEFAULTS and text.strip(b"\xff"):
            yield SecretSpan(base + offset, base + offset + len(text), kind)
    mac = body[_MAC_AT : _MAC_AT + 6]
    if any(mac):
        yield SecretSpan(base + _MAC_AT, base + _MAC_AT + len(mac), "mac")
    size = _COMMANDS_SIZE.get(version, _COMMANDS_DEFAULT)
    commands = body[_COMMANDS_AT : _COMMANDS_AT + size].partition(b"\x00")[0]
    yield from command_spans(commands, base + _COMMANDS_AT)


def command_spans(text: bytes, base: int = 0) -> Iterator[SecretSpan]:
    """Yield personal data in OpenBeken's commands: ``Password1 abc``, ``MqttUser "me"``."""
    for match in _COMMAND.finditer(text):
        name = match["name"].lower().replace(b"_", b"")
        kind = next(kind for head, kind in _COMMAND_KINDS if name.startswith(head))
        start, end = match.span("quoted" if match["quoted"] is not None else "bare")
        yield SecretSpan(base + start, base + end, kind)
