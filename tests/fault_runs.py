"""Whole jobs on a virtual chip while line and chip misbehave; what must hold whatever happens."""

from __future__ import annotations

import random
import tempfile
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

from bekenlab.errors import BekenlabError
from bekenlab.jobs.chip.backup import backup
from bekenlab.jobs.chip.flash import flash
from bekenlab.jobs.chip.flash_file import FlashFile, recognise
from bekenlab.jobs.chip.flash_journal import WriteJournal
from bekenlab.jobs.chip.flash_state import Wishes, look, plan_write
from bekenlab.jobs.inputs import InputFile
from bekenlab.link.connect import Link, connect
from bekenlab.link.faulty import FaultSchedule, FaultyTransport, LineFault
from bekenlab.link.virtual import VirtualTransport
from bekenlab.machine.rom import ChipFaults, RomChip

SECTOR = 0x1000
FLASH = 0x200000
APP, RF = 0x11000, 0x1D0000
LOADER = slice(0, APP)
TRIES = 12


def image(seed: int, *, app_sectors: int = 12) -> bytes:
    """A flash with a boot loader, some application, calibration data, and much that is blank.

    The bytes are random: what a job makes of noise must not depend on what they mean.
    """
    rng = random.Random(seed)
    flash_ = bytearray(b"\xff" * FLASH)
    flash_[: 6 * SECTOR] = b"LOADER" + rng.randbytes(6 * SECTOR - 6)
    flash_[APP : APP + app_sectors * SECTOR] = rng.randbytes(app_sectors * SECTOR)
    flash_[RF : RF + SECTOR] = b"TLV\0" + rng.randbytes(SECTOR - 4)
    flash_[0x1EE000 : 0x1EE000 + 3 * SECTOR] = rng.randbytes(3 * SECTOR)
    return bytes(flash_)


@dataclass
class Bench:
    """A chip with faults, and what a user would do: try again.

    Attributes:
        chip: The chip; its flash outlives every attempt.
        schedule: What goes wrong on the line; counted over all attempts.
        errors: Codes of the errors seen, in order.
    """

    chip: RomChip
    schedule: FaultSchedule
    errors: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        line = VirtualTransport(self.chip)
        self.line = FaultyTransport(line, self.schedule)

    def link(self) -> Link:
        """Link the chip, as each attempt begins."""
        return connect(self.line, wait=1.0)

    def attempt(self, job: object) -> object:
        """Do a job until it is done; only typed errors may come in between."""
        assert callable(job)
        for _ in range(TRIES):
            try:
                return job(self.link())
            except BekenlabError as error:
                self.errors.append(error.code)
                self.line.replug()
        raise AssertionError(f"never done: {self.errors}")


def schedule(seed: int, span: int) -> FaultSchedule:
    """Faults of all kinds at seeded places, every third schedule with the adapter unplugged."""
    rng = random.Random(seed)
    made = FaultSchedule.from_seed(seed, count=rng.randrange(1, 12), span=span)
    extra = []
    if seed % 3 == 0:
        extra.append(LineFault("unplug", rng.randrange(span)))
    if seed % 5 == 0:
        extra.append(LineFault("keep-baud", rng.randrange(1, 4)))
    return FaultSchedule((*made.faults, *extra))


def chip_faults(seed: int) -> ChipFaults:
    """What the chip itself does wrong."""
    rng = random.Random(-seed - 1)
    faults = ChipFaults()
    if rng.random() < 0.3:
        faults = replace(faults, reset=frozenset({rng.randrange(1, 600)}))
    if rng.random() < 0.3:
        faults = replace(faults, silence=((rng.randrange(1, 600), rng.randrange(1, 5)),))
    if rng.random() < 0.2:
        faults = replace(faults, ignore_baud=frozenset({rng.randrange(1, 3)}))
    if rng.random() < 0.3:
        faults = replace(faults, refuse_erase=frozenset({rng.randrange(1, 12)}))
    return faults


def run_backup(seed: int) -> Bench:
    """Back a chip up through the faults of a seed; the file must be the chip."""
    content = image(seed)
    bench = Bench(RomChip("BK7231N", content, faults=chip_faults(seed)), schedule(seed, 90_000))
    with tempfile.TemporaryDirectory() as folder:
        output = Path(folder) / "backup.bin"

        def job(link: Link) -> object:
            assert not output.exists()
            return backup(link.target, output, now=lambda: datetime.now(UTC))

        bench.attempt(job)
        assert output.read_bytes() == content
        assert sorted(p.name for p in Path(folder).iterdir()) == ["backup.bin", "backup.bin.json"]
    assert bench.chip.flash == content
    return bench


def run_write(seed: int, *, whole: bool) -> Bench:
    """Write an application, or restore a whole dump, through the faults of a seed."""
    before = image(seed)
    rng = random.Random(seed)
    after = bytearray(before)
    if whole:
        # Restoring: the chip's own loader and calibration, everything else different.
        after[APP : APP + 8 * SECTOR] = rng.randbytes(8 * SECTOR)
        after[0x1EE000 : 0x1EE000 + SECTOR] = rng.randbytes(SECTOR)
    else:
        start = APP + rng.choice((0, 0, 0x123))
        length = rng.randrange(2 * SECTOR, 9 * SECTOR)
        after[start : start + length] = rng.randbytes(length)
    file, wishes = _file(bytes(after)) if whole else _piece(bytes(after), start, length)
    bench = Bench(RomChip("BK7231N", before, faults=chip_faults(seed)), schedule(seed, 60_000))
    with tempfile.TemporaryDirectory() as folder:
        saved = Path(folder) / "backup.bin"
        saved.write_bytes(before)

        def job(link: Link) -> object:
            journal = WriteJournal(Path(folder))
            state = look(link.target, journal, [saved])
            plan = plan_write(link.target, file, wishes, state)
            return flash(link.target, plan, state, journal, reboot=False)

        bench.attempt(job)
        assert not list(Path(folder).glob("writes/*")), "the journal was left behind"
    assert bench.chip.flash == bytes(after)
    return bench


def _file(data: bytes) -> tuple[FlashFile, Wishes]:
    file = recognise(InputFile("dump.bin", Path("dump.bin"), data))
    return file, Wishes(0, force=frozenset({"unknown-file"}))


def _piece(data: bytes, start: int, length: int) -> tuple[FlashFile, Wishes]:
    part = InputFile("app.bin", Path("app.bin"), data[start : start + length])
    return recognise(part), Wishes(start, force=frozenset({"unknown-file"}))
