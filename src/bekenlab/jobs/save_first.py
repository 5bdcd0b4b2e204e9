"""Saves what a write would destroy and no backup holds, between the answer and the first sector."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from bekenlab.errors import Action, Notice
from bekenlab.events import EventSink, Message
from bekenlab.flashing.backup_files import next_output
from bekenlab.flashing.unsaved import known_sectors, unsaved_sectors
from bekenlab.jobs.backup import backup_linked, make_folder

if TYPE_CHECKING:
    from bekenlab.flashing.places import Places
    from bekenlab.flashing.planner import WriteProposal
    from bekenlab.link.target import Target

JOB = "write"


class SaveFirst:
    """Makes a new backup when the one a plan relies on does not hold all that it would destroy.

    Args:
        target: The chip.
        places: The user's folders.
        events: Receives progress.
    """

    def __init__(self, target: Target, places: Places, events: EventSink) -> None:
        self._target = target
        self._places = places
        self._events = events

    def saved(self, proposal: WriteProposal) -> WriteProposal:
        """The same proposal, relying on a backup that holds everything it destroys.

        Only sectors that differ from the earlier backup are read. Whoever overrides the rule that
        there must be a backup gets none.

        Raises:
            BekenlabError: The port, the chip or a file fails; nothing was changed on the chip.
        """
        state = proposal.state
        if state.backup is None or not unsaved_sectors(proposal.plan, state):
            return proposal
        text = "the backup is from before the last changes on the device; making a new one"
        self._events(Message(JOB, "backup-outdated", text))
        folder = make_folder(self._places.backups, Action("back-up-first"))
        path = next_output(folder, proposal.identity, datetime.now(UTC))
        backup_linked(
            self._target,
            path,
            self._places,
            seen=state.crcs,
            known=known_sectors(state),
            events=self._events,
        )
        saved = (path, path.read_bytes())
        return replace(
            proposal,
            plan=replace(proposal.plan, backup=path),
            state=replace(state, backup=saved),
        )


def with_unsaved_notice(proposal: WriteProposal, *, saves: bool) -> WriteProposal:
    """The proposal with a notice if it would destroy what no backup holds.

    Args:
        proposal: The proposal.
        saves: Whether that is saved before it is overwritten.
    """
    plan = proposal.plan
    lost = unsaved_sectors(plan, proposal.state) if proposal.state.backup else ()
    if not lost:
        return proposal
    places = ", ".join(f"{address:#x}" for address in lost[:3]) + (", ..." if lost[3:] else "")
    count = "1 sector holds" if len(lost) == 1 else f"{len(lost)} sectors hold"
    text = f"{count} what no backup has, such as settings ({places})."
    if saves:
        notice = Notice("backup-outdated", f"{text} A new backup is made before it is overwritten.")
    else:
        notice = Notice("not-in-backup", f"{text} It will be lost.")
    return replace(proposal, plan=replace(plan, notices=(*plan.notices, notice)))
