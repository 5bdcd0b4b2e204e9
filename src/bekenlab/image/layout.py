"""Where a file belongs on the chip: it may be whole, rotated, or only a part of flash."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bekenlab.chips import APP_START, MIB, SECTOR, bootloader_ends
from bekenlab.errors import Notice
from bekenlab.image import cipher, framing
from bekenlab.image.cipher import PLAIN_KEY, TUYA_KEY
from bekenlab.image.encryption import (
    APP_ADDRESS,
    BOOTLOADER_ADDRESS,
    decide,
    handlers_in_app,
    opens,
)
from bekenlab.image.keys import key_at
from bekenlab.image.partitions import find_table
from bekenlab.image.rbl import find_headers

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bekenlab.image.rbl import FoundHeader

_VECTOR_FRAME = framing.FRAME_SIZE
_SMALLEST_FLASH = 2 * MIB
_CODE = 0x8000 // framing.DATA_SIZE * framing.FRAME_SIZE


@dataclass(frozen=True, slots=True)
class Arranged:
    """A file's bytes in flash order.

    Attributes:
        data: The bytes; the first is at physical address ``start``.
        headers: RBL headers in ``data``.
        rotation: Physical address the file began at, when the start of flash was at its end
            (some tools read from 0x11000 on); 0 when it was not rotated.
        start: Not 0 when the file is only a part of flash and says where it belongs.
        misplaced: Whether it is all of a flash in which an application lies at 0.
        notices: What was done to the bytes.
    """

    data: bytes = field(repr=False)
    headers: tuple[FoundHeader, ...]
    rotation: int = 0
    start: int = 0
    misplaced: bool = False
    notices: tuple[Notice, ...] = ()


def arrange(data: bytes) -> Arranged:
    """Put a file's bytes into flash order: undo repetition, leading bytes and rotation."""
    data, repeated = _without_repetition(data)
    headers = find_headers(data)
    loader = _loader_offset(data, headers)
    if loader and loader % SECTOR == 0 and _is_flash_size(len(data)):
        return _rotated(data, len(data) - loader, repeated)
    if loader:
        data = data[loader:]
        notices = (*repeated, _leading(loader))
        return Arranged(data, find_headers(data), notices=notices)
    first = _stored_vectors(data, 0)
    if first is None or _is_loader(data, first, headers):
        return Arranged(data, headers, notices=repeated)
    if _is_app(data, first):
        wrapped = _stored_vectors(data, len(data) - APP_START)
        if _is_flash_size(len(data)) and wrapped and _opens_as_loader(wrapped):
            return _rotated(data, APP_START, repeated)
        if _is_flash_size(len(data)) and len(data) >= _SMALLEST_FLASH:
            return Arranged(data, headers, misplaced=True, notices=repeated)
        return Arranged(data, headers, start=APP_START, notices=repeated)
    return Arranged(data, headers, notices=repeated)


def _without_repetition(data: bytes) -> tuple[bytes, tuple[Notice, ...]]:
    """Drop copies that a tool made by reading past the end of flash, where addresses wrap."""
    size = len(data)
    while _is_flash_size(size) and size > _SMALLEST_FLASH:
        half = size // 2
        if data[:half] != data[half:size]:
            break
        size = half
    if size == len(data):
        return data, ()
    text = (
        f"The file repeats the same {size:,} bytes: that is the size of the flash, which was read "
        "past its end. The copies were left out."
    )
    return data[:size], (Notice("repeated-dump", text),)


def _rotated(data: bytes, rotation: int, before: tuple[Notice, ...]) -> Arranged:
    cut = len(data) - rotation
    data = data[cut:] + data[:cut]
    text = (
        f"The file starts at flash address 0x{rotation:x}, with the beginning of flash at its end. "
        "It was rotated back; addresses here are flash addresses. Do not flash the file as it is."
    )
    notices = (*before, Notice("rotated-dump", text))
    return Arranged(data, find_headers(data), rotation=rotation, notices=notices)


def _leading(count: int) -> Notice:
    return Notice(
        "leading-bytes",
        f"{count:,} bytes that are not from flash precede the boot loader. They were left out; "
        "addresses here are flash addresses. Do not flash the file as it is.",
    )


def _is_flash_size(size: int) -> bool:
    return size >= MIB and size & (size - 1) == 0


def _is_app(data: bytes, first: bytes) -> bool:
    """Whether code that is no known boot loader is an application.

    Under a known key the vectors decrypt at one address only; else the handlers they refer to tell.
    """
    if opens(first, APP_ADDRESS, TUYA_KEY):
        return True
    behind = key_at(data, APP_START, APP_ADDRESS)
    if behind and not behind.bypassed and opens(first, BOOTLOADER_ADDRESS, behind):
        return False
    code = framing.strip(data[:_CODE])
    key = decide({APP_ADDRESS: code}).key
    in_app = None if key is None else handlers_in_app(cipher.apply(code, APP_ADDRESS, key))
    return in_app is True or (in_app is None and opens(first, APP_ADDRESS, PLAIN_KEY))


def _loader_offset(data: bytes, headers: Sequence[FoundHeader]) -> int:
    """Where a boot loader starts, by its RBL trailer and a valid frame; 0 at 0 or without one."""
    starts = [
        found.end - loader_end
        for found in headers
        if found.framed and found.header.name == "bootloader"
        for loader_end in bootloader_ends()
    ]
    if 0 in starts:
        return 0
    return next((start for start in starts if start > 0 and _is_loader_at(data, start)), 0)


def _is_loader_at(data: bytes, start: int) -> bool:
    """Whether a loader's code starts here; under an unknown key, only where a rotation puts it."""
    vectors = _stored_vectors(data, start)
    if vectors is None:
        return False
    return _opens_as_loader(vectors) or (start % SECTOR == 0 and _is_flash_size(len(data)))


def _stored_vectors(data: bytes, offset: int) -> bytes | None:
    """The 32 data bytes of the frame at an offset, or None if its CRC is wrong."""
    if offset < 0 or offset + _VECTOR_FRAME > len(data):
        return None
    frame = data[offset : offset + _VECTOR_FRAME]
    stored = framing.strip(frame)
    return stored if framing.add(stored) == frame else None


def _opens_as_loader(vectors: bytes) -> bool:
    return any(opens(vectors, BOOTLOADER_ADDRESS, key) for key in (PLAIN_KEY, TUYA_KEY))


def _is_loader(data: bytes, first: bytes, headers: Sequence[FoundHeader]) -> bool:
    """Whether the code at the start is a boot loader, so that the file starts at address 0.

    Under the Tuya key the vectors decrypt at one address only. Unencrypted, they look the same
    anywhere: then only an RBL trailer or a partition table identifies a loader.
    """
    if opens(first, BOOTLOADER_ADDRESS, TUYA_KEY):
        return True
    if not opens(first, BOOTLOADER_ADDRESS, PLAIN_KEY):
        return False
    if any(
        f.framed and f.header.name == "bootloader" and f.end in bootloader_ends() for f in headers
    ):
        return True
    return bool(find_table(framing.strip(data[:APP_START])))
