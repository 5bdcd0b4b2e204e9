"""Reading flash: every sector compared with the chip's own CRC, blank ones not sent at all.

While a sector leaves the chip, the CRC of later ones and the next reads already wait inside it. A
sector that does not agree with its CRC is read again alone, then at a lower rate.
"""

from __future__ import annotations

import zlib
from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bekenlab.link.baud import lower_baud
from bekenlab.link.commands import SECTOR
from bekenlab.link.errors import BadReadError, ChipRefusedError
from bekenlab.link.pipeline import Pipeline
from bekenlab.link.target import BLANK_SECTOR_CRC

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from bekenlab.link.target import Target

# A blank area is recognised this many sectors ahead; more would only fill the chip's buffer.
_CRCS_AHEAD = 5
_READS_AHEAD = 2
_TRIES_AT_A_RATE = 3
_CRC_BATCH = 8
BLANK = b"\xff" * SECTOR


@dataclass(frozen=True, slots=True)
class Sector:
    """A sector that agrees with the chip's CRC.

    Attributes:
        address: Physical.
        data: 4096 bytes.
        crc: Standard CRC-32 of it, as the chip computed it.
        sent: False for a blank one, which was not transferred.
        tries: How often it was read.
    """

    address: int
    data: bytes = field(repr=False)
    crc: int
    sent: bool = True
    tries: int = 1


def read_sectors(target: Target, addresses: Iterable[int]) -> Iterator[Sector]:
    """Read sectors, in any order; each is given as soon as it is known to be right.

    Raises:
        BadReadError: One cannot be read right, even slowly.
        NoReplyError: The chip is gone.
        LineLostError: The line is gone.
    """
    run = _Run(target, addresses)
    while run.more():
        run.fill()
        sector = run.take()
        if sector is not None:
            yield sector
        if run.troubled and not run.flying:
            # Anything may be out of step now; late answers must not meet new questions.
            target.session.drain()
            while run.troubled:
                yield read_alone(target, run.troubled.popleft())


class _Run:
    """What is on its way, and what is still to come."""

    def __init__(self, target: Target, addresses: Iterable[int]) -> None:
        self._target = target
        self._pipe = Pipeline(target.session, target.request_room)
        self._ahead = deque(addresses)
        self._crcs: dict[int, int] = {}
        self._ready: deque[int] = deque()
        self.flying: deque[tuple[bool, int]] = deque()
        self.troubled: deque[int] = deque()

    def more(self) -> bool:
        return bool(self._ahead or self._ready or self.flying or self.troubled)

    def fill(self) -> None:
        """Send as much as fits; nothing while a troubled sector waits for an empty line."""
        while not self.troubled and (self._send_read() or self._send_crc()):
            pass

    def _send_read(self) -> bool:
        reads = sum(is_read for is_read, _ in self.flying)
        if not self._ready or reads >= _READS_AHEAD:
            return False
        return self._send(is_read=True, queue=self._ready)

    def _send_crc(self) -> bool:
        known = len(self._ready) + sum(not is_read for is_read, _ in self.flying)
        if not self._ahead or known >= _CRCS_AHEAD:
            return False
        return self._send(is_read=False, queue=self._ahead)

    def _send(self, *, is_read: bool, queue: deque[int]) -> bool:
        address = queue[0]
        target = self._target
        if is_read:
            request = target.read_request(address)
        else:
            request = target.crc_request(address, address + SECTOR)
        if not self._pipe.fits(request):
            return False
        self._pipe.send(request)
        self.flying.append((is_read, queue.popleft()))
        return True

    def take(self) -> Sector | None:
        """The next answer; a sector when it completes one."""
        if not self.flying:
            return None
        is_read, address = self.flying.popleft()
        data = self._pipe.receive().data
        if data is None:
            self.troubled.append(address)
        elif is_read:
            crc = self._crcs.pop(address)
            if zlib.crc32(data) == crc:
                return Sector(address, data, crc)
            self.troubled.append(address)
        else:
            return self._crc_known(address, self._target.crc_value(data))
        return None

    def _crc_known(self, address: int, crc: int) -> Sector | None:
        if crc == BLANK_SECTOR_CRC:
            return Sector(address, BLANK, crc, sent=False)
        self._crcs[address] = crc
        self._ready.append(address)
        return None


def read_alone(target: Target, address: int) -> Sector:
    """Read one sector with nothing else on the line, ever slower until it is right.

    Raises:
        BadReadError: It never agreed with the chip's CRC.
    """
    tries = 1
    while True:
        for _ in range(_TRIES_AT_A_RATE):
            tries += 1
            sector = _read_checked(target, address, tries)
            if sector is not None:
                return sector
            target.session.resync()
        if not lower_baud(target.session):
            raise BadReadError(
                f"sector {address:#x} cannot be read: {tries} tries, none agreed with the chip",
                hint="check ground and power; what was read so far is kept, repeat the command",
                address=address,
            )


def _read_checked(target: Target, address: int, tries: int) -> Sector | None:
    try:
        data = target.read_sector(address)
        crc = target.crc(address, address + SECTOR)
    except ChipRefusedError:
        return None
    return Sector(address, data, crc, tries=tries) if zlib.crc32(data) == crc else None


def sector_crcs(target: Target, addresses: Iterable[int]) -> Iterator[tuple[int, int]]:
    """Address and standard CRC-32 of sectors, computed by the chip, nothing transferred.

    A CRC reply does not say what it is the CRC of. When one is missing, those in flight with it are
    asked for again, one by one.
    """
    pipe = Pipeline(target.session, target.request_room)
    ahead = deque(addresses)
    while ahead or pipe:
        flying: list[int] = []
        while ahead and len(flying) < _CRC_BATCH:
            request = target.crc_request(ahead[0], ahead[0] + SECTOR)
            if not pipe.fits(request):
                break
            pipe.send(request)
            flying.append(ahead.popleft())
        answers = [pipe.receive().data for _ in flying]
        whole = [data for data in answers if data is not None]
        if len(whole) == len(flying):
            yield from zip(flying, map(target.crc_value, whole), strict=True)
            continue
        target.session.resync()
        for address in flying:
            yield address, target.crc(address, address + SECTOR)


def differing_sectors(target: Target, start: int, data: bytes) -> list[int]:
    """Addresses of the sectors whose content is not ``data``, found by CRC alone.

    Args:
        target: The chip.
        start: Physical address of the first byte, a multiple of 4096.
        data: What is expected; a multiple of 4096 bytes.
    """
    if not data or target.crc(start, start + len(data)) == zlib.crc32(data):
        return []
    if len(data) == SECTOR:
        return [start]
    step = SECTOR if len(data) <= 16 * SECTOR else max(SECTOR, len(data) // 16 & -SECTOR)
    found: list[int] = []
    for offset in range(0, len(data), step):
        found += differing_sectors(target, start + offset, data[offset : offset + step])
    return found
