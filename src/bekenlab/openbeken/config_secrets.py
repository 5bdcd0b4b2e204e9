"""Personal data in OpenBeken's settings sector, and its checksum.

The table of fields says which are personal; secrets in commands are found by ``secrecy``. The
sector is unencrypted, begins with ``CFG``, and is the sector after the RF data.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from bekenlab.chips import SECTOR
from bekenlab.openbeken.config.checksum import crc8
from bekenlab.openbeken.config.fields import VERSIONS, Field, Kind, defaults, layout
from bekenlab.secrecy.span import SecretSpan
from bekenlab.secrecy.text import byte_spans

if TYPE_CHECKING:
    from collections.abc import Iterator

_MAGIC = b"CFG"
_CRC_AT = 3
_OLD_SIZE, _SIZE = 0x7E0, 0xE00  # up to version 3, and since
_MAX_VERSION = 100
_MAX_FOUND = 16
_ADDRESS = "address"
_NUMBERS_ONLY = re.compile(r"\d{1,3}(?:\.\d{1,3}){3}")
# Older defaults of new devices; those of today are in the table.
_OLD_DEFAULTS = ("homeassistant",)


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


def find_config_sectors(data: bytes, chip: str | None = None) -> tuple[ConfigSector, ...]:
    """Find the settings sectors in flash bytes, at the start of sectors; at most 16.

    Args:
        data: Flash bytes.
        chip: Name of the chip, if known; a few chips have their own layout.
    """
    found: list[ConfigSector] = []
    at = data.find(_MAGIC)
    while at >= 0 and len(found) < _MAX_FOUND:
        version = int.from_bytes(data[at + 4 : at + 8], "little")
        if at % SECTOR == 0 and 0 < version <= _MAX_VERSION:
            size = _SIZE if version > 3 else _OLD_SIZE
            body = data[at : at + size]
            ok = len(body) == size and body[_CRC_AT] == crc8(body[4:])
            found.append(ConfigSector(at, size, ok, tuple(_spans(body, version, at, chip))))
        at = data.find(_MAGIC, at + 1)
    return tuple(found)


def mend_config_sector(data: bytearray, sector: ConfigSector) -> None:
    """Correct the checksum of a sector whose checksum was correct before."""
    if sector.ok:
        body = bytes(data[sector.offset + 4 : sector.offset + sector.size])
        data[sector.offset + _CRC_AT] = crc8(body)


def is_personal(field: Field, text: str) -> bool:
    """Whether the text of a field is personal: it has a kind of secret and is no default."""
    if field.secret is None or not text.strip("\xff") or text in _known_texts():
        return False
    return field.secret != _ADDRESS or not _NUMBERS_ONLY.fullmatch(text)


@cache
def _known_texts() -> frozenset[str]:
    return frozenset((*_OLD_DEFAULTS, *(v for v in defaults().values() if isinstance(v, str))))


def _spans(body: bytes, version: int, base: int, chip: str | None) -> Iterator[SecretSpan]:
    known = min(max(version, VERSIONS[0]), VERSIONS[-1])
    for field in layout(known, chip).fields.values():
        raw = body[field.offset : field.offset + field.size]
        if field.kind is Kind.MAC and any(raw):
            yield SecretSpan(base + field.offset, base + field.offset + len(raw), "mac")
        if field.kind is not Kind.TEXT:
            continue
        content = raw.partition(b"\x00")[0]
        if is_personal(field, content.decode("latin-1")):
            place = base + field.offset
            yield SecretSpan(place, place + len(content), field.secret or "other")
        elif field.secret is None:
            yield from byte_spans(content, base + field.offset)
