"""Reading flash: what is transferred, what is not, and on whose word."""

import random
import zlib

import pytest

from bekenlab.link.connect import connect
from bekenlab.link.reading import Sector, read_sectors
from bekenlab.link.virtual import VirtualTransport
from bekenlab.machine.wire_chips import build

SECTOR = 0x1000
FLASH = 0x200000
FIRST = 0x100000
BLANK = b"\xff" * SECTOR


def flash(blank: set[int], count: int) -> bytes:
    """A chip's flash; of ``count`` sectors from ``FIRST`` on these are blank, by their numbers."""
    rng = random.Random(1)
    content = bytearray(rng.randbytes(FIRST).ljust(FLASH, b"\xff"))
    for n in set(range(count)) - blank:
        content[FIRST + n * SECTOR : FIRST + (n + 1) * SECTOR] = rng.randbytes(SECTOR)
    return bytes(content)


def read(content: bytes, count: int) -> dict[int, Sector]:
    target = connect(VirtualTransport(build("BK7231N", content)), wait=0, baud=921_600).target
    found = list(read_sectors(target, range(FIRST, FIRST + count * SECTOR, SECTOR)))
    assert len(found) == count
    for sector in found:
        assert sector.data == content[sector.address : sector.address + SECTOR]
        assert sector.crc == zlib.crc32(sector.data)
    return {(sector.address - FIRST) // SECTOR: sector for sector in found}


@pytest.mark.parametrize(
    ("blank", "count", "spared"),
    [
        ({3}, 8, set()),
        ({0}, 4, set()),
        ({7}, 8, set()),
        ({1, 3, 5}, 8, set()),
        ({3, 4}, 8, {3, 4}),
        ({0, 1, 6, 7}, 8, {0, 1, 6, 7}),
        ({2, 4, 5, 6}, 8, {4, 5, 6}),
        (set(range(8)), 8, set(range(8))),
        (set(range(1, 66)), 70, set(range(1, 65))),  # 64 at once, and one that is alone again
        (set(range(1, 67)), 70, set(range(1, 67))),
    ],
)
def test_blank_sectors_beside_each_other_are_not_transferred(
    blank: set[int], count: int, spared: set[int]
) -> None:
    """One alone is: a CRC does not say of which sector it is, that of a run is no other's."""
    found = read(flash(blank, count), count)
    assert {n for n, sector in found.items() if not sector.sent} == spared
    assert all(sector.tries == 1 for sector in found.values())


def test_blank_sectors_that_are_apart_are_no_run() -> None:
    content = flash({1, 5}, 8)
    target = connect(VirtualTransport(build("BK7231N", content)), wait=0, baud=921_600).target
    wanted = [FIRST + n * SECTOR for n in (0, 1, 5, 7)]
    found = {sector.address: sector for sector in read_sectors(target, wanted)}
    assert sorted(found) == wanted
    assert found[wanted[1]].data == found[wanted[2]].data == BLANK
    assert all(sector.sent for sector in found.values())
