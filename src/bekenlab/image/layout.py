"""Where a file begins on the chip: whole, rotated, or only a part of flash."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bekenlab.image import framing
from bekenlab.image.cipher import PLAIN_KEY, TUYA_KEY
from bekenlab.image.encryption import APP_ADDRESS, BOOTLOADER_ADDRESS, opens
from bekenlab.image.partitions import find_table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bekenlab.image.rbl import FoundHeader

APP_PHYSICAL = 0x11000
_SECTOR = 0x1000
# Physical ends of boot-loader partitions seen: 64 KiB and 60 KiB of logical bytes.
_LOADER_ENDS = (0x11000, 0xFF00)
_VECTOR_FRAME = framing.FRAME_SIZE


@dataclass(frozen=True, slots=True)
class Placement:
    """How file offsets relate to physical addresses.

    Attributes:
        rotation: Physical address of the file's first byte when the file is a whole flash whose
            beginning wrapped to the end (some tools read from 0x11000 on); 0 when it is not.
        start: Physical address of the file's first byte when the file is only a part of flash and
            says where it belongs; 0 otherwise.
    """

    rotation: int = 0
    start: int = 0


def place(data: bytes, headers: Sequence[FoundHeader]) -> Placement:
    """Find out from the content where a file begins on the chip."""
    rotation = _rotation(data, headers)
    if rotation:
        return Placement(rotation=rotation)
    first = _stored_vectors(data, 0)
    if first is None or _is_loader(data, first, headers):
        return Placement()
    if any(opens(first, APP_ADDRESS, key) for key in (TUYA_KEY, PLAIN_KEY)):
        full = len(data) >= 1 << 20 and len(data) & (len(data) - 1) == 0
        loader = _stored_vectors(data, len(data) - APP_PHYSICAL)
        if full and loader and _opens_as_loader(loader):
            return Placement(rotation=APP_PHYSICAL)
        return Placement(start=APP_PHYSICAL)
    return Placement()


def rotate_back(data: bytes, rotation: int) -> bytes:
    """Undo a rotation: the result starts at physical address 0."""
    cut = len(data) - rotation
    return data[cut:] + data[:cut]


def _rotation(data: bytes, headers: Sequence[FoundHeader]) -> int:
    """Rotation shown by a boot loader (its RBL trailer and its vectors) away from offset 0."""
    for found in headers:
        if not found.framed or found.header.name != "bootloader":
            continue
        for loader_end in _LOADER_ENDS:
            start = found.end - loader_end
            vectors = _stored_vectors(data, start)
            if start > 0 and start % _SECTOR == 0 and vectors and _opens_as_loader(vectors):
                return len(data) - start
    return 0


def _stored_vectors(data: bytes, offset: int) -> bytes | None:
    """The 32 data bytes of a right CRC frame at an offset, or None."""
    if offset < 0 or offset + _VECTOR_FRAME > len(data):
        return None
    frame = data[offset : offset + _VECTOR_FRAME]
    stored = framing.strip(frame)
    return stored if framing.add(stored) == frame else None


def _opens_as_loader(vectors: bytes) -> bool:
    return any(opens(vectors, BOOTLOADER_ADDRESS, key) for key in (PLAIN_KEY, TUYA_KEY))


def _is_loader(data: bytes, first: bytes, headers: Sequence[FoundHeader]) -> bool:
    """Whether the code at the start is a boot loader, so that the file starts at address 0.

    Under the Tuya key the vectors open at one address only. In plain they look the same anywhere:
    then a loader shows by its RBL trailer or its partition table.
    """
    if opens(first, BOOTLOADER_ADDRESS, TUYA_KEY):
        return True
    if not opens(first, BOOTLOADER_ADDRESS, PLAIN_KEY):
        return False
    if any(f.framed and f.header.name == "bootloader" and f.end in _LOADER_ENDS for f in headers):
        return True
    return bool(find_table(framing.strip(data[:APP_PHYSICAL])))
