"""Power is cut at every flash operation of a write; the next attempt finishes it."""

from __future__ import annotations

import random
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from bekenlab.analysis.inputs import InputFile
from bekenlab.errors import BekenlabError
from bekenlab.flashing.execute import flash
from bekenlab.flashing.flash_file import recognise
from bekenlab.flashing.journal import WriteJournal
from bekenlab.flashing.plan_write import WriteOptions, plan_write
from bekenlab.flashing.state import survey
from bekenlab.link.connect import Link, connect
from bekenlab.link.virtual import VirtualTransport
from bekenlab.machine.rom import ChipFaults, RomChip
from fault_runs import SECTOR, image

if TYPE_CHECKING:
    from bekenlab.flashing.execute import FlashReport

# Begins and ends inside a sector, whose other bytes must survive.
START = 0x11000 + 0x234
LENGTH = 5 * SECTOR
BEFORE = image(1)
NEW = random.Random(2).randbytes(LENGTH)
AFTER = BEFORE[:START] + NEW + BEFORE[START + LENGTH :]
# Six sectors, each erased and then programmed page by page or as a whole.
SECTORS = 6


def write(chip: RomChip, folder: Path, saved: Path, *, lines: bool = False) -> FlashReport:
    link: Link = connect(VirtualTransport(chip, modem_lines=lines), wait=0)
    file = recognise(InputFile("app.bin", Path("app.bin"), NEW))
    journal = WriteJournal(folder)
    state = survey(link.target, journal, [saved])
    plan = plan_write(
        link.target, file, WriteOptions(START, force=frozenset({"unknown-file"})), state
    )
    return flash(link.target, plan, state, journal, reboot=False)


def operations() -> int:
    """How many flash operations the write takes when nothing goes wrong."""
    return 2 * SECTORS


@pytest.mark.parametrize("cut", range(1, operations() + 1))
def test_the_next_attempt_finishes_after_a_cut_at_any_operation(cut: int, tmp_path: Path) -> None:
    saved = tmp_path / "backup.bin"
    saved.write_bytes(BEFORE)
    chip = RomChip("BK7231N", BEFORE, faults=ChipFaults(power_cut=frozenset({cut})))
    with pytest.raises(BekenlabError):
        write(chip, tmp_path, saved)
    assert chip.flash not in (BEFORE, AFTER), "the cut came before or after the write"
    chip.reset()
    write(chip, tmp_path, saved)
    assert chip.flash == AFTER
    assert not list(tmp_path.glob("writes/*"))


@pytest.mark.parametrize("cut", range(1, operations() + 1))
def test_an_adapter_that_can_reset_the_chip_resumes_by_itself(cut: int, tmp_path: Path) -> None:
    saved = tmp_path / "backup.bin"
    saved.write_bytes(BEFORE)
    chip = RomChip("BK7231N", BEFORE, faults=ChipFaults(power_cut=frozenset({cut})))
    write(chip, tmp_path, saved, lines=True)
    assert chip.flash == AFTER


def test_the_write_takes_no_further_operations(tmp_path: Path) -> None:
    saved = tmp_path / "backup.bin"
    saved.write_bytes(BEFORE)
    chip = RomChip("BK7231N", BEFORE, faults=ChipFaults(power_cut=frozenset({operations() + 1})))
    write(chip, tmp_path, saved)
    assert chip.flash == AFTER
