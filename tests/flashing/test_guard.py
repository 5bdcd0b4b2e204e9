"""Just before a plan is carried out, and after each lost connection: is it still the same chip?"""

from __future__ import annotations

import zlib
from pathlib import Path

import pytest

from bekenlab.analysis.inputs import InputFile
from bekenlab.errors import RefusedError
from bekenlab.flashing.execute import flash
from bekenlab.flashing.flash_file import recognise
from bekenlab.flashing.guard import same_chip_guard
from bekenlab.flashing.journal import WriteJournal
from bekenlab.flashing.plan_write import WriteOptions, plan_write
from bekenlab.flashing.state import survey
from bekenlab.link.connect import connect
from bekenlab.link.virtual import VirtualTransport
from bekenlab.machine.rom import RomChip
from fault_runs import APP, FLASH, RF, SECTOR, image

BEFORE = image(7, app_sectors=40)
# The same firmware, another device's calibration.
TWIN = BEFORE[: RF + 16] + bytes(64) + BEFORE[RF + 80 :]
NEW = image(8)[APP : APP + 12 * SECTOR]
FORCE = frozenset({"unknown-file", "no-backup"})
STORAGE, DOWNLOAD = 0x1EE000, 0x12A000


class Line(VirtualTransport):
    """Spoils one answer of the chip: CRCs on the wire have no check of their own."""

    spoilt: int | None = None

    def read(self, timeout: float) -> bytes:
        data = super().read(timeout)
        if self.spoilt is None:
            return data
        answer = (self.spoilt ^ 0xFFFFFFFF).to_bytes(4, "little")
        if answer in data:
            self.spoilt = None
        return data.replace(answer, bytes(4))


class Planned:
    """A chip, and a plan to write another application to it."""

    def __init__(self, folder: Path, content: bytes = BEFORE, *, saved: bool = False) -> None:
        self.chip = RomChip("BK7231N", content)
        self.line = Line(self.chip)
        self.journal = WriteJournal(folder)
        self.target = connect(self.line, wait=0).target
        backup = folder / "backup.bin"
        backup.write_bytes(content)
        self.state = survey(self.target, self.journal, [backup] if saved else [])
        file = recognise(InputFile("new.bin", Path("new.bin"), NEW))
        self.plan = plan_write(self.target, file, WriteOptions(APP, force=FORCE), self.state)

    def change(self, address: int, data: bytes) -> None:
        self.chip.nor.content[address : address + len(data)] = data

    def check(self) -> None:
        same_chip_guard(self.target, self.plan, self.state)()

    def write(self) -> None:
        flash(self.target, self.plan, self.state, self.journal, reboot=False)


@pytest.fixture
def planned(tmp_path: Path) -> Planned:
    return Planned(tmp_path)


@pytest.mark.parametrize("saved", [True, False])
def test_it_is_written_with_a_backup_and_without_one_if_wanted(saved: bool, tmp_path: Path) -> None:
    planned = Planned(tmp_path, saved=saved)
    assert planned.plan.backup == (tmp_path / "backup.bin" if saved else None)
    planned.write()
    assert planned.chip.flash == BEFORE[:APP] + NEW + BEFORE[APP + len(NEW) :]


def test_a_chip_that_was_swapped_meanwhile_is_left_unchanged(planned: Planned) -> None:
    other = planned.line.device = RomChip("BK7231N", TWIN)
    with pytest.raises(RefusedError, match="another chip answers") as caught:
        planned.write()
    assert caught.value.facts["refusals"] == ["wrong-chip"]
    assert other.flash == TWIN


def test_a_blank_chip_has_nothing_to_compare(tmp_path: Path) -> None:
    planned = Planned(tmp_path, b"\xff" * FLASH)
    planned.write()
    assert planned.chip.flash[APP : APP + len(NEW)] == NEW


def test_a_device_that_ran_meanwhile_is_still_the_same(planned: Planned) -> None:
    """It fetched an update into an area that was blank, and saved a setting."""
    planned.change(DOWNLOAD, bytes(RF - DOWNLOAD))
    planned.change(STORAGE + 100, b"setting")
    planned.check()


def test_what_has_been_written_already_does_not_count(planned: Planned) -> None:
    """The connection is lost in the middle of a write, which rewrites a good part of flash."""
    planned.change(APP, NEW)
    planned.check()


def test_one_wrong_answer_is_not_another_chip(planned: Planned) -> None:
    planned.line.spoilt = zlib.crc32(BEFORE[RF : RF + SECTOR])
    planned.check()
    assert planned.line.spoilt is None
