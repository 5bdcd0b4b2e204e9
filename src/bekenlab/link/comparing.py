"""Compares flash with expected bytes by the chip's own CRC, without transferring the content.

Neither requests nor replies carry a checksum, and a CRC reply does not even say which range it is
for. So a difference is confirmed by asking again.
"""

from __future__ import annotations

import zlib
from collections import deque
from typing import TYPE_CHECKING

from bekenlab.chips import SECTOR
from bekenlab.errors import Action
from bekenlab.link.commands import link_check
from bekenlab.link.errors import BadReadError
from bekenlab.link.session.pipeline import Pipeline

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from bekenlab.link.target import Target

_BATCH = 7
_ANSWERS = 8
_CHUNK = 32 * SECTOR
_ZEROS = bytes(SECTOR)
_CRC_OF_ZEROS = zlib.crc32(_ZEROS)


def joined_crc(crcs: Iterable[int]) -> int:
    """The CRC-32 of consecutive sectors, from the CRC-32 of each.

    CRC is linear: what precedes a sector contributes as if it were followed by zeros.
    """
    value = 0
    for crc in crcs:
        value = zlib.crc32(_ZEROS, value) ^ _CRC_OF_ZEROS ^ crc
    return value


def verified_crcs(target: Target, expected: Mapping[int, int]) -> Iterator[dict[int, int]]:
    """Standard CRC-32 of every sector of flash by address, 32 sectors at a time.

    Where the CRC of all 32 is the one expected, the sectors are not asked for one by one. Otherwise
    they are, and their CRCs must add up to that of the whole.

    Args:
        target: The chip.
        expected: Likely CRCs by address; may be empty.

    Raises:
        BadReadError: The chip gives a different CRC for a sector each time.
        NoReplyError: The chip stopped answering.
        LineLostError: The port is gone.
    """
    for start in range(0, target.size, _CHUNK):
        addresses = range(start, min(start + _CHUNK, target.size), SECTOR)
        whole = target.crc(start, addresses[-1] + SECTOR)
        crcs = {a: expected[a] for a in addresses if a in expected}
        if len(crcs) < len(addresses) or joined_crc(crcs.values()) != whole:
            crcs = dict(sector_crcs(target, addresses))
            if joined_crc(crcs.values()) != whole:
                confirm_crcs(target, crcs, addresses)
        yield crcs


def sector_crcs(target: Target, addresses: Iterable[int]) -> Iterator[tuple[int, int]]:
    """Address and standard CRC-32 of sectors, computed by the chip.

    A CRC reply does not say which range it is for. A link check after each batch shows whether
    every request was answered. If not, or if a late reply had to be nudged, the sectors of the
    batch are asked for again, one by one.
    """
    pipe = Pipeline(target.session, lambda: target.request_room)
    ahead = deque(addresses)
    while ahead:
        batch = _send_batch(target, pipe, ahead)
        pipe.send(link_check())
        doubts = pipe.strays + pipe.nudges
        *answers, marker = [pipe.receive().data for _ in range(len(batch) + 1)]
        whole = [data for data in answers if data is not None]
        if len(whole) == len(batch) and marker is not None and pipe.strays + pipe.nudges == doubts:
            yield from zip(batch, map(target.crc_value, whole), strict=True)
            continue
        target.session.resync()
        for address in batch:
            yield address, target.crc(address, address + SECTOR)


def _send_batch(target: Target, pipe: Pipeline, ahead: deque[int]) -> list[int]:
    """Ask for as many CRCs as fit, at least one; return their addresses."""
    batch: list[int] = []
    while ahead and len(batch) < _BATCH:
        request = target.crc_request(ahead[0], ahead[0] + SECTOR)
        if not pipe.fits(request):
            break
        pipe.send(request)
        batch.append(ahead.popleft())
    return batch


def confirm_crcs(target: Target, crcs: dict[int, int], doubtful: Iterable[int]) -> bool:
    """Ask again for unverified CRCs; correct them in place and return whether any was wrong.

    One flipped bit makes a sound sector look damaged. An answer counts once it came twice in a row.

    Raises:
        BadReadError: The chip gives a different CRC for a sector each time.
    """
    wrong = False
    for address, answer in sector_crcs(target, doubtful):
        known, again = crcs[address], answer
        tries = 0
        while known != again:
            if (tries := tries + 1) > _ANSWERS:
                raise _unstable_crc(address)
            known, again = again, target.crc(address, address + SECTOR)
        wrong |= crcs[address] != known
        crcs[address] = known
    return wrong


def _unstable_crc(address: int) -> BadReadError:
    return BadReadError(
        f"the chip gives a different CRC for sector {address:#x} each time",
        action=Action("check-power"),
        hint="the flash may be worn",
        address=address,
    )


def differing_sectors(target: Target, start: int, data: bytes) -> list[int]:
    """Addresses of the sectors whose content differs from ``data``, found by CRC alone.

    Args:
        target: The chip.
        start: Physical address of the first byte, a multiple of 4096.
        data: Expected content; a multiple of 4096 bytes.
    """
    if not data or target.crc(start, start + len(data)) == zlib.crc32(data):
        return []
    if len(data) == SECTOR:
        crcs = {start: zlib.crc32(data)}
        return [start] if confirm_crcs(target, crcs, [start]) else []
    step = SECTOR if len(data) <= 16 * SECTOR else max(SECTOR, len(data) // 16 & -SECTOR)
    found: list[int] = []
    for offset in range(0, len(data), step):
        found += differing_sectors(target, start + offset, data[offset : offset + step])
    return found
