"""The guided path: its steps, and where somebody is on it, all of which is in the address."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from bekenlab.errors import NotFoundError
from bekenlab.web.manager import State

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from bekenlab.web.context import AppContext
    from bekenlab.web.manager import Job

PATH = "/guide"
STEPS = ("wire", "check", "backup", "understand", "install", "runs")
JOBS = {"check": "doctor", "backup": "backup", "install": "install", "runs": "install"}
"""The kind of job that a step is about."""

_KEPT = ("port", "board", "dump", "backup")


class Mark(StrEnum):
    """What is known of a step."""

    HERE = "here"
    DONE = "done"
    SEEN = "seen"
    AHEAD = "ahead"


@dataclass(frozen=True, slots=True)
class StepRow:
    """A step, as the list above the page shows it.

    Attributes:
        name: One of ``STEPS``.
        mark: What is known of it.
        path: Where it is; empty for one that has not been reached.
    """

    name: str
    mark: Mark
    path: str


@dataclass(frozen=True, slots=True)
class Position:
    """Where somebody is on the path.

    Attributes:
        step: One of ``STEPS``.
        reached: The furthest step so far.
        port: Id of the chosen port, or an empty string, like all that follow.
        board: Name of the module.
        dump: Id of the open file that says what the device is.
        backup: Id of the device's backup.
        job: Id of the job that the step shows.
    """

    step: str
    reached: str
    port: str = ""
    board: str = ""
    dump: str = ""
    backup: str = ""
    job: str = ""

    @classmethod
    def of(cls, query: Mapping[str, str]) -> Position:
        """The position in an address; what is not valid in it is left out."""
        step = _known(query.get("step", ""))
        reached = max(_known(query.get("reached", "")), step, key=STEPS.index)
        kept = {name: query.get(name, "") for name in (*_KEPT, "job")}
        return cls(step, reached, **kept)

    def with_board(self, board: str) -> Position:
        """The same position, with another module."""
        return replace(self, board=board)

    def path(self, step: str, **changes: str) -> str:
        """The address of a step, with all that is known so far."""
        kept = {name: getattr(self, name) for name in _KEPT} | changes
        values = {"step": step, "reached": self.reached, **kept}
        return f"{PATH}?{urlencode({name: value for name, value in values.items() if value})}"


def steps(position: Position, context: AppContext) -> list[StepRow]:
    """All steps, with what was seen of each; only what was seen counts as done."""
    done = set(_done(position, context))
    furthest = STEPS.index(position.reached)
    rows = []
    for number, name in enumerate(STEPS):
        mark = Mark.DONE if name in done else Mark.SEEN if number <= furthest else Mark.AHEAD
        mark = Mark.HERE if name == position.step else mark
        reachable = number <= furthest and mark is not Mark.HERE
        rows.append(StepRow(name, mark, position.path(name) if reachable else ""))
    return rows


def job_of(position: Position, context: AppContext) -> Job | None:
    """The job that a step shows: the one in the address, or the latest of its kind on the port."""
    kind = JOBS.get(position.step)
    jobs = [job for job in context.manager.jobs() if job.kind == kind and job.port == position.port]
    return next((job for job in jobs if job.id == position.job), jobs[0] if jobs else None)


def _done(position: Position, context: AppContext) -> Iterable[str]:
    ended = [
        job
        for job in context.manager.jobs()
        if job.port == position.port and job.state is State.DONE
    ]
    results = {job.kind: job.result for job in reversed(ended)}
    if results.get("doctor", {}).get("works"):
        yield "wire"  # it answers, so the wires are right
        yield "check"
    if _has_backup(position, context):
        yield "backup"
        if position.dump and STEPS.index(position.reached) > STEPS.index("understand"):
            yield "understand"
    installed = results.get("install", {})
    if installed.get("flash"):
        yield "install"
    if installed.get("outcome") in {"online", "joined", "started"}:
        yield "runs"


def _has_backup(position: Position, context: AppContext) -> bool:
    try:
        context.backups.get(position.backup)
    except NotFoundError:
        return False
    return True


def _known(step: str) -> str:
    return step if step in STEPS else STEPS[0]
