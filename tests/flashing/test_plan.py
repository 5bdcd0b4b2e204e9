"""A plan before anything is written: which sectors, what stays in them, how long; and what is known
of a chip that was half written."""

from __future__ import annotations

import random
import zlib
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bekenlab.errors import RefusedError
from bekenlab.events import Event, Progress
from bekenlab.flashing.backup import backup as make_backup
from bekenlab.flashing.journal import WriteJournal, WriteRecord
from bekenlab.flashing.pieces import Piece
from bekenlab.flashing.plan import FlashPlan, PlannedSector, Refusal, compose
from bekenlab.flashing.same_chip import identity_facts
from bekenlab.flashing.state import ChipState, lost_sectors, survey
from bekenlab.link.connect import connect
from bekenlab.link.virtual import VirtualTransport
from bekenlab.machine.rom import RomChip
from bekenlab.samples import build_sample

SECTOR = 0x1000
CHIP = random.Random(1).randbytes(8 * SECTOR)
CRCS = {a: zlib.crc32(CHIP[a : a + SECTOR]) for a in range(0, len(CHIP), SECTOR)}


class Reader:
    """The chip, and which of its sectors were read, which takes time."""

    def __init__(self) -> None:
        self.read: list[int] = []

    def __call__(self, address: int) -> bytes:
        self.read.append(address)
        return CHIP[address : address + SECTOR]


def written(pieces: list[Piece]) -> tuple[bytes, list[PlannedSector], list[int]]:
    """The flash after a write, the sectors written, and those that were read."""
    reader = Reader()
    sectors, same = compose(pieces, CRCS, reader)
    flash = bytearray(CHIP)
    for sector in (*sectors, *same):
        flash[sector.address : sector.address + SECTOR] = sector.data
    assert all(CHIP[s.address : s.address + SECTOR] == s.data for s in same)
    return bytes(flash), list(sectors), reader.read


@pytest.mark.parametrize(
    ("at", "size", "read"),
    [
        (SECTOR, 2 * SECTOR, []),
        (SECTOR + 16, 100, [SECTOR]),
        (SECTOR, SECTOR + 1, [2 * SECTOR]),
        (SECTOR, SECTOR - 1, [SECTOR]),
        (SECTOR - 1, SECTOR + 2, [0, 2 * SECTOR]),
    ],
)
def test_what_a_piece_does_not_cover_stays_and_only_that_is_read(
    at: int, size: int, read: list[int]
) -> None:
    flash, sectors, was_read = written([Piece(at, bytes(size))])
    assert flash == CHIP[:at] + bytes(size) + CHIP[at + size :]
    assert was_read == read
    assert [sector.address for sector in sectors if sector.partial] == read


def test_two_pieces_may_share_a_sector() -> None:
    one, two = Piece(SECTOR + 10, b"one"), Piece(SECTOR + 100, b"two")
    flash, sectors, read = written([two, one])
    assert flash[SECTOR + 10 : SECTOR + 13] == b"one"
    assert flash[SECTOR + 100 : SECTOR + 103] == b"two"
    assert ([s.address for s in sectors], read) == ([SECTOR], [SECTOR])
    halves = [Piece(0, bytes(0x800)), Piece(0x800, bytes(0x800))]
    _, sectors, _ = written(halves)
    assert [(s.data, s.partial) for s in sectors] == [(bytes(SECTOR), False)]


def test_sectors_that_hold_the_right_bytes_are_not_written() -> None:
    piece = Piece(0, CHIP[: 3 * SECTOR] + bytes(SECTOR))
    flash, sectors, _ = written([piece])
    assert [sector.address for sector in sectors] == [3 * SECTOR]
    assert flash[: 4 * SECTOR] == piece.data


def test_sectors_are_in_the_order_of_their_addresses() -> None:
    pieces = [Piece(a, bytes(SECTOR)) for a in (3 * SECTOR, 0, 5 * SECTOR, SECTOR)]
    assert [s.address // SECTOR for s in written(pieces)[1]] == [0, 1, 3, 5]
    same, _, _ = written([Piece(SECTOR, CHIP[SECTOR : 2 * SECTOR]), *pieces[:1]])
    assert same == CHIP[: 3 * SECTOR] + bytes(SECTOR) + CHIP[4 * SECTOR :]


@pytest.mark.parametrize(("code", "first"), [("no-backup", True), ("wrong-chip", False)])
def test_a_backup_is_the_first_advice_where_there_is_none(code: str, first: bool) -> None:
    refusal = Refusal(code, "the reason")
    plan = FlashPlan("x", (), (), (), refusals=(refusal,))
    with pytest.raises(RefusedError, match="not written: the reason") as caught:
        plan.raise_if_refused()
    advice = [action.name for action in caught.value.actions]
    assert advice == (["back-up-first", "override"] if first else ["override"])


SECTORS = tuple(PlannedSector(a, bytes(SECTOR)) for a in (0, SECTOR))


@pytest.mark.parametrize(
    ("sectors", "repairs", "changes"),
    [((), (), False), (SECTORS, (), True), ((), SECTORS, True), (SECTORS, SECTORS, True)],
)
def test_a_plan_changes_the_chip_by_what_it_writes_and_what_it_repairs(
    sectors: tuple[PlannedSector, ...], repairs: tuple[PlannedSector, ...], changes: bool
) -> None:
    plan = FlashPlan("x", (), sectors, same=SECTORS, repairs=repairs)
    assert plan.changes is changes
    assert (plan.seconds > 0) is changes
    assert plan.seconds == pytest.approx(
        len(sectors + repairs) / 2 * FlashPlan("x", (), SECTORS, ()).seconds
    )


def test_a_sector_takes_its_time_on_the_line_and_in_the_flash() -> None:
    """A byte has a start and a stop bit; requests and replies go with each sector."""
    slow = FlashPlan("x", (), SECTORS, (), baud=115_200).seconds
    fast = FlashPlan("x", (), SECTORS, (), baud=921_600).seconds
    assert slow - fast == pytest.approx(2 * 41_230 / 115_200 * 7 / 8)
    assert 0.05 < fast - 2 * 41_230 / 921_600 < 0.2


@pytest.mark.parametrize("keepable", [True, False])
def test_what_can_be_kept_may_be_kept_instead(keepable: bool) -> None:
    action = Refusal("rf", "the reason", keepable=keepable).action
    assert action.name == ("keep-or-override" if keepable else "override")


# A write of sectors 2 and 3 was cut off; 2 was to keep some bytes and has been read before.
RECORD = WriteRecord(
    chip={},
    ranges=((2 * SECTOR + 16, 4 * SECTOR),),
    crcs=CRCS,
    originals={2 * SECTOR: CHIP[2 * SECTOR : 3 * SECTOR]},
)


def test_of_a_half_written_chip_it_is_known_how_it_was_before() -> None:
    """All but what was to be replaced anyway."""
    now = {**CRCS, 2 * SECTOR: 1, 3 * SECTOR: 2, 5 * SECTOR: 3}
    state = ChipState(now, (Path("record"), RECORD), None)
    assert state.before == {**CRCS, 3 * SECTOR: 2}
    assert state.original(2 * SECTOR) == CHIP[2 * SECTOR : 3 * SECTOR]
    assert state.original(5 * SECTOR) is None
    finished = ChipState(now, None, None)
    assert finished.before == now
    assert finished.original(2 * SECTOR) is None


def test_what_was_lost_comes_from_the_record_or_from_a_backup_that_held_it() -> None:
    now = {**CRCS, 2 * SECTOR: 1, 3 * SECTOR: 2, 5 * SECTOR: 3, 6 * SECTOR: 4}
    kept = {2 * SECTOR: CHIP[2 * SECTOR : 3 * SECTOR]}
    assert lost_sectors(RECORD, now, None) == kept
    stale = bytearray(CHIP)
    stale[2 * SECTOR] ^= 1
    stale[6 * SECTOR] ^= 1
    assert lost_sectors(RECORD, now, (Path("backup"), bytes(stale))) == {
        **kept,
        5 * SECTOR: CHIP[5 * SECTOR : 6 * SECTOR],
    }
    assert lost_sectors(RECORD, CRCS, (Path("backup"), CHIP)) == {}


def test_a_backup_makes_the_survey_of_a_chip_short(tmp_path: Path) -> None:
    """Ranges that are as in the backup are compared as a whole."""
    sample = build_sample()
    target = connect(VirtualTransport(RomChip("BK7231N", sample)), wait=0).target
    (tmp_path / "backup.bin").write_bytes(sample)
    now = target.session.transport.now
    times, states = [], []
    for backups in ([], [tmp_path / "backup.bin"]):
        began = now()
        states.append(survey(target, WriteJournal(tmp_path), backups))
        times.append(now() - began)
    assert states[0].crcs == states[1].crcs
    assert states[1].backup == (tmp_path / "backup.bin", sample)
    assert times[1] < times[0] * 0.8, times


def test_the_backup_of_a_write_that_was_cut_off_is_remembered(tmp_path: Path) -> None:
    sample = build_sample()
    target = connect(VirtualTransport(RomChip("BK7231N", sample)), wait=0).target
    backup, journal = tmp_path / "elsewhere.bin", WriteJournal(tmp_path)
    backup.write_bytes(sample)
    crcs = survey(target, journal, []).crcs
    record = WriteRecord(identity_facts(target.identity), ((0x20000, 0x22000),), crcs, {}, backup)
    journal.save(record, None)
    state = survey(target, journal, [])
    assert state.unfinished
    assert state.backup == (backup, sample)
    journal.save(replace(record, backup=None), state.unfinished[0])
    state = survey(target, journal, [])
    assert state.unfinished
    assert state.backup is None


def test_a_backup_that_was_changed_since_it_was_made_is_none(tmp_path: Path) -> None:
    sample, output = build_sample(), tmp_path / "backup.bin"
    target = connect(VirtualTransport(RomChip("BK7231N", sample)), wait=0).target
    make_backup(target, output, now=lambda: datetime.now(UTC))
    assert survey(target, WriteJournal(tmp_path), [output]).backup == (output, sample)
    output.chmod(0o600)
    output.write_bytes(sample[:0x150000] + b"changed" + sample[0x150007:])
    assert survey(target, WriteJournal(tmp_path), [output]).backup is None


@pytest.mark.parametrize("size", [0x1FF000, 0x200000, 0x201000])
def test_a_file_of_another_size_than_flash_is_no_backup(size: int, tmp_path: Path) -> None:
    """Even if all that cannot be rebuilt is in it."""
    sample = build_sample()
    target = connect(VirtualTransport(RomChip("BK7231N", sample)), wait=0).target
    (tmp_path / "file.bin").write_bytes(sample[:size].ljust(size, b"\xff"))
    known = survey(target, WriteJournal(tmp_path), [tmp_path / "file.bin"]).backup
    assert (known is not None) is (size == len(sample))


def test_a_survey_tells_how_far_it_is(tmp_path: Path) -> None:
    sample = build_sample()
    target = connect(VirtualTransport(RomChip("BK7231N", sample)), wait=0).target
    told: list[Progress] = []

    def note(event: Event, /) -> None:
        assert isinstance(event, Progress)
        told.append(event)

    survey(target, WriteJournal(tmp_path), [], events=note)
    assert [each.done for each in told] == sorted({each.done for each in told})
    assert {(each.phase, each.total) for each in told} == {("compare", len(sample))}
    assert told[-1].done == len(sample)
    spans = sorted(each.span for each in told if each.span)
    assert (spans[0][0], spans[-1][1]) == (0, len(sample))
    assert sum(end - start for start, end in spans) == len(sample)


def test_without_calibration_only_all_of_flash_identifies_a_chip(tmp_path: Path) -> None:
    """Thousands of devices share a boot loader."""
    sample = build_sample()
    sample = sample[:0x1D0000] + b"\xff" * 0x10000 + sample[0x1E0000:]
    target = connect(VirtualTransport(RomChip("BK7231N", sample)), wait=0).target
    same, other = tmp_path / "same.bin", tmp_path / "other.bin"
    same.write_bytes(sample)
    other.write_bytes(sample[:-1] + b"x")
    assert survey(target, WriteJournal(tmp_path), [same, other]).backup == (same, sample)
    assert survey(target, WriteJournal(tmp_path), [other]).backup is None
