"""Plans for one chip: any number of them from one survey of its flash.

One CRC over the bytes to be written shows that a write would change nothing. Any other plan needs a
survey of all of flash, since everything else must be verified before and after; a loader that
computes CRCs slowly (the BK7231T's takes 3 s per MiB in the virtual chip) needs ten seconds for it.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bekenlab.events import EventSink, ignore
from bekenlab.flashing.condition import examine
from bekenlab.flashing.flash_answers import raise_if_flash_is_silent
from bekenlab.flashing.flash_file import RUNS
from bekenlab.flashing.pieces import Piece, inside
from bekenlab.flashing.plan import FlashPlan, compose
from bekenlab.flashing.plan_write import (
    condition_notices,
    loader_area,
    placed,
    plan_write,
    title_of,
)
from bekenlab.flashing.refusals import Situation, refusals
from bekenlab.flashing.state import ChipState, survey
from bekenlab.image.condition import NOTHING_KNOWN
from bekenlab.link.reading import read_alone

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from bekenlab.flashing.flash_file import FlashFile
    from bekenlab.flashing.journal import WriteJournal
    from bekenlab.flashing.plan import PlannedSector
    from bekenlab.flashing.plan_write import Placed, WriteOptions
    from bekenlab.image.condition import Condition
    from bekenlab.link.identity import Identity
    from bekenlab.link.target import Target

# A different file mostly differs at its beginning, which is cheap to check.
_FIRST = 0x8000


@dataclass(frozen=True, slots=True, eq=False, weakref_slot=True)
class WriteProposal:
    """What a write would do to a chip; nothing has been changed yet.

    Attributes:
        identity: The chip.
        plan: The plan.
        options: The options it was made with.
        state: What the chip holds, as the plan assumes.
    """

    identity: Identity
    plan: FlashPlan
    options: WriteOptions
    state: ChipState = field(repr=False)


class Planner:
    """Works out what writing files would do to a chip.

    Args:
        target: The chip.
        files: What to write: one file, or several in one plan, each to where it belongs.
        journal: Records of interrupted writes.
        backups: Files that may be backups of the chip, oldest first.
        state: What the chip holds, if known; else the chip is surveyed when needed.
        events: Receives progress.
    """

    def __init__(
        self,
        target: Target,
        files: Sequence[FlashFile],
        journal: WriteJournal,
        backups: Sequence[Path] = (),
        *,
        state: ChipState | None = None,
        events: EventSink = ignore,
    ) -> None:
        self._target = target
        self._files = files
        self._journal = journal
        self._backups = backups
        self._state = state
        self._events = events

    def propose(self, options: WriteOptions) -> WriteProposal:
        """Make a plan; reads a few sectors at most, changes nothing.

        Raises:
            UsageError: A file's address is unknown, or two files overlap.
            BekenlabError: The chip or the port fails.
        """
        plan, state = self._plan(options)
        return WriteProposal(self._target.identity, plan, options, state)

    def _plan(self, options: WriteOptions) -> tuple[FlashPlan, ChipState]:
        raise_if_flash_is_silent(self._target)
        first, *others = self._files
        if self._state is None and not others:
            plan = plan_unchanged(self._target, first, options, self._journal)
            if plan is not None:
                return plan, ChipState({}, None, None)
        if self._state is None:
            self._state = survey(self._target, self._journal, self._backups, events=self._events)
        return plan_write(self._target, first, options, self._state, also=others), self._state


def plan_unchanged(
    target: Target, file: FlashFile, options: WriteOptions, journal: WriteJournal
) -> FlashPlan | None:
    """The plan of a write that would change nothing, or None if it might change something.

    Args:
        target: The chip.
        file: What to write.
        options: Where to, and what to leave alone.
        journal: Records of interrupted writes; after one, more than this file may need repair.

    Raises:
        UsageError: The file's address is unknown.
        BekenlabError: The chip or the port fails.
    """
    condition = NOTHING_KNOWN
    if file.kind in RUNS:
        condition = examine(target, likely=[loader_area(file)])
    part = placed(target, file, options, options.address, condition)
    pieces = tuple(piece for whole in part.pieces for piece in inside(whole, target.size))
    if not pieces or journal.concerns(target.identity) or not _holds(target, pieces):
        return None
    same, _ = compose(pieces, {}, lambda address: read_alone(target, address).data)
    if _is_refused(target, part, options, same, condition):
        return None
    return FlashPlan(
        title=title_of(file),
        pieces=pieces,
        sectors=(),
        same=same,
        kept=tuple(part.kept),
        notices=tuple(condition_notices(condition, [part])),
        condition=condition,
        baud=target.session.baud,
    )


def _is_refused(
    target: Target,
    part: Placed,
    options: WriteOptions,
    same: Sequence[PlannedSector],
    condition: Condition,
) -> bool:
    """Whether a rule refuses the file, which also holds when the chip already has its bytes."""
    held = {sector.address: sector.data for sector in same}
    situation = Situation(
        file=part.file,
        pieces=part.pieces,
        identity=target.identity,
        crcs={address: zlib.crc32(data) for address, data in held.items()},
        condition=condition,
        loader=part.loader,
        has_backup=True,  # nothing is lost
    )
    return any(refusal.code not in options.force for refusal in refusals(situation))


def _holds(target: Target, pieces: Sequence[Piece]) -> bool:
    first = pieces[0]
    begin = Piece(first.start, first.data[:_FIRST])
    return all(
        target.crc(piece.start, piece.end) == zlib.crc32(piece.data) for piece in (begin, *pieces)
    )
