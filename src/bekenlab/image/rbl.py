"""RBL containers: the RT-Thread header that names, versions and checks a partition's content.

It is found in two places: the last 96 logical bytes of an executable partition (three CRC-16
frames, 102 physical bytes), and the first 96 bytes of an OTA package. Sources: docs/formats.md,
"RBL containers".
"""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass
from enum import IntEnum

from bekenlab.image import framing

MAGIC = b"RBL\x00"
HEADER_SIZE = 96
FRAMED_HEADER_SIZE = HEADER_SIZE // framing.DATA_SIZE * framing.FRAME_SIZE
_LAYOUT = struct.Struct("<4sII16s24s24sIIII")
# A header counts only if its CRC is right; more hits of the magic are noise or an attack.
_MAX_HITS = 256


class Cipher(IntEnum):
    """Encryption of a package's body: low byte of the algorithm field."""

    NONE = 0
    XOR = 1
    AES256 = 2


class Packing(IntEnum):
    """Compression of a package's body: second byte of the algorithm field."""

    NONE = 0
    GZIP = 1
    QUICKLZ = 2
    FASTLZ = 3


@dataclass(frozen=True, slots=True)
class RblHeader:
    """The 96 bytes, decoded.

    Attributes:
        algorithm: Encryption in bits 7:0 (``Cipher``), compression in bits 15:8 (``Packing``).
        timestamp: Build time in seconds since 1970, UTC.
        name: Partition name, e.g. ``"app"``.
        version: Version text, e.g. ``"1.00"``.
        serial: Serial number text, normally all zeros.
        body_crc32: CRC-32 of the packed body.
        raw_fnv1a: FNV-1a of the plain, unpacked body.
        raw_size: Bytes of the plain, unpacked body.
        package_size: Bytes of the packed body.
    """

    algorithm: int
    timestamp: int
    name: str
    version: str
    serial: str
    body_crc32: int
    raw_fnv1a: int
    raw_size: int
    package_size: int

    @property
    def cipher(self) -> int:
        """Encryption number; see ``Cipher``."""
        return self.algorithm & 0xFF

    @property
    def packing(self) -> int:
        """Compression number; see ``Packing``."""
        return self.algorithm >> 8 & 0xFF

    def encode(self) -> bytes:
        """The 96 bytes, including the header's own CRC-32."""
        body = _LAYOUT.pack(
            MAGIC,
            self.algorithm,
            self.timestamp,
            self.name.encode("ascii"),
            self.version.encode("ascii"),
            self.serial.encode("ascii"),
            self.body_crc32,
            self.raw_fnv1a,
            self.raw_size,
            self.package_size,
        )
        return body + struct.pack("<I", zlib.crc32(body))


@dataclass(frozen=True, slots=True)
class FoundHeader:
    """A header whose own CRC is right, and where it was found.

    Attributes:
        offset: Of its first byte in the bytes searched.
        framed: True when it is in CRC-16 frames (a partition trailer), False in plain bytes.
        header: The decoded header.
    """

    offset: int
    framed: bool
    header: RblHeader

    @property
    def end(self) -> int:
        """Offset just past the header."""
        return self.offset + (FRAMED_HEADER_SIZE if self.framed else HEADER_SIZE)


def parse_header(data: bytes) -> RblHeader | None:
    """Decode 96 bytes; None unless magic and header CRC are right."""
    if len(data) < HEADER_SIZE or not data.startswith(MAGIC):
        return None
    body = data[: _LAYOUT.size]
    (checksum,) = struct.unpack_from("<I", data, _LAYOUT.size)
    if zlib.crc32(body) != checksum:
        return None
    _, algorithm, timestamp, name, version, serial, crc, fnv, raw, package = _LAYOUT.unpack(body)
    return RblHeader(
        algorithm, timestamp, _text(name), _text(version), _text(serial), crc, fnv, raw, package
    )


def _text(field: bytes) -> str:
    return field.split(b"\0", 1)[0].decode("ascii", "replace")


def find_headers(data: bytes) -> tuple[FoundHeader, ...]:
    """All headers with a right CRC, framed or plain, in order of offset."""
    found: list[FoundHeader] = []
    offset = data.find(MAGIC)
    for _ in range(_MAX_HITS):
        if offset < 0:
            break
        framed = parse_header(framing.strip(data[offset : offset + FRAMED_HEADER_SIZE]))
        plain = None if framed else parse_header(data[offset : offset + HEADER_SIZE])
        header = framed or plain
        if header:
            found.append(FoundHeader(offset, framed is not None, header))
        offset = data.find(MAGIC, offset + 1)
    return tuple(found)


def body_crc_matches(header: RblHeader, stored: bytes) -> bool:
    """Whether the header's CRC-32 matches a body that is stored uncompressed.

    Args:
        header: The partition's header.
        stored: The partition's logical bytes as flash holds them (still encrypted).

    The CRC also covers the padding the packer added: n bytes of value n.
    """
    padding = header.package_size - header.raw_size
    if not 0 <= padding <= 255 or header.raw_size > len(stored):
        return False
    checksum = zlib.crc32(memoryview(stored)[: header.raw_size])
    return zlib.crc32(bytes([padding]) * padding, checksum) == header.body_crc32
