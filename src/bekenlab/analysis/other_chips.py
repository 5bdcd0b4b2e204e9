"""Recognises flash of other chips than Beken's by what lies where in it.

The marks are rows of ``chips/data/others``. Those of Beken's flash (frames with a CRC, a boot
loader, RF data) are looked for first, elsewhere, so that nothing here touches a Beken dump.
"""

from __future__ import annotations

import struct
import zlib
from typing import TYPE_CHECKING

from bekenlab.analysis.clues import Clue
from bekenlab.chips import SECTOR, OtherChip, find_other_chip, other_chips
from bekenlab.errors import Notice
from bekenlab.image import EncryptionState, read_image

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bekenlab.chips import Mark
    from bekenlab.image import Image
    from bekenlab.tuya.storage.model import Storage

ENOUGH = 5
"""Weight of marks that tells a chip; one mark that several chips have weighs less."""

_BY_STORAGE = 5
_WORD = struct.Struct("<I")
# What is not smaller may be all of a chip's flash: the smallest here has 1 MiB.
_WHOLE = 1 << 20


def other_clues(image: Image, storage: Storage | None) -> Iterator[Clue]:
    """What in flash points to other chips than Beken's."""
    if not is_bekens(image):
        for chip in other_chips():
            seen = [mark for mark in chip.marks if _found(mark, image.physical)]
            weight = sum(mark.weight for mark in seen)
            if weight >= ENOUGH:
                yield Clue((chip.name,), weight, "; ".join(mark.says for mark in seen))
    if storage is not None:
        fits = tuple(chip.name for chip in other_chips() if storage.base_name in chip.key_bases)
        if fits:
            text = f"the key of Tuya's storage is made with {storage.base_name}"
            yield Clue(fits, _BY_STORAGE, text)


def chip_of(data: bytes) -> str | None:
    """Name of the chip of another make whose flash this is, by its marks; else None."""
    clues = list(other_clues(read_image(data), None))
    return max(clues, key=lambda clue: clue.weight).chips[0] if clues else None


def is_bekens(image: Image) -> bool:
    """Whether flash holds anything that only Beken's chips have."""
    known = image.encryption.state is not EncryptionState.UNKNOWN
    return bool(image.loader or image.partitions or image.spans or image.rf or known)


def other_notices(
    image: Image, chip_name: str | None, storage: Storage | None
) -> tuple[Notice, ...]:
    """What has to be known about a dump of another chip, or of a chip that is not recognised."""
    other = find_other_chip(chip_name)
    if other is not None:
        return (_read_only(other), *_overwritten(other))
    if chip_name is None and storage is not None and _is_foreign(image):
        text = (
            "This is Tuya storage, and nothing in the file tells which chip it is from. Numbers of "
            "pins are those of its configuration."
        )
        return (Notice("chip-unknown", text),)
    return ()


def _is_foreign(image: Image) -> bool:
    """Whether this may be all of a chip's flash, with something where none of Beken's has it."""
    data = image.physical
    return len(data) >= _WHOLE and bool(data[:SECTOR].strip(b"\xff")) and not is_bekens(image)


def _read_only(chip: OtherChip) -> Notice:
    text = (
        f"The {chip.name} is not a Beken chip: bekenlab reads its dump, and does not read, write "
        f"or start the chip itself. It is read and written with {chip.flashing.tool}. No dump of "
        "a real one was at hand when this was written, so check the pins before you trust them."
    )
    return Notice("other-chip", text)


def _overwritten(chip: OtherChip) -> Iterator[Notice]:
    if chip.flashing.overwritten:
        text = (
            f"{chip.flashing.overwritten}. Keep this file, and take the pins from it, before "
            "OpenBeken starts for the first time."
        )
        yield Notice("storage-overwritten", text)


def _found(mark: Mark, data: bytes) -> bool:
    if mark.within is not None:
        return data.find(mark.content, *mark.within) >= 0
    return any(_found_at(mark, data, at) for at in mark.at)


def _found_at(mark: Mark, data: bytes, at: int) -> bool:
    if not data.startswith(mark.content, at):
        return False
    if mark.crc32 is not None:
        start, length = mark.crc32
        stored = _word(data, start + length)
        return stored is not None and stored == zlib.crc32(data[start : start + length])
    if mark.word is not None:
        offset, least, limit = mark.word
        word = _word(data, at + offset)
        return word is not None and least <= word < limit
    return True


def _word(data: bytes, at: int) -> int | None:
    return _WORD.unpack_from(data, at)[0] if at + _WORD.size <= len(data) else None
