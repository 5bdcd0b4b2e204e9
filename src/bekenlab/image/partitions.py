"""The FAL partition table, stored unencrypted behind the boot loader's code.

64-byte records: magic 0x45503130, names, offset, length, CRC. Sources: docs/formats.md, "Partition
table".
"""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass

from bekenlab.image import framing

_MAGIC = b"01PE"
_RECORD = struct.Struct("<4s24s24sIII")
_CRC_DEVICE_SUFFIX = "_crc"
_MAX_RECORDS = 32


@dataclass(frozen=True, slots=True)
class FalRecord:
    """One record as stored.

    Attributes:
        name: ``"app"``.
        device: ``"beken_onchip_crc"`` (addresses are logical) or ``"beken_onchip"`` (physical).
        offset: Start, in the device's addresses.
        length: Length in bytes, in the device's addresses.
    """

    name: str
    device: str
    offset: int
    length: int

    @property
    def framed(self) -> bool:
        """Whether the partition holds CRC-16 frames, so that its addresses are logical."""
        return self.device.endswith(_CRC_DEVICE_SUFFIX)

    @property
    def physical(self) -> tuple[int, int]:
        """Half-open physical range."""
        end = self.offset + self.length
        if self.framed:
            return framing.to_physical(self.offset), framing.to_physical(end)
        return self.offset, end

    def encode(self) -> bytes:
        """The 64 bytes with their CRC-32."""
        body = _RECORD.pack(
            _MAGIC,
            self.name.encode("ascii"),
            self.device.encode("ascii"),
            self.offset,
            self.length,
            0,
        )[:-4]
        return body + struct.pack("<I", zlib.crc32(body))


def find_table(stored: bytes) -> tuple[FalRecord, ...]:
    """Find the table in the stored (CRC stripped, not decrypted) logical bytes of a boot loader.

    A CRC of zero is accepted, as Tuya's loaders store none. At least two records are required,
    because the magic also occurs in the loaders' code.
    """
    records: list[FalRecord] = []
    position = stored.find(_MAGIC)
    while position >= 0 and len(records) < _MAX_RECORDS:
        record = _parse(stored[position : position + _RECORD.size])
        if record:
            records.append(record)
        position = stored.find(_MAGIC, position + (_RECORD.size if record else 1))
    if len(records) < 2:
        return ()
    return tuple(sorted(records, key=lambda record: record.physical))


def _parse(data: bytes) -> FalRecord | None:
    if len(data) < _RECORD.size:
        return None
    _, name, device, offset, length, checksum = _RECORD.unpack(data)
    if checksum not in (0, zlib.crc32(data[:-4])):
        return None
    texts = [field.rstrip(b"\0") for field in (name, device)]
    if not all(text and text.isascii() and text.decode().isprintable() for text in texts):
        return None
    if length == 0 or offset + length > 1 << 28:
        return None
    return FalRecord(texts[0].decode(), texts[1].decode(), offset, length)
