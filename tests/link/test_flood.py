"""Peers that never fall silent: every wait on a line is bounded in time and in memory."""

from __future__ import annotations

import itertools
import random
from typing import TYPE_CHECKING

import pytest

from bekenlab.errors import BekenlabError
from bekenlab.link.connect import connect
from bekenlab.link.errors import NoLinkError
from bekenlab.link.reading import read_sectors
from bekenlab.link.session.session import Session
from bekenlab.link.virtual import VirtualTransport
from bekenlab.link.writing import write_sector
from bekenlab.machine.wire_chips import build

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from bekenlab.link.target import Target
    from bekenlab.link.transport import ModemLines

LINKED = bytes.fromhex("040e0501e0fc0100")
CRC = bytes.fromhex("040e0801e0fc1012345678")
READ = bytes.fromhex("040eff01e0fcf406100900000000") + bytes(4096)
# Seconds of the line's clock: what the user gave it, and when the test loses its patience.
PATIENCE = 3.0
_READ = 0.004
MOST = 60.0


def floods() -> dict[str, Callable[[], Iterator[bytes]]]:
    """What a peer sends, piece by piece, for ever."""
    rng = random.Random(5)
    noise = rng.randbytes(1 << 10)
    return {
        "garbage": lambda: itertools.repeat(noise),
        "replies to link checks": lambda: itertools.repeat(LINKED * 20),
        "replies to something else": lambda: itertools.repeat(CRC * 20),
        "long replies": lambda: itertools.repeat(READ),
        "half a reply": lambda: itertools.repeat(READ[:300]),
        "heads of long replies": lambda: itertools.repeat(READ[:9] * 20),
        "beginnings of replies": lambda: itertools.repeat(b"\x04\x0e" * 100),
        "zeros": lambda: itertools.repeat(bytes(1000)),
        "text": lambda: itertools.repeat(b"[01-01 18:12:15 TUYA N][a.c:1] tick\r\n" * 20),
        "a reply now and then": lambda: itertools.cycle([LINKED, b"", b"", noise[:50]]),
        "one byte at a time": lambda: (bytes([byte]) for byte in itertools.cycle(noise)),
        "a reply, byte by byte": lambda: (bytes([byte]) for byte in itertools.cycle(READ)),
    }


class Flood:
    """A line on which a piece arrives every ``every`` seconds; with 0, whenever it is read."""

    def __init__(self, pieces: Iterator[bytes], every: float) -> None:
        self.name = "line"
        self.lines: ModemLines | None = None
        self.baud = 115_200
        self._pieces = pieces
        self._every = every
        self._now = 0.0

    def set_baud(self, baud: int) -> None:
        self.baud = baud

    def write(self, data: bytes) -> None:
        del data

    def read(self, timeout: float) -> bytes:
        if not self._every:
            self._now += _READ
        elif timeout < self._every:
            self._now += max(timeout, 1e-4)
            if int(self._now / self._every) == int((self._now - timeout) / self._every):
                return b""
        else:
            self._now += self._every
        assert self._now < MOST, "it waits for ever"
        return next(self._pieces)

    def now(self) -> float:
        return self._now

    def sleep(self, seconds: float) -> None:
        self._now += seconds

    def close(self) -> None:
        """Nothing to do."""


@pytest.mark.parametrize("every", [0.0, 1.0])
@pytest.mark.parametrize("kind", floods())
def test_linking_ends_when_its_time_is_over(kind: str, every: float) -> None:
    with pytest.raises(BekenlabError) as caught:
        connect(line := Flood(floods()[kind](), every), wait=PATIENCE)
    # Where it did answer a link check or two, it is tried as any chip on a bad line.
    assert line.now() < (PATIENCE + 12 if isinstance(caught.value, NoLinkError) else MOST)


def test_endless_answers_are_no_chip_and_are_said_to_be_endless() -> None:
    with pytest.raises(NoLinkError, match="answers arrive without end") as caught:
        connect(Flood(itertools.repeat(LINKED * 50), 0.01), wait=PATIENCE)
    assert caught.value.facts["heard"] == "endless"


class Turncoat(VirtualTransport):
    """A chip that answers so many requests, and then floods the line."""

    def __init__(self, answers: int, pieces: Iterator[bytes]) -> None:
        super().__init__(build("BK7231N", bytes(0x200000)), modem_lines=False)
        self._left = answers
        self._pieces = pieces
        self._limit = 0.0
        self.armed = False

    def arm(self) -> None:
        """From now on requests are counted."""
        self.armed = True

    def write(self, data: bytes) -> None:
        self._left -= self.armed
        super().write(data)
        if self._left == 0 and not self._limit:
            self._limit = self.now() + MOST

    def read(self, timeout: float) -> bytes:
        if self._left > 0:
            return super().read(timeout)
        super().sleep(min(max(timeout, 5e-3), 0.01))
        assert self.now() < self._limit, "it waits for ever"
        return next(self._pieces)


def read_all(target: Target) -> None:
    list(read_sectors(target, range(0, 0x200000, 0x1000)))


def write_one(target: Target) -> None:
    write_sector(target, 0x1D1000, b"\x5a" * 0x1000)


@pytest.mark.parametrize("job", [read_all, write_one])
@pytest.mark.parametrize("kind", floods())
def test_a_chip_that_begins_to_flood_is_given_up(kind: str, job: Callable[[Target], None]) -> None:
    line = Turncoat(2, floods()[kind]())
    target = connect(line, wait=PATIENCE, baud=115_200).target
    line.arm()
    with pytest.raises(BekenlabError):
        job(target)


def test_what_arrives_late_is_still_read() -> None:
    """The bound is for floods; a process that was held up for a second loses nothing."""
    target = connect(VirtualTransport(build("BK7231N", bytes(0x200000))), wait=0).target
    request = target.read_request(0x1000)
    target.session.send(request)
    target.session.transport.sleep(5.0)
    assert target.session.confirms(request)


def test_link_checks_between_requests_end_in_a_flood() -> None:
    """They hold the lock that the next request waits for."""
    session = Session(Flood(itertools.repeat(CRC * 20), 0.001))
    for _ in range(20):
        session.is_linked(0.02)
    assert session.transport.now() < 5
