"""Reading from a chip that answers wrongly: what is yielded is right, or there is an error."""

from __future__ import annotations

import random
import zlib
from typing import TYPE_CHECKING

import pytest

from bekenlab.chips import LoaderKind, download_protocol
from bekenlab.link.errors import BadReadError, ChipRefusedError
from bekenlab.link.identity import Identity
from bekenlab.link.reading import Sector, read_alone, read_sectors
from bekenlab.link.session.policy import LoaderPolicy
from bekenlab.link.session.session import Session
from bekenlab.link.target import Target
from link_script import LINKED, Script, crc_reply, sector_reply

if TYPE_CHECKING:
    from collections.abc import Callable

    Spoil = Callable[[int, int, int], bytes | None]  # of a request: start, end, how often

SECTOR = 0x1000
INVERT = 0xFFFFFFFF
BLANK = b"\xff" * SECTOR


def right(start: int, end: int, times: int) -> None:
    """Change nothing."""


class Loader:
    """A ROM loader whose flash is ``flash``.

    ``crc`` and ``read`` may return something else to be sent: a reply, or nothing.
    """

    def __init__(self, flash: bytes, *, crc: Spoil = right, read: Spoil = right) -> None:
        self.flash, self.crc, self.read = flash, crc, read
        self.asked: list[tuple[int, int]] = []
        self.reads: list[int] = []

    def __call__(self, request: bytes, at: float) -> list[tuple[float, bytes]]:
        if request[4:5] == b"\x00":
            return [(at + 0.001, LINKED)]
        if request[4:5] == b"\x0f":
            return [
                (at + 0.02, b"\x04\x0e" + bytes([len(request) - 1]) + request[:3] + request[4:])
            ]
        if request[4:5] == b"\x10":
            start, end = (int.from_bytes(request[n : n + 4], "little") for n in (5, 9))
            times = self.asked.count((start, end))
            self.asked.append((start, end))
            reply = self.crc(start, end + 1, times)
            true = crc_reply(zlib.crc32(self.flash[start : end + 1]) ^ INVERT)
        else:
            start = int.from_bytes(request[8:12], "little")
            times = self.reads.count(start)
            self.reads.append(start)
            reply = self.read(start, start + SECTOR, times)
            true = sector_reply(start, self.flash[start : start + SECTOR])
        sent = true if reply is None else reply
        return [(at + 0.002, sent)] if sent else []


def flash(*blank: int, count: int = 8) -> bytes:
    rng = random.Random(1)
    return b"".join(BLANK if n in blank else rng.randbytes(SECTOR) for n in range(count))


def target(loader: Loader, baud: int = 921_600) -> tuple[Target, Script]:
    line = Script(answer=loader)
    line.baud = baud
    identity = Identity(
        LoaderKind.ROM, None, None, "", 0, "", None, None, len(loader.flash), "usual"
    )
    policy = LoaderPolicy.of(download_protocol(LoaderKind.ROM))
    return Target(Session(line, policy), identity), line


def read(loader: Loader) -> dict[int, Sector]:
    chip, _ = target(loader)
    found = list(read_sectors(chip, range(0, len(loader.flash), SECTOR)))
    assert len(found) == len(loader.flash) // SECTOR
    for sector in found:
        assert sector.data == loader.flash[sector.address : sector.address + SECTOR]
        assert sector.crc == zlib.crc32(sector.data)
    return {sector.address // SECTOR: sector for sector in found}


def wrong_sector(start: int, _end: int, _times: int) -> bytes:
    return sector_reply(start, b"wrong" + bytes(SECTOR - 5))


def test_all_of_flash_with_its_blank_parts() -> None:
    loader = Loader(flash(2, 3, 4))
    found = read(loader)
    assert {n for n, sector in found.items() if not sector.sent} == {2, 3, 4}
    assert {sector.tries for sector in found.values()} == {1}
    assert sorted(loader.reads) == [n * SECTOR for n in (0, 1, 5, 6, 7)]


@pytest.mark.parametrize("bad", [0, 3, 7])
def test_a_sector_that_arrived_wrong_is_read_again(bad: int) -> None:
    loader = Loader(
        flash(),
        read=lambda start, end, times: (
            wrong_sector(start, end, times) if start == bad * SECTOR and not times else None
        ),
    )
    found = read(loader)
    assert {n for n, sector in found.items() if sector.tries > 1} == {bad}
    assert found[bad].tries == 2


def test_a_crc_that_was_wrong_costs_a_second_read() -> None:
    first = [crc_reply(123)]
    loader = Loader(
        flash(), crc=lambda start, _end, _times: first.pop() if start == SECTOR and first else None
    )
    found = read(loader)
    assert found[1].tries == 2
    assert loader.reads.count(SECTOR) == 2


@pytest.mark.parametrize("kind", ["crc", "read"])
def test_a_reply_that_is_lost_is_made_up_for(kind: str) -> None:
    def lost(start: int, _end: int, times: int) -> bytes | None:
        return b"" if start == 2 * SECTOR and not times else None

    found = read(Loader(flash(), **{kind: lost}))
    assert all(sector.sent for sector in found.values())


def test_a_refused_read_is_tried_again() -> None:
    loader = Loader(
        flash(),
        read=lambda start, _end, times: (
            sector_reply(start, b"", 6) if start == SECTOR and times < 2 else None
        ),
    )
    assert read(loader)[1].tries == 3


def test_a_single_crc_does_not_make_sectors_blank() -> None:
    """It may be the late reply for another one: the CRC of the whole run decides."""
    blank = crc_reply(zlib.crc32(BLANK) ^ INVERT)
    loader = Loader(
        flash(3),
        crc=lambda start, end, times: (
            blank if start in (2 * SECTOR, 3 * SECTOR) and end == start + SECTOR and not times
            else None
        ),
    )  # fmt: skip
    found = read(loader)
    assert found[2].sent
    assert found[3].sent


def test_a_run_whose_crc_is_lost_is_read() -> None:
    loader = Loader(
        flash(2, 3, 4),
        crc=lambda start, end, _times: b"" if end - start > SECTOR else None,
    )
    found = read(loader)
    assert all(sector.sent for sector in found.values())


def test_no_more_is_asked_ahead_than_the_chip_can_hold() -> None:
    loader = Loader(flash(count=32))
    chip, line = target(loader)
    sectors = read_sectors(chip, range(0, len(loader.flash), SECTOR))
    next(sectors)
    assert len(loader.reads) <= 4
    assert len(loader.asked) <= 9
    room = download_protocol(LoaderKind.ROM).request_room
    first = [len(data) for at, data in line.written if at == 0]
    assert sum(first) <= room
    assert len(first) > 1, "the chip is not idle meanwhile"


def test_a_chip_that_loses_replies_is_asked_one_thing_at_a_time() -> None:
    chip, line = target(Loader(flash(2, 3)))
    chip.session.state.count_lost(5)
    sectors = list(read_sectors(chip, range(0, 8 * SECTOR, SECTOR)))
    assert sorted(sector.address for sector in sectors) == list(range(0, 8 * SECTOR, SECTOR))
    sent = [at for at, _ in line.written]
    assert len(set(sent)) == len(sent)
    assert line.now() < 0.003 * len(sent), "as fast as it answers"


def test_a_sector_that_never_fits_its_crc_is_an_error_after_all_rates() -> None:
    chip, line = target(Loader(flash(), read=wrong_sector), baud=230_400)
    with pytest.raises(BadReadError, match="sector 0x3000 cannot be read: 7 tries") as error:
        read_alone(chip, 3 * SECTOR)
    assert error.value.facts["address"] == 3 * SECTOR
    assert line.baud == 115_200


def test_a_lower_rate_may_help() -> None:
    def read(start: int, end: int, times: int) -> bytes | None:
        return wrong_sector(start, end, times) if line.baud > 460_800 else None

    loader = Loader(flash(), read=read)
    chip, line = target(loader)
    sector = read_alone(chip, SECTOR)
    assert sector.data == loader.flash[SECTOR : 2 * SECTOR]
    assert (sector.tries, line.baud) == (5, 460_800)


def test_a_chip_that_refuses_its_crc_cannot_be_read() -> None:
    refused = b"\x04\x0e\x05\x01\xe0\xfc\x10\x07"
    chip, _ = target(Loader(flash(), crc=lambda *_: refused), baud=115_200)
    with pytest.raises(ChipRefusedError):
        chip.crc(0, SECTOR)
    with pytest.raises(BadReadError):
        read_alone(chip, SECTOR)
