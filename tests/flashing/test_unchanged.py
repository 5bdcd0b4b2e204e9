"""A write that changes nothing is recognised by one CRC; any other needs a survey."""

from __future__ import annotations

import random
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from bekenlab.analysis.inputs import InputFile
from bekenlab.errors import BekenlabError
from bekenlab.flashing.execute import flash
from bekenlab.flashing.flash_file import FlashFile, recognise
from bekenlab.flashing.journal import WriteJournal
from bekenlab.flashing.plan_write import WriteOptions, plan_write
from bekenlab.flashing.planner import plan_unchanged
from bekenlab.flashing.state import ChipState, survey
from bekenlab.link.connect import connect
from bekenlab.link.virtual import VirtualTransport
from bekenlab.machine.rom import ChipFaults, RomChip
from fault_runs import APP, SECTOR, image

if TYPE_CHECKING:
    from bekenlab.link.target import Target

BEFORE = image(3)
OPTIONS = WriteOptions(APP + 0x100, force=frozenset({"unknown-file"}))
# Begins and ends inside a sector.
THERE = BEFORE[APP + 0x100 : APP + 11 * SECTOR + 0x200]


def named(data: bytes) -> FlashFile:
    return recognise(InputFile("app.bin", Path("app.bin"), data))


def linked(chip: RomChip) -> Target:
    return connect(VirtualTransport(chip), wait=0).target


def test_a_file_already_on_the_chip_needs_no_write_no_backup_and_no_survey(
    tmp_path: Path,
) -> None:
    chip = RomChip("BK7231N", BEFORE)
    target, journal = linked(chip), WriteJournal(tmp_path)
    began = target.session.transport.now()
    plan = plan_unchanged(target, named(THERE), OPTIONS, journal)
    seconds = target.session.transport.now() - began
    assert plan is not None
    assert (plan.sectors, plan.refusals, len(plan.same)) == ((), (), 12)
    assert all(BEFORE[s.address : s.address + SECTOR] == s.data for s in plan.same)
    report = flash(target, plan, ChipState({}, None, None), journal, reboot=False)
    assert (report.written, chip.flash) == (0, BEFORE)
    began = target.session.transport.now()
    survey(target, journal, [])
    assert seconds < (target.session.transport.now() - began) / 3


@pytest.mark.parametrize("at", [0, 5 * SECTOR, len(THERE) - 1])
def test_one_different_byte_anywhere_needs_a_write(at: int, tmp_path: Path) -> None:
    other = bytearray(THERE)
    other[at] ^= 1
    target = linked(RomChip("BK7231N", BEFORE))
    assert plan_unchanged(target, named(bytes(other)), OPTIONS, WriteJournal(tmp_path)) is None


def test_a_refused_file_stays_refused_when_the_chip_already_holds_it(tmp_path: Path) -> None:
    options = WriteOptions(OPTIONS.address)  # random bytes are no known kind of file
    target = linked(RomChip("BK7231N", BEFORE))
    assert plan_unchanged(target, named(THERE), options, WriteJournal(tmp_path)) is None


def test_after_an_interrupted_write_all_of_flash_is_surveyed(tmp_path: Path) -> None:
    """The chip may hold the file although damage beside it is not yet repaired."""
    chip = RomChip("BK7231N", BEFORE, faults=ChipFaults(power_cut=frozenset({3})))
    saved = tmp_path / "backup.bin"
    saved.write_bytes(BEFORE)
    journal = WriteJournal(tmp_path)
    target = connect(VirtualTransport(chip, modem_lines=False), wait=0).target
    state = survey(target, journal, [saved])
    new = named(random.Random(4).randbytes(4 * SECTOR))
    with pytest.raises(BekenlabError):
        flash(target, plan_write(target, new, OPTIONS, state), state, journal, reboot=False)
    chip.reset()
    there = chip.flash[APP + 0x100 : APP + 11 * SECTOR]
    assert plan_unchanged(linked(chip), named(there), OPTIONS, journal) is None
