"""Files people write to chips, made here: an OTA package and a UF2 package."""

from __future__ import annotations

import struct
import zlib

from bekenlab.image.fnv import fnv1a
from bekenlab.image.rbl import RblHeader

UF2_N, UF2_T = 0x7B3EF230, 0x675A40B0
_APP = {UF2_N: (0x11000, 0x119000), UF2_T: (0x11000, 0x121000)}


def ota_package(body: bytes = b"new application " * 64) -> bytes:
    """An RBL that is neither packed nor encrypted."""
    header = RblHeader(
        algorithm=0,
        timestamp=1_700_000_000,
        name="app",
        version="1.2.3",
        serial="0" * 23,
        body_crc32=zlib.crc32(body),
        raw_fnv1a=fnv1a(body),
        raw_size=len(body),
        package_size=len(body),
    )
    return header.encode() + body


def uf2(family: int, app: bytes) -> bytes:
    """A package as LibreTiny makes it, with one file for the partition ``app``."""
    start, length = _APP.get(family, (0, 0x100000))
    row = struct.pack("<I16s16sIII", 0x45503130, b"app", b"flash0", start, length, 0)
    header = tag(0x8288ED, row) + tag(0x00DE43, b"esphome") + tag(0x9FC7BC, b"2025.1.0")
    wire = tag(0xC0EE0C, bytes.fromhex("000100") + b"app\0")
    cut = [app[at : at + 256] for at in range(0, len(app), 256)]
    blocks = [(0, b"", header)]
    blocks += [(i * 256, part, wire if i == 0 else b"") for i, part in enumerate(cut)]
    return b"".join(block(family, i, len(blocks), *each) for i, each in enumerate(blocks))


def block(family: int, number: int, count: int, at: int, data: bytes, tags: bytes) -> bytes:
    """512 bytes of a UF2 package."""
    flags = 0x2000 | (0x8000 if tags else 0)
    words = (0x0A324655, 0x9E5D5157, flags, at, len(data), number, count, family)
    return (struct.pack("<8I", *words) + data + tags).ljust(508, b"\0") + b"\x30\x6f\xb1\x0a"


def tag(kind: int, value: bytes) -> bytes:
    """A tag of a UF2 block, filled up to a multiple of four bytes."""
    raw = bytes([4 + len(value)]) + kind.to_bytes(3, "little") + value
    return raw.ljust(-(-len(raw) // 4) * 4, b"\0")
