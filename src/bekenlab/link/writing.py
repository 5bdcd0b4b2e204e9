"""Writes flash; a sector counts as written once the chip's CRC confirms it."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING

from bekenlab.chips import SECTOR
from bekenlab.errors import Action
from bekenlab.link.errors import ChipRefusedError, NoReplyError, VerifyFailedError
from bekenlab.link.reading import BLANK

if TYPE_CHECKING:
    from bekenlab.link.target import Target

_TRIES = 5


def write_sector(target: Target, address: int, data: bytes) -> int:
    """Erase a sector, program it unless it is to be blank, and verify; return the tries it took.

    Each try begins by erasing, since programming can only clear bits.

    Raises:
        VerifyFailedError: Still wrong after all tries; the message says what happened last.
        NoReplyError: The chip stopped answering.
        LineLostError: The port is gone.
    """
    with target.session.lock:  # nothing may come between erasing, programming and comparing
        return _write_sector(target, address, data)


def _write_sector(target: Target, address: int, data: bytes) -> int:
    wanted = zlib.crc32(data)
    seen = ""
    for attempt in range(1, _TRIES + 1):
        try:
            target.erase_sector(address)
            if data != BLANK:
                target.program_sector(address, data)
            if target.crc(address, address + SECTOR) == wanted:
                return attempt
            seen = "its CRC does not match the data"
        except (ChipRefusedError, NoReplyError) as error:
            seen = error.message
        target.session.resync()
    raise VerifyFailedError(
        f"sector {address:#x} could not be written: {seen}",
        action=(Action("check-power"), Action("repeat")),
        address=address,
    )


def erase_sector(target: Target, address: int) -> int:
    """Erase a sector and verify that it is blank; return the tries it took."""
    return write_sector(target, address, BLANK)
