"""Whole jobs on a virtual chip while line and chip misbehave; what must hold whatever happens.

A job is repeated as a user would repeat it. Each attempt ends with the right bytes or with a typed
error, within bounded time; boot loader and RF calibration are untouched after each; what was done
is not lost; and in the end file and flash are right, byte for byte.
"""

from __future__ import annotations

import random
import tempfile
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from bekenlab.analysis.inputs import InputFile
from bekenlab.chips import chip
from bekenlab.cli.wording import wording
from bekenlab.errors import BekenlabError
from bekenlab.events import Event, Progress
from bekenlab.flashing.backup import BackupReport, backup
from bekenlab.flashing.codes import OVERRIDABLE
from bekenlab.flashing.execute import flash
from bekenlab.flashing.flash_file import FlashFile, recognise
from bekenlab.flashing.journal import WriteJournal
from bekenlab.flashing.plan_write import WriteOptions, plan_write
from bekenlab.flashing.state import survey
from bekenlab.link.connect import Link, connect
from bekenlab.link.faulty import FaultSchedule, FaultyTransport, LineFault
from bekenlab.link.virtual import VirtualTransport
from bekenlab.machine.rom import ChipFaults, RomChip
from bekenlab.machine.wire_chips import build

if TYPE_CHECKING:
    from collections.abc import Callable

    from bekenlab.machine.wire import WireDevice

Done = TypeVar("Done")

SECTOR = 0x1000
FLASH = 0x200000
APP, RF = 0x11000, 0x1D0000
TRIES = 14
# Device seconds an attempt may take: many times what the slowest rate and all retries need.
_PATIENCE = 900.0
# What may go wrong with a line and a chip. A refusal would mean that noise was believed.
_ERRORS = {
    "line-lost",
    "no-link",
    "no-reply",
    "chip-refused",
    "unlock-failed",
    "bad-read",
    "verify-failed",
}
# Noise is no firmware, so these rules are not what is tried here.
_FORCE = frozenset(OVERRIDABLE) - {"bootloader", "rf", "no-backup", "too-big"}


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


@dataclass(frozen=True)
class Subject:
    """A chip to try it on, and how many bytes the line carries while a job runs.

    A genuine one runs its application when it is reset and nobody links it; that writes settings of
    its own, beyond ``stays``.
    """

    content: bytes = field(repr=False)
    chip: str = "BK7231N"
    spans: tuple[int, ...] = (6_000, 25_000, 90_000)
    genuine: bool = False

    @property
    def stays(self) -> slice:
        """What nobody but us writes."""
        return slice(0, 0x1E1000 if self.genuine else FLASH)


def noise(seed: int) -> Subject:
    """The model of a ROM, with nothing that means anything in its flash."""
    return Subject(image(seed))


class Watched(FaultyTransport):
    """A line on which nobody waits for ever."""

    limit = _PATIENCE

    def read(self, timeout: float) -> bytes:
        assert self.now() < self.limit, "it hangs"
        return super().read(timeout)


class Trial:
    """A chip with faults, and what a user would do: try again.

    Attributes:
        chip: The chip; its flash outlives every attempt.
        errors: Codes of the errors seen, in order.
    """

    def __init__(self, subject: Subject, seed: int, *, writes: bool) -> None:
        rng = random.Random(f"bench {seed}")
        faults = None if subject.genuine else chip_faults(seed, writes=writes)
        self.chip: WireDevice = build(subject.chip, subject.content, faults)
        # Every fourth adapter cannot reset the chip; then the user does, after an error.
        self._by_hand = not subject.genuine and seed % 4 == 0
        line = VirtualTransport(self.chip, modem_lines=not self._by_hand)
        self.line = Watched(line, schedule(seed, rng.choice(subject.spans)))
        self.errors: list[str] = []
        rf = chip(subject.chip).rf_address
        self._kept = (slice(0, APP), slice(rf, rf + SECTOR))
        self._before = subject.content

    def attempt(
        self, job: Callable[[Link], Done], after_error: Callable[[BekenlabError], None]
    ) -> Done:
        """Do a job until it is done; only typed errors may come in between."""
        for _ in range(TRIES):
            self.line.limit = self.line.now() + _PATIENCE
            try:
                return job(connect(self.line, wait=1.0))
            except BekenlabError as error:
                self._note(error)
                after_error(error)
            finally:
                for part in self._kept:
                    assert self.chip.flash[part] == self._before[part], "it cannot be rebuilt"
            self.line.replug()
            if self._by_hand:
                self.chip.reset()
        raise AssertionError(f"never done: {self.errors}")

    def _note(self, error: BekenlabError) -> None:
        assert error.code in _ERRORS, error
        assert error.advice(wording)
        self.errors.append(error.code)


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


def chip_faults(seed: int, *, writes: bool) -> ChipFaults:
    """What the chip itself does wrong."""
    rng = random.Random(-seed - 1)
    faults, requests = ChipFaults(), rng.choice((60, 600))
    if rng.random() < 0.3:
        faults = replace(faults, reset=frozenset({rng.randrange(1, requests)}))
    if rng.random() < 0.3:
        faults = replace(faults, silence=((rng.randrange(1, requests), rng.randrange(1, 5)),))
    if rng.random() < 0.2:
        faults = replace(faults, ignore_baud=frozenset({rng.randrange(1, 3)}))
    if writes and rng.random() < 0.3:
        faults = replace(faults, refuse_erase=frozenset({rng.randrange(1, 12)}))
    if writes and rng.random() < 0.2:
        faults = replace(faults, power_cut=frozenset({rng.randrange(1, 16)}))
    return faults


def run_backup(seed: int, subject: Subject | None = None) -> Trial:
    """Back a chip up through the faults of a seed; the file must be the chip."""
    subject = subject or noise(seed)
    trial = Trial(subject, seed, writes=False)
    stays = subject.stays
    with tempfile.TemporaryDirectory() as folder:
        output = Path(folder) / "backup.bin"
        journal = Path(folder) / "backup.bin.journal"
        known = 0

        def after_error(_error: BekenlabError) -> None:
            assert not output.exists(), "it was called a backup before it was one"
            assert trial.chip.flash[stays] == subject.content[stays]
            if known:
                assert len(journal.read_text().splitlines()) == known + 1, "read in vain"

        def watch(event: Event) -> None:
            nonlocal known
            if isinstance(event, Progress):
                assert event.done >= known * SECTOR, "what was read is read again"
                known = event.done // SECTOR

        def job(link: Link) -> tuple[int, BackupReport]:
            read_before = known
            report = backup(link.target, output, now=lambda: datetime.now(UTC), events=watch)
            return read_before, report

        read_before, report = trial.attempt(job, after_error)
        assert output.read_bytes() == trial.chip.flash
        assert report.resumed == read_before
        assert report.sent + report.blank + report.resumed == FLASH // SECTOR
        assert sorted(p.name for p in Path(folder).iterdir()) == ["backup.bin", "backup.bin.json"]
    assert trial.chip.flash[stays] == subject.content[stays]
    return trial


def run_write(seed: int, subject: Subject | None = None, *, whole: bool) -> Trial:
    """Write an application, or restore a whole dump, through the faults of a seed."""
    subject = subject or noise(seed)
    before = subject.content
    after, file, options = _whole(seed, before) if whole else _piece(seed, before)
    trial = Trial(subject, seed, writes=True)
    stays = subject.stays
    with tempfile.TemporaryDirectory() as folder:
        saved = Path(folder) / "backup.bin"
        saved.write_bytes(before)

        def after_error(error: BekenlabError) -> None:
            now = trial.chip.flash
            if now[stays] != before[stays]:
                assert len(list(Path(folder).glob("writes/*.json"))) == 1, "nothing to resume from"
            if error.code == "verify-failed":
                assert now[stays] != after[stays], "a good write was called a bad one"

        def job(link: Link) -> None:
            journal = WriteJournal(Path(folder))
            state = survey(link.target, journal, [saved])
            plan = plan_write(link.target, file, options, state)
            flash(link.target, plan, state, journal, reboot=False)
            assert trial.chip.flash[stays] == after[stays], "a bad write was called a good one"

        trial.attempt(job, after_error)
        assert not list(Path(folder).glob("writes/*")), "the journal was left behind"
    if isinstance(trial.chip, RomChip):
        assert trial.chip.nor.protected, "the flash is left unprotected"
    return trial


def _whole(seed: int, before: bytes) -> tuple[bytes, FlashFile, WriteOptions]:
    """The chip's own loader and calibration, and other content in two places."""
    rng = random.Random(seed)
    after = bytearray(before)
    after[APP : APP + 8 * SECTOR] = rng.randbytes(8 * SECTOR)
    after[0x1EE000 : 0x1EE000 + SECTOR] = rng.randbytes(SECTOR)
    file = recognise(InputFile("dump.bin", Path("dump.bin"), bytes(after)))
    return bytes(after), file, WriteOptions(0, force=_FORCE)


def _piece(seed: int, before: bytes) -> tuple[bytes, FlashFile, WriteOptions]:
    """Some sectors of the application; every third write begins and ends inside a sector."""
    rng = random.Random(seed)
    start = APP + rng.choice((0, 0, 0x123))
    data = rng.randbytes(rng.randrange(2 * SECTOR, 9 * SECTOR))
    after = before[:start] + data + before[start + len(data) :]
    file = recognise(InputFile("app.bin", Path("app.bin"), data))
    return after, file, WriteOptions(start, force=_FORCE)
