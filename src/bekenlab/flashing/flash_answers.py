"""Whether the flash behind a chip answers: a chip can, and its flash not."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING

from bekenlab.chips import APP_START, SECTOR, find_no_loader
from bekenlab.link.errors import FlashSilentError

if TYPE_CHECKING:
    from bekenlab.link.target import Target

_SILENT = {zlib.crc32(bytes([byte]) * SECTOR): byte for byte in (0x00, 0xFF)}


def raise_if_flash_is_silent(target: Target) -> None:
    """Refuse to take what a chip reads for the content of its flash when the flash does not answer.

    Its data line then stays low or high: the id and every byte read 00 or FF. No flash that works
    reads 00 everywhere; one that is erased reads FF, but has an id.

    Raises:
        FlashSilentError: It does not answer.
        BekenlabError: The chip or the port fails.
    """
    identity = target.identity
    row = find_no_loader(identity.loader_crc)
    if row is None or (row.byte == 0xFF and not identity.id_silent):
        return
    places = {0, APP_START, target.size // 2, target.size - SECTOR}
    read = {_SILENT.get(target.confirmed_crc(a, a + SECTOR)) for a in sorted(places)}
    if read != {row.byte}:
        return
    asked = "" if not identity.id_silent else "its id and "
    raise FlashSilentError(
        f"the chip answers, but its flash does not: {asked}every byte read is {row.byte:02X}",
        hint="switch the power off and on; check the supply, and that nothing else is connected to "
        "P20 to P24",
        byte=f"{row.byte:02X}",
    )
