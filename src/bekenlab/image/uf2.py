"""UF2 packages as LibreTiny and ESPHome build them: firmware in blocks that say where they go.

A file is a sequence of 512-byte blocks: two magic words, flags, address, length, block number,
number of blocks, family, up to 476 bytes of data followed by tags, a last magic word. Addresses
count from the start of a partition. The tag ``OTA_PART_INFO`` names the partition for each of six
ways to install, and applies to the blocks after it; the fourth way, ``flasher``, is over UART.
Another tag holds the partition table.

Source: the UF2 specification, and LibreTiny's (docs.libretiny.eu) for the tags.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bekenlab.errors import DamagedDumpError, UnsupportedError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

MAGIC = b"UF2\n"
BLOCK = 512
_HEAD = struct.Struct("<4sIIIIIII")
_SECOND, _LAST = 0x9E5D5157, 0x0AB16F30
_MOST_DATA = BLOCK - _HEAD.size - 4
_HAS_FAMILY, _HAS_TAGS = 0x2000, 0x8000
_FLASHER = 3
_WAYS = 6

_VERSION, _FIRMWARE, _BOARD = 0x9FC7BC, 0x00DE43, 0xCA25C8
_PART_INFO, _PART_TABLE = 0xC0EE0C, 0x8288ED
# Magic, name, name of the flash, offset, length, reserved.
_ROW = struct.Struct("<I16s16sIII")
_ROW_MAGIC = 0x45503130


@dataclass(frozen=True, slots=True)
class Uf2Part:
    """A contiguous run of bytes in flash.

    Attributes:
        partition: Name of the partition, e.g. ``"app"``.
        offset: Of the first byte, from the start of the partition.
        data: The bytes.
    """

    partition: str
    offset: int
    data: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Uf2:
    """A package.

    Attributes:
        family: UF2 family number of the chip; 0 when the file has none.
        board: The board it was built for, by LibreTiny's name, or an empty string.
        firmware: Its name, or an empty string.
        version: Its version, or an empty string.
        parts: What is written over UART, in the file's order.
        table: Partition name to physical address and length, for those in the file's table.
    """

    family: int
    board: str
    firmware: str
    version: str
    parts: tuple[Uf2Part, ...]
    table: Mapping[str, tuple[int, int]]


@dataclass(frozen=True, slots=True)
class _Block:
    family: int
    address: int
    data: bytes
    tags: Mapping[int, bytes]


def read_uf2(data: bytes) -> Uf2:
    """Parse a package.

    Args:
        data: The file; any bytes.

    Raises:
        DamagedDumpError: A block is damaged or missing.
        UnsupportedError: Nothing in it is meant to be written over UART.
    """
    blocks = [_block(data, offset) for offset in range(0, len(data), BLOCK)]
    tags: dict[int, bytes] = {}
    for block in blocks:
        tags.update(block.tags)
    parts = tuple(_joined(blocks))
    if not parts:
        raise UnsupportedError(
            "this UF2 file holds nothing to write over UART",
            hint="use the file of the same build that is meant for flashing over UART",
        )
    return Uf2(
        family=blocks[0].family,
        board=_text(tags.get(_BOARD, b"")),
        firmware=_text(tags.get(_FIRMWARE, b"")),
        version=_text(tags.get(_VERSION, b"")),
        parts=parts,
        table=dict(_table(tags.get(_PART_TABLE, b""))),
    )


def _block(data: bytes, offset: int) -> _Block:
    raw = data[offset : offset + BLOCK]
    number = offset // BLOCK
    if len(raw) < BLOCK:
        raise _damaged(f"it ends in the middle of block {number}")
    first, second, flags, address, length, at, count, family = _HEAD.unpack_from(raw)
    last = int.from_bytes(raw[-4:], "little")
    if (first, second, last) != (MAGIC, _SECOND, _LAST) or length > _MOST_DATA:
        raise _damaged(f"block {number} is not a UF2 block")
    if at != number:
        raise _damaged(f"block {number} is numbered {at}")
    if count * BLOCK != len(data):
        raise _damaged(f"it has {len(data):,} bytes, but was built with {count * BLOCK:,}")
    body = raw[_HEAD.size : -4]
    tags = dict(_tags(body[length:])) if flags & _HAS_TAGS else {}
    return _Block(family if flags & _HAS_FAMILY else 0, address, body[:length], tags)


def _tags(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Each tag is size, type (three bytes) and value, padded to four bytes; size 0 ends them."""
    offset = 0
    while offset + 4 <= len(data) and (size := data[offset]) >= 4:
        yield (
            int.from_bytes(data[offset + 1 : offset + 4], "little"),
            data[offset + 4 : offset + size],
        )
        offset += -(-size // 4) * 4


def _joined(blocks: list[_Block]) -> Iterator[Uf2Part]:
    """The parts for UART; contiguous blocks are joined."""
    partition, start, gathered = "", 0, bytearray()
    current = ""
    for block in blocks:
        if _PART_INFO in block.tags:
            current = _partition(block.tags[_PART_INFO])
        if not block.data or not current:
            continue
        if gathered and (current, block.address) == (partition, start + len(gathered)):
            gathered += block.data
            continue
        if gathered:
            yield Uf2Part(partition, start, bytes(gathered))
        partition, start, gathered = current, block.address, bytearray(block.data)
    if gathered:
        yield Uf2Part(partition, start, bytes(gathered))


def _partition(info: bytes) -> str:
    """The partition for UART: one nibble per way to install, an index into the names from 1."""
    nibbles = [half for byte in info[: _WAYS // 2] for half in (byte >> 4, byte & 15)]
    names = [name for name in info[_WAYS // 2 :].split(b"\0") if name]
    index = nibbles[_FLASHER] if len(nibbles) == _WAYS else 0
    return _text(names[index - 1]) if 0 < index <= len(names) else ""


def _table(data: bytes) -> Iterator[tuple[str, tuple[int, int]]]:
    for offset in range(0, len(data) - _ROW.size + 1, _ROW.size):
        magic, name, _flash, start, length, _reserved = _ROW.unpack_from(data, offset)
        if magic == _ROW_MAGIC:
            yield _text(name), (start, length)


def _text(raw: bytes) -> str:
    text = raw.split(b"\0", 1)[0].decode("utf-8", "replace")
    return text if text.isprintable() else ""


def _damaged(what: str) -> DamagedDumpError:
    return DamagedDumpError(f"the UF2 file is damaged: {what}", hint="download or build it again")
