"""One corrupted byte at the worst place, which a random schedule hits once in ten thousand runs."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from bekenlab.analysis.inputs import InputFile
from bekenlab.flashing.execute import flash
from bekenlab.flashing.flash_file import recognise
from bekenlab.flashing.journal import WriteJournal
from bekenlab.flashing.plan_write import WriteOptions, plan_write
from bekenlab.flashing.state import survey
from bekenlab.flashing.verify import verify
from bekenlab.link import commands
from bekenlab.link.comparing import joined_crc
from bekenlab.link.connect import connect
from bekenlab.link.faulty import FaultSchedule, FaultyTransport, LineFault
from bekenlab.link.virtual import VirtualTransport
from bekenlab.machine.rom import RomChip
from fault_runs import APP, RF, SECTOR, image

if TYPE_CHECKING:
    from collections.abc import Callable

    from bekenlab.flashing.execute import FlashReport
    from bekenlab.link.target import Target

BEFORE = image(7)
NEW = bytes(range(256)) * 48
AFTER = BEFORE[:APP] + NEW + BEFORE[APP + len(NEW) :]
ERASE_FIRST = commands.erase_sector(APP).raw


class Tampered(VirtualTransport):
    """A transport that changes one thing once, in either direction."""

    out: Callable[[bytes], bytes] | None = None
    back: Callable[[bytes], bytes] | None = None

    def write(self, data: bytes) -> None:
        changed = self.out(data) if self.out else data
        if changed != data:
            self.out = None
        super().write(changed)

    def read(self, timeout: float) -> bytes:
        data = super().read(timeout)
        changed = self.back(data) if self.back and data else data
        if changed != data:
            self.back = None
        return changed


def replace(old: bytes, new: bytes) -> Callable[[bytes], bytes]:
    return lambda data: data.replace(old, new)


class Rig:
    def __init__(self, folder: Path) -> None:
        self.chip = RomChip("BK7231N", BEFORE)
        self.line = Tampered(self.chip)
        self.folder = folder
        (folder / "backup.bin").write_bytes(BEFORE)

    def link(self) -> Target:
        return connect(self.line, wait=0).target

    def write(self, target: Target) -> FlashReport:
        journal = WriteJournal(self.folder)
        state = survey(target, journal, [self.folder / "backup.bin"])
        file = recognise(InputFile("app.bin", Path("app.bin"), NEW))
        options = WriteOptions(APP, force=frozenset({"unknown-file"}))
        plan = plan_write(target, file, options, state)
        return flash(target, plan, state, journal, reboot=False)


@pytest.mark.parametrize(
    "victim",
    [0, 5 * SECTOR, APP + 8 * SECTOR, RF, 0x1EE000],
    ids=["boot loader", "its end", "app", "calibration", "storage"],
)
def test_a_sector_erased_by_mistake_is_restored(victim: int, tmp_path: Path) -> None:
    """No checksum protects an address; the sector that was hit is restored, wherever it is."""
    rig = Rig(tmp_path)
    rig.line.out = replace(ERASE_FIRST, commands.erase_sector(victim).raw)
    report = rig.write(rig.link())
    assert rig.line.out is None, "nothing was tampered with"
    assert report.repaired == 1
    assert rig.chip.flash == AFTER


@pytest.mark.parametrize("lost", range(len(ERASE_FIRST)))
def test_an_erase_that_lost_a_byte_erases_nothing_else(lost: int, tmp_path: Path) -> None:
    """The chip waits for the missing byte; the next command must not become part of the address."""
    rig = Rig(tmp_path)
    rig.line.out = replace(ERASE_FIRST, ERASE_FIRST[:lost] + ERASE_FIRST[lost + 1 :])
    report = rig.write(rig.link())
    assert rig.line.out is None
    assert report.repaired == 0
    assert rig.chip.flash == AFTER


def crc_reply(nth: int) -> Callable[[bytes], bytes]:
    """Flip a bit of the n-th CRC the chip sends."""
    head = bytes.fromhex("040e0801e0fc10")
    seen = 0

    def change(data: bytes) -> bytes:
        nonlocal seen
        changed = bytearray(data)
        at = data.find(head)
        while at >= 0 and len(data) > at + len(head):
            if seen == nth:
                changed[at + len(head)] ^= 0x10
            seen += 1
            at = data.find(head, at + 1)
        return bytes(changed)

    return change


@pytest.mark.parametrize("nth", [0, 5, 17, 18, 19, 20, 25, 40, 54, 60, 64])
def test_one_false_crc_does_not_make_a_good_write_a_bad_one(nth: int, tmp_path: Path) -> None:
    rig = Rig(tmp_path)
    target = rig.link()
    rig.line.back = crc_reply(nth)
    report = rig.write(target)
    assert rig.line.back is None, "nothing was tampered with"
    assert report.repaired == 0
    assert rig.chip.flash == AFTER


@pytest.mark.parametrize("nth", [0, 1, 3, 8])
def test_one_false_crc_does_not_make_equal_bytes_different(nth: int, tmp_path: Path) -> None:
    rig = Rig(tmp_path)
    target = rig.link()
    rig.line.back = crc_reply(nth)
    path = tmp_path / "backup.bin"
    pieces = recognise(InputFile(path.name, path, BEFORE)).at(0)
    assert verify(target, path, pieces).equal
    assert nth > 3 or rig.line.back is None


def test_crcs_are_joined_as_the_bytes_are() -> None:
    import zlib

    sectors = [BEFORE[a : a + SECTOR] for a in range(0, 40 * SECTOR, SECTOR)]
    whole = zlib.crc32(b"".join(sectors))
    assert joined_crc(map(zlib.crc32, sectors)) == whole
    assert joined_crc([]) == 0


def test_no_flipped_bit_while_linking_changes_the_identity() -> None:
    """The identity decides how much is read, and no checksum protects it."""
    known = connect(VirtualTransport(RomChip("BK7231N", BEFORE)), wait=0).target.identity
    for place in range(0, 600, 2):
        fault = LineFault("flip", place, 1 << place % 8)
        line = FaultyTransport(
            VirtualTransport(RomChip("BK7231N", BEFORE)), FaultSchedule((fault,))
        )
        assert connect(line, wait=0).target.identity == known, f"bit of byte {place}"


def test_no_flipped_bit_leaves_the_flash_unprotected(tmp_path: Path) -> None:
    (tmp_path / "backup.bin").write_bytes(BEFORE)
    for place in range(500, 1400, 37):
        rig = Rig(tmp_path)
        fault = LineFault("flip", place, 1 << place % 8)
        rig.write(connect(FaultyTransport(rig.line, FaultSchedule((fault,))), wait=0).target)
        assert rig.chip.nor.protected, f"bit of byte {place}"
        assert rig.chip.flash == AFTER
