"""Checksums of EasyFlash records, in which OpenBeken keeps its counters and variables.

A record has: the status bytes, ``KV40``, u32 length, u32 CRC-32, name length (one byte and three of
FF), u32 length of the value, name, value. Sources: docs/formats.md, "OpenBeken
configuration".
"""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass

_MAGIC = b"KV40"
_HEAD = struct.Struct("<4sIIB3sI")
_CRC_AT = 8
_CHECKED_FROM = 12
_MAX_RECORDS = 4096
_MAX_VALUE = 0x2000


@dataclass(frozen=True, slots=True)
class FlashRecord:
    """The start and end offsets of a record with a correct checksum."""

    offset: int
    end: int


def find_records(data: bytes) -> tuple[FlashRecord, ...]:
    """Find the records with a correct checksum; at most 4096."""
    found: list[FlashRecord] = []
    at = data.find(_MAGIC)
    while at >= 0 and len(found) < _MAX_RECORDS:
        record = _parse(data, at)
        if record:
            found.append(record)
        at = data.find(_MAGIC, at + 1)
    return tuple(found)


def mend_record(data: bytearray, record: FlashRecord) -> None:
    """Correct the checksum of a record after its value was changed."""
    crc = zlib.crc32(data[record.offset + _CHECKED_FROM : record.end])
    at = record.offset + _CRC_AT
    data[at : at + 4] = crc.to_bytes(4, "little")


def _parse(data: bytes, at: int) -> FlashRecord | None:
    if at + _HEAD.size > len(data):
        return None
    _, length, crc, name_length, _, value_length = _HEAD.unpack_from(data, at)
    plain_end = at + _HEAD.size + name_length + value_length
    if value_length > _MAX_VALUE or plain_end > len(data):
        return None
    # If the flash is written in words, name and value are padded to whole words.
    filled_end = at + _HEAD.size + -(-name_length // 4) * 4 + -(-value_length // 4) * 4
    for end in dict.fromkeys((plain_end, filled_end, at + length)):
        fits = plain_end <= end <= min(len(data), at + 2 * _MAX_VALUE)
        if fits and zlib.crc32(data[at + _CHECKED_FROM : end]) == crc:
            return FlashRecord(at, end)
    return None
