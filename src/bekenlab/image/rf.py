"""The RF sector: Beken's TLV table with the MAC address and the radio's calibration.

It cannot be rebuilt: the calibration is measured in the factory. Sources: docs/formats.md,
"RF data".
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from enum import StrEnum

from bekenlab.chips import SECTOR

MAGIC = b"TLV\x00"
_SECTION_MAIN = 0x11111100
_TAG_MAC = 0x11111102
_ITEM = struct.Struct("<II")
# Sections end in 00 and hold tags that differ in the last byte only.
_SECTION_MASK = 0xFF
_MAX_MACS = 64
# What firmware uses, and may store in a table of its own, where flash has no address.
_MACS_OF_SDK = {"c8:47:8c:42:88:48", "c8:47:8c:00:00:00"}
_NO_MAC = {None, "00:00:00:00:00:00", "ff:ff:ff:ff:ff:ff"}


@dataclass(frozen=True, slots=True)
class RfSector:
    """A decoded RF sector.

    Attributes:
        offset: Where the sector starts in the bytes searched.
        length: Bytes of the table after its 8-byte header.
        mac: The MAC address, lower case with colons, or None when there is no MAC tag.
        has_power_tables: Whether it has TX power calibration.
    """

    offset: int
    length: int
    mac: str | None
    has_power_tables: bool


def parse(sector: bytes, offset: int = 0) -> RfSector | None:
    """Decode one sector; None unless it starts with a TLV table whose first section is known."""
    if len(sector) < 16 or not sector.startswith(MAGIC):
        return None
    (length,) = struct.unpack_from("<I", sector, 4)
    (first,) = struct.unpack_from("<I", sector, 8)
    if first != _SECTION_MAIN or length > SECTOR - 8:
        return None
    mac: str | None = None
    power = False
    position, end = 8, min(8 + length, len(sector))
    while position + _ITEM.size <= end:
        tag, size = _ITEM.unpack_from(sector, position)
        position += _ITEM.size
        if not tag & _SECTION_MASK:
            power |= tag == 0x22222200
            continue
        if tag == _TAG_MAC and size == 6:
            mac = sector[position : position + 6].hex(":")
        position += size
    return RfSector(offset, length, mac, power)


class RfState(StrEnum):
    """What is where the RF data belong."""

    PRESENT = "present"
    ERASED = "erased"
    UNREADABLE = "unreadable"
    DAMAGED = "damaged"
    DEFAULT = "default"
    """A table written by firmware that found none: it has no calibration and no own MAC address."""
    OTHER = "other"


# How the sentence goes on that begins with "the RF sector".
RF_MISSING = {
    RfState.ERASED: "is erased (FF)",
    RfState.UNREADABLE: "reads 00 only",
    RfState.DAMAGED: "is damaged",
    RfState.DEFAULT: "holds only the SDK's defaults, no data of this device",
    RfState.OTHER: "holds no RF data",
}


def check(sector: bytes) -> RfState:
    """Judge the sector where the RF data belong."""
    if not sector.strip(b"\xff"):
        return RfState.ERASED
    if not sector.strip(b"\0"):
        return RfState.UNREADABLE
    if not sector.startswith(MAGIC):
        return RfState.OTHER
    found = parse(sector)
    if found is None or found.mac in _NO_MAC:
        return RfState.DAMAGED
    return RfState.DEFAULT if found.mac in _MACS_OF_SDK else RfState.PRESENT


def find(data: bytes) -> RfSector | None:
    """The first RF sector on a sector boundary."""
    offset = data.find(MAGIC)
    while offset >= 0:
        if offset % SECTOR == 0:
            found = parse(data[offset : offset + SECTOR], offset)
            if found:
                return found
        offset = data.find(MAGIC, offset + 1)
    return None


def mac_offsets(data: bytes) -> tuple[int, ...]:
    """Offsets of the MAC addresses in RF tables, even stale or damaged ones; at most 64."""
    item = _ITEM.pack(_TAG_MAC, 6)
    found: list[int] = []
    at = data.find(item)
    while 0 <= at <= len(data) - _ITEM.size - 6 and len(found) < _MAX_MACS:
        found.append(at + _ITEM.size)
        at = data.find(item, at + 1)
    return tuple(found)


def build(mac: bytes) -> bytes:
    """A minimal RF sector with a MAC address and no calibration, padded with FF (for samples)."""
    tag = _ITEM.pack(_TAG_MAC, 6) + mac
    section = _ITEM.pack(_SECTION_MAIN, len(tag)) + tag
    table = MAGIC + struct.pack("<I", len(section)) + section
    return table + b"\xff" * (SECTOR - len(table))
