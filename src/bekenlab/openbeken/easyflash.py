"""EasyFlash records, in which OpenBeken keeps its counters and variables.

A record has: the status bytes, ``KV40``, u32 length, u32 CRC-32, name length (one byte and three of
FF), u32 length of the value, name, value. Sources: docs/formats.md, "OpenBeken
configuration".
"""

from __future__ import annotations

import re
import struct
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bekenlab.secrecy.names import OTHER, named_kind
from bekenlab.secrecy.span import SecretSpan

if TYPE_CHECKING:
    from collections.abc import Iterator

_MAGIC = b"KV40"
_HEAD = struct.Struct("<4sIIB3sI")
_CRC_AT = 8
_CHECKED_FROM = 12
_MAX_RECORDS = 4096
_MAX_VALUE = 0x2000
# A text of at least four characters that is not a number.
_TEXT = re.compile(rb"(?![-+0-9.eE]*\Z)[\x20-\x7e\x80-\xf4\t\r\n]{4,}")


@dataclass(frozen=True, slots=True)
class FlashRecord:
    """A record; offsets are from the start of the bytes searched.

    Attributes:
        offset: Where it starts.
        end: Where what the checksum covers ends.
        name: Where its name is, start and end.
        value: Where its value is, start and end.
        ok: Whether the checksum is correct.
    """

    offset: int
    end: int
    name: tuple[int, int]
    value: tuple[int, int]
    ok: bool


def find_records(data: bytes) -> tuple[FlashRecord, ...]:
    """Find the records, at most 4096: those with a correct checksum, and damaged ones."""
    found: list[FlashRecord] = []
    at = data.find(_MAGIC)
    while at >= 0 and len(found) < _MAX_RECORDS:
        record = _parse(data, at)
        if record:
            found.append(record)
        at = data.find(_MAGIC, at + 1)
    return tuple(found)


def record_spans(data: bytes | bytearray, record: FlashRecord) -> Iterator[SecretSpan]:
    """Yield what is personal in a record's value.

    The name of a variable says what it holds only if it is in the list. A text under any other name
    may be anything, so it counts as well; a number does not.
    """
    start, end = record.value
    value = bytes(data[start:end]).rstrip(b"\x00\xff")
    name = bytes(data[slice(*record.name)]).decode("latin-1")
    kind = named_kind(name)
    if value and (kind or _TEXT.fullmatch(value)):
        yield SecretSpan(start, start + len(value), kind or OTHER)


def mend_record(data: bytearray, record: FlashRecord) -> None:
    """Correct the checksum of a record after its value was changed; a damaged one stays so."""
    if not record.ok:
        return
    crc = zlib.crc32(data[record.offset + _CHECKED_FROM : record.end])
    at = record.offset + _CRC_AT
    data[at : at + 4] = crc.to_bytes(4, "little")


def _parse(data: bytes, at: int) -> FlashRecord | None:
    if at + _HEAD.size > len(data):
        return None
    _, length, crc, name_length, _, value_length = _HEAD.unpack_from(data, at)
    begin = at + _HEAD.size
    plain_end = begin + name_length + value_length
    if value_length > _MAX_VALUE or plain_end > len(data):
        return None
    # If the flash is written in words, name and value are padded to whole words.
    padded = begin + -(-name_length // 4) * 4
    filled_end = padded + -(-value_length // 4) * 4
    name = (begin, begin + name_length)
    plain = (name[1], plain_end)
    filled = (padded, padded + value_length)
    for end in dict.fromkeys((plain_end, filled_end, at + length)):
        fits = plain_end <= end <= min(len(data), at + 2 * _MAX_VALUE)
        if fits and zlib.crc32(data[at + _CHECKED_FROM : end]) == crc:
            value = plain if end == plain_end else filled
            return FlashRecord(at, end, name, value, ok=True)
    # Without a checksum it is not known whether it is padded; both places are covered.
    rough = (name[1], min(filled[1], len(data)))
    return FlashRecord(at, plain_end, name, rough, ok=False) if name_length else None
