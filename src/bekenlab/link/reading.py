"""Reads flash; each sector is checked against the chip's own CRC, blank ones are not transferred.

While the chip sends a sector, requests for later CRCs and reads are already queued inside it. A
sector that does not match its CRC is read again on its own, then at lower rates.
"""

from __future__ import annotations

import zlib
from collections import deque
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import TYPE_CHECKING

from bekenlab.chips import SECTOR
from bekenlab.errors import Action
from bekenlab.link.baud import lower_baud
from bekenlab.link.errors import BadReadError, ChipRefusedError
from bekenlab.link.session.pipeline import Pipeline
from bekenlab.link.target import BLANK_SECTOR_CRC

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from bekenlab.link.commands import Request
    from bekenlab.link.target import Target

# A blank area is recognised this many sectors ahead; more would only fill the chip's buffer.
_CRCS_AHEAD = 5
_READS_AHEAD = 2
_BLANK_RUN = 64
_TRIES_PER_RATE = 3
BLANK = b"\xff" * SECTOR


@dataclass(frozen=True, slots=True)
class Sector:
    """A sector that matches the chip's CRC.

    Attributes:
        address: Physical.
        data: 4096 bytes.
        crc: Its standard CRC-32, as the chip computed it.
        sent: False for a blank sector, which was not transferred.
        tries: How often it was read.
    """

    address: int
    data: bytes = field(repr=False)
    crc: int
    sent: bool = True
    tries: int = 1


def read_sectors(target: Target, addresses: Iterable[int]) -> Iterator[Sector]:
    """Read sectors in any order; each is yielded as soon as it is verified.

    Raises:
        BadReadError: A sector cannot be read correctly even at the lowest rate.
        NoReplyError: The chip stopped answering.
        LineLostError: The port is gone.
    """
    run = _Run(target, addresses)
    while run.more():
        run.fill()
        yield from run.take()
        if run.troubled and not run.flying:
            # Requests and replies may be out of step; late replies must not match new requests.
            target.session.drain()
            while run.troubled:
                yield read_alone(target, run.troubled.popleft())


class _Ask(Enum):
    """The purpose of a request in flight."""

    CRC = auto()
    READ = auto()
    BLANK_RUN = auto()


class _Run:
    """One run of reads: requests in flight, and sectors still to be requested."""

    def __init__(self, target: Target, addresses: Iterable[int]) -> None:
        self._target = target
        self._pipe = Pipeline(target.session, lambda: target.request_room)
        self._ahead = deque(addresses)
        self._crcs: dict[int, int] = {}
        self._ready: deque[int] = deque()
        self._blank: list[int] = []
        self._blank_runs: deque[list[int]] = deque()
        self.flying: deque[tuple[_Ask, list[int]]] = deque()
        self.troubled: deque[int] = deque()

    def more(self) -> bool:
        waiting = self._ahead or self._ready or self._blank or self._blank_runs
        return bool(waiting or self.flying or self.troubled)

    def fill(self) -> None:
        """Send as much as fits; nothing while a failed sector waits for the pipeline to drain."""
        while not self.troubled and (
            self._send_blank_check() or self._send_read() or self._send_crc()
        ):
            pass

    def _send_blank_check(self) -> bool:
        if self._blank and not self._ahead and not self._in_flight(_Ask.CRC):
            self._close_blank()
        if not self._blank_runs:
            return False
        run = self._blank_runs[0]
        request = self._target.crc_request(run[0], run[-1] + SECTOR)
        return self._send(_Ask.BLANK_RUN, request, self._blank_runs.popleft)

    def _send_read(self) -> bool:
        if not self._ready or self._in_flight(_Ask.READ) >= _READS_AHEAD:
            return False
        request = self._target.read_request(self._ready[0])
        return self._send(_Ask.READ, request, lambda: [self._ready.popleft()])

    def _send_crc(self) -> bool:
        known = len(self._ready) + self._in_flight(_Ask.CRC)
        if not self._ahead or known >= _CRCS_AHEAD:
            return False
        address = self._ahead[0]
        request = self._target.crc_request(address, address + SECTOR)
        return self._send(_Ask.CRC, request, lambda: [self._ahead.popleft()])

    def _in_flight(self, kind: _Ask) -> int:
        return sum(ask is kind for ask, _ in self.flying)

    def _send(self, ask: _Ask, request: Request, take: Callable[[], list[int]]) -> bool:
        if not self._pipe.fits(request):
            return False
        self._pipe.send(request)
        self.flying.append((ask, take()))
        return True

    def take(self) -> list[Sector]:
        """The sectors completed by the next answer."""
        if not self.flying:
            return []
        ask, addresses = self.flying.popleft()
        data = self._pipe.receive().data
        if data is None:
            self.troubled.extend(addresses)
            return []
        if ask is _Ask.READ:
            return self._read(addresses[0], data)
        crc = self._target.crc_value(data)
        if ask is _Ask.CRC:
            self._crc_known(addresses[0], crc)
            return []
        if crc != zlib.crc32(BLANK * len(addresses)):
            self.troubled.extend(addresses)
            return []
        return [Sector(a, BLANK, BLANK_SECTOR_CRC, sent=False) for a in addresses]

    def _read(self, address: int, data: bytes) -> list[Sector]:
        crc = self._crcs.pop(address)
        if zlib.crc32(data) == crc:
            return [Sector(address, data, crc)]
        self.troubled.append(address)
        return []

    def _crc_known(self, address: int, crc: int) -> None:
        if crc != BLANK_SECTOR_CRC:
            self._want(address, crc)
            return
        follows = self._blank and self._blank[-1] + SECTOR == address
        if self._blank and (not follows or len(self._blank) == _BLANK_RUN):
            self._close_blank()
        self._blank.append(address)

    def _close_blank(self) -> None:
        """Queue a check of the whole run of blank sectors.

        A CRC reply does not say which sector it is for, so it might be a late or repeated reply
        for another one; the CRC of the whole run cannot be. A single blank sector is read like any
        other.
        """
        run, self._blank = self._blank, []
        if len(run) == 1:
            self._want(run[0], BLANK_SECTOR_CRC)
        else:
            self._blank_runs.append(run)

    def _want(self, address: int, crc: int) -> None:
        self._crcs[address] = crc
        self._ready.append(address)


def read_alone(target: Target, address: int) -> Sector:
    """Read one sector with nothing else in flight, lowering the rate until it is right.

    Raises:
        BadReadError: It never matched the chip's CRC.
    """
    tries = 1
    while True:
        for _ in range(_TRIES_PER_RATE):
            tries += 1
            sector = _read_checked(target, address, tries)
            if sector is not None:
                return sector
            target.session.resync()
        if not lower_baud(target.session):
            raise BadReadError(
                f"sector {address:#x} cannot be read: {tries} tries, none matched the chip's CRC",
                action=(Action("check-power"), Action("repeat")),
                address=address,
            )


def _read_checked(target: Target, address: int, tries: int) -> Sector | None:
    try:
        data = target.read_sector(address)
        crc = target.crc(address, address + SECTOR)
    except ChipRefusedError:
        return None
    return Sector(address, data, crc, tries=tries) if zlib.crc32(data) == crc else None
