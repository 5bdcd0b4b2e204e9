"""A write that has nothing to do is known from one CRC; anything else is looked at in full."""

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
from bekenlab.flashing.planner import plan_unchanged
from bekenlab.flashing.planning import WriteOptions, plan_write
from bekenlab.flashing.state import ChipState, survey
from bekenlab.link.connect import connect
from bekenlab.link.virtual import VirtualTransport
from bekenlab.machine.rom import ChipFaults, RomChip
from fault_runs import APP, SECTOR, image

if TYPE_CHECKING:
    from bekenlab.link.target import Target

BEFORE = image(3)
WISHES = WriteOptions(APP + 0x100, force=frozenset({"unknown-file"}))
# Begins and ends inside a sector.
THERE = BEFORE[APP + 0x100 : APP + 11 * SECTOR + 0x200]


def named(data: bytes) -> FlashFile:
    return recognise(InputFile("app.bin", Path("app.bin"), data))


def linked(chip: RomChip) -> Target:
    return connect(VirtualTransport(chip), wait=0).target


def test_what_is_there_already_needs_no_write_no_backup_and_no_look_at_all_of_flash(
    tmp_path: Path,
) -> None:
    chip = RomChip("BK7231N", BEFORE)
    target, journal = linked(chip), WriteJournal(tmp_path)
    began = target.session.transport.now()
    plan = plan_unchanged(target, named(THERE), WISHES, journal)
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
def test_one_other_byte_anywhere_is_something_to_do(at: int, tmp_path: Path) -> None:
    other = bytearray(THERE)
    other[at] ^= 1
    target = linked(RomChip("BK7231N", BEFORE))
    assert plan_unchanged(target, named(bytes(other)), WISHES, WriteJournal(tmp_path)) is None


def test_a_file_that_is_refused_is_so_even_where_it_is_already(tmp_path: Path) -> None:
    wishes = WriteOptions(WISHES.address)  # random bytes are nothing a chip would run
    target = linked(RomChip("BK7231N", BEFORE))
    assert plan_unchanged(target, named(THERE), wishes, WriteJournal(tmp_path)) is None


def test_after_a_write_that_was_cut_off_all_of_flash_is_looked_at(tmp_path: Path) -> None:
    """The file may be there while what the write had damaged beside it is not yet put right."""
    chip = RomChip("BK7231N", BEFORE, faults=ChipFaults(power_cut=frozenset({3})))
    saved = tmp_path / "backup.bin"
    saved.write_bytes(BEFORE)
    journal = WriteJournal(tmp_path)
    target = connect(VirtualTransport(chip, modem_lines=False), wait=0).target
    state = survey(target, journal, [saved])
    new = named(random.Random(4).randbytes(4 * SECTOR))
    with pytest.raises(BekenlabError):
        flash(target, plan_write(target, new, WISHES, state), state, journal, reboot=False)
    chip.reset()
    there = chip.flash[APP + 0x100 : APP + 11 * SECTOR]
    assert plan_unchanged(linked(chip), named(there), WISHES, journal) is None
