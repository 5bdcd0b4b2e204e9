"""Carrying out a plan: write, verify, and leave everything else as it was."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from bekenlab import stopping
from bekenlab.chips import SECTOR
from bekenlab.errors import Action
from bekenlab.events import EventSink, Finished, Message, Progress, Started, ignore
from bekenlab.flashing.guard import raise_if_backup_is_gone, same_chip_guard
from bekenlab.flashing.journal import WriteJournal, WriteRecord, at_work
from bekenlab.flashing.same_chip import identity_facts, protected_regions
from bekenlab.flashing.state import JOB, ChipState, lost_sectors
from bekenlab.link.comparing import verified_crcs
from bekenlab.link.errors import VerifyFailedError
from bekenlab.link.reading import read_sectors
from bekenlab.link.unlock import protection_of, read_status, unlocked
from bekenlab.link.writing import write_sector

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from bekenlab.flashing.plan import FlashPlan, PlannedSector
    from bekenlab.link.target import Target

_ROUNDS = 3


def _now() -> datetime:
    return datetime.now().astimezone()


@dataclass(frozen=True, slots=True)
class FlashReport:
    """The result of a write.

    Attributes:
        plan: The plan that was carried out.
        written: Sectors erased and written.
        retried: Sectors that took more than one try.
        repaired: Damaged sectors outside the written range that were restored.
        seconds: How long it took, by the transport's clock.
        baud: Baud rate at the end.
        rebooted: Whether the chip was asked to start its firmware.
    """

    plan: FlashPlan
    written: int
    retried: int
    repaired: int
    seconds: float
    baud: int
    rebooted: bool


def flash(
    target: Target,
    plan: FlashPlan,
    state: ChipState,
    journal: WriteJournal,
    *,
    reboot: bool = True,
    now: Callable[[], datetime] = _now,
    events: EventSink = ignore,
) -> FlashReport:
    """Carry out a plan.

    After any failure, the next plan for this chip resumes where this one stopped.

    Args:
        target: The chip.
        plan: What to do; made from ``state``.
        state: What the chip held when the plan was made.
        journal: Where to record what the chip held.
        reboot: Start the firmware at the end.
        now: Wall-clock time, for the record.
        events: Receives progress.

    Raises:
        RefusedError: The plan has refusals, its backup is gone, or another chip answers than it was
            made for.
        VerifyFailedError: The chip does not hold the right bytes after all tries.
        BekenlabError: The port, the chip or the journal fails.
    """
    plan.raise_if_refused()
    started = target.session.transport.now()
    run = _Run(target, plan, state, events)
    if plan.changes:
        raise_if_backup_is_gone(plan)
        events(Started(JOB, (len(plan.sectors) + len(plan.repairs)) * SECTOR))
        guard = same_chip_guard(target, plan, state)
        guard()  # the user was asked meanwhile, which may have taken an hour
        record = run.record(now())
        saved = journal.save(record, state.unfinished[0] if state.unfinished else None)
        target.session.state.check_after_relink(guard)
        with at_work(saved), unlocked(target, record.status):
            run.write_all()
            run.verify(record)
        _forget(saved)
    elif state.unfinished:
        # Everything is written; only the write protection may not have been restored.
        path, earlier = state.unfinished
        with unlocked(target, earlier.status):
            pass
        _forget(path)
    if reboot:
        target.reboot()
    events(Finished(JOB))
    return FlashReport(
        plan=plan,
        written=run.written,
        retried=run.retried,
        repaired=run.repaired,
        seconds=target.session.transport.now() - started,
        baud=target.session.baud,
        rebooted=reboot,
    )


def _forget(record: Path | None) -> None:
    if record is not None:
        record.unlink(missing_ok=True)


class _Run:
    """Writes sectors and counts them."""

    def __init__(
        self, target: Target, plan: FlashPlan, state: ChipState, events: EventSink
    ) -> None:
        self._target = target
        self._plan = plan
        self._state = state
        self._events = events
        self.written = 0
        self.retried = 0
        self.repaired = 0

    def record(self, now: datetime) -> WriteRecord:
        """A record of what the chip holds before anything is changed."""
        earlier = self._state.unfinished[1] if self._state.unfinished else None
        status = earlier.status if earlier else self._status()
        crcs = {**self._state.crcs, **(_outside(earlier) if earlier else {})}
        partial = {sector.address for sector in self._plan.sectors if sector.partial}
        regions = protected_regions(self._target.identity)
        wanted = partial | {a for r in regions for a in range(r.start, r.end, SECTOR)}
        originals = dict(earlier.originals) if earlier else {}
        missing = sorted(a for a in wanted if a not in originals and a < self._target.size)
        originals |= {s.address: s.data for s in read_sectors(self._target, missing)}
        return WriteRecord(
            chip=identity_facts(self._target.identity),
            ranges=tuple((piece.start, piece.end) for piece in self._plan.pieces),
            crcs={**crcs, **{a: zlib.crc32(data) for a, data in originals.items()}},
            originals=originals,
            backup=self._plan.backup,
            status=status,
            title=self._plan.title,
            made=now.isoformat(timespec="minutes"),
        )

    def _status(self) -> int | None:
        if self._target.identity.protocol.registers is None:
            return None
        return read_status(self._target, protection_of(self._target))

    def write_all(self) -> None:
        """Write the planned sectors, then repair damaged ones elsewhere."""
        total = (len(self._plan.sectors) + len(self._plan.repairs)) * SECTOR
        for sector in self._plan.sectors:
            self._write(sector)
            self.written += 1
            span = (sector.address, sector.address + SECTOR)
            self._events(Progress(JOB, "write", self.written * SECTOR, total, span))
        for sector in self._plan.repairs:
            self._write(sector)
            self.repaired += 1

    def _write(self, sector: PlannedSector) -> None:
        stopping.check()
        tries = write_sector(self._target, sector.address, sector.data)
        if tries > 1:
            self.retried += 1
            text = f"sector {sector.address:#x} was written correctly after {tries} tries"
            self._events(Message(JOB, "sector-rewritten", text))

    def verify(self, record: WriteRecord) -> None:
        """Compare all of flash: the new bytes, and everything else as it was.

        Noise can corrupt the address of an erase command, which nothing on the wire protects. A
        sector erased that way is restored from the record or the backup.
        """
        for _ in range(_ROUNDS):
            wrong = self._wrong(record)
            if not wrong:
                return
            for address, data in wrong.items():
                text = f"sector {address:#x} does not hold the right bytes; writing it again"
                self._events(Message(JOB, "sector-rewritten", text))
                write_sector(self._target, address, data)
                self.repaired += 1
        raise VerifyFailedError(
            "the chip still does not hold the right bytes after several tries",
            action=(Action("check-power"), Action("repeat")),
        )

    def _wrong(self, record: WriteRecord) -> dict[int, bytes]:
        """Sectors that do not hold the right bytes, with the bytes that belong there."""
        plan = self._plan
        wanted = {s.address: s.data for s in (*plan.sectors, *plan.same, *plan.repairs)}
        due = {**record.crcs, **{a: zlib.crc32(data) for a, data in wanted.items()}}
        crcs: dict[int, int] = {}
        for piece in verified_crcs(self._target, due):
            crcs |= piece
            span = (min(piece), max(piece) + SECTOR)
            done = len(crcs) * SECTOR
            self._events(Progress(JOB, "verify", done, self._target.size, span))
        wrong = {a: data for a, data in wanted.items() if due[a] != crcs.get(a)}
        changed = {a for a in crcs if a not in wanted and crcs[a] != due.get(a)}
        known = lost_sectors(record, crcs, self._state.backup)
        unknown = sorted(changed - known.keys())
        if unknown:
            shown = ", ".join(f"{a:#x}" for a in unknown[:5])
            raise VerifyFailedError(
                f"sectors outside the written range have changed: {shown}",
                action=Action("restore-backup"),
                sectors=unknown,
            )
        return wrong | {a: known[a] for a in changed}


def _outside(record: WriteRecord) -> dict[int, int]:
    return {a: crc for a, crc in record.crcs.items() if not record.is_inside(a)}
