"""The guided path: its steps, and where somebody is on it, all of which is in the address."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from bekenlab.errors import NotFoundError
from bekenlab.web.job import State

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import Any

    from bekenlab.web.context import AppContext
    from bekenlab.web.job import Job

PATH = "/guide"
STEPS = ("wire", "check", "backup", "understand", "install", "runs")
JOBS = {"check": "doctor", "backup": "backup", "install": "install", "runs": "install"}
"""The kind of job that a step is about."""

_KEPT = ("port", "board", "dump", "image", "backup", "cut")
_TALKED = ("info", "backup", "write", "restore", "verify", "install", "reboot")
"""Jobs that only end well if the chip has answered."""


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
        image: Id of the open file that is to be installed.
        backup: Id of the device's backup.
        cut: Ids of what was cut off on this device while somebody was on the path.
        job: Id of the job that the step shows.
        done: Steps that were seen to be done. Jobs are forgotten when the server ends, or another
            port is chosen; what somebody saw done here stays ticked.
    """

    step: str
    reached: str
    port: str = ""
    board: str = ""
    dump: str = ""
    image: str = ""
    backup: str = ""
    cut: str = ""
    job: str = ""
    done: frozenset[str] = frozenset()

    @classmethod
    def of(cls, query: Mapping[str, str]) -> Position:
        """The position in an address; what is not valid in it is left out."""
        step = _known(query.get("step", ""))
        reached = max(_known(query.get("reached", "")), step, key=STEPS.index)
        kept = {name: query.get(name, "") for name in (*_KEPT, "job")}
        done = frozenset(query.get("done", "").split(".")) & set(STEPS)
        return cls(step, reached, **kept, done=done)

    def with_board(self, board: str) -> Position:
        """The same position, with another module."""
        return replace(self, board=board)

    def path(self, step: str, **changes: str) -> str:
        """The address of a step, with all that is known so far."""
        kept = {name: getattr(self, name) for name in _KEPT} | changes
        done = ".".join(name for name in STEPS if name in self.done)
        values = {"step": step, "reached": self.reached, **kept, "done": done}
        return f"{PATH}?{urlencode({name: value for name, value in values.items() if value})}"


def with_done(position: Position, context: AppContext) -> Position:
    """The position, with all steps that were seen to be done until now."""
    results = _results(position, context)
    proven = set(_done(position, results, context))
    # What was found to be wrong later counts more than an earlier tick.
    disproven = {"wire", "check"} if results.get("doctor", {}).get("works") is False else set()
    if position.backup and "backup" not in proven:
        disproven |= {"backup"}
    return replace(position, done=frozenset((position.done - disproven) | proven))


def steps(position: Position) -> list[StepRow]:
    """All steps, with what was seen of each; only what was seen counts as done."""
    furthest = STEPS.index(position.reached)
    rows = []
    for number, name in enumerate(STEPS):
        seen = Mark.SEEN if number <= furthest else Mark.AHEAD
        mark = Mark.DONE if name in position.done else seen
        mark = Mark.HERE if name == position.step else mark
        reachable = number <= furthest and mark is not Mark.HERE
        rows.append(StepRow(name, mark, position.path(name) if reachable else ""))
    return rows


def job_of(position: Position, context: AppContext) -> Job | None:
    """The job that a step shows: the one in the address, or the latest of its kind on the port."""
    kind = JOBS.get(position.step)
    jobs = [job for job in context.manager.jobs() if job.kind == kind and job.port == position.port]
    return next((job for job in jobs if job.id == position.job), jobs[0] if jobs else None)


def _results(position: Position, context: AppContext) -> Mapping[str, Mapping[str, Any]]:
    """What the latest job of each kind on the port has found, the latest job last."""
    ended = [
        job
        for job in context.manager.jobs()
        if job.port == position.port and job.state is State.DONE
    ]
    found: dict[str, Mapping[str, Any]] = {}
    for job in reversed(ended):
        found.pop(job.kind, None)
        found[job.kind] = job.result
    return found


def _done(
    position: Position, results: Mapping[str, Mapping[str, Any]], context: AppContext
) -> Iterable[str]:
    answered = [kind for kind in results if kind == "doctor" or kind in _TALKED]
    checked = results["doctor"] if answered[-1:] == ["doctor"] else None
    if checked is None or checked.get("works"):
        yield from ("wire", "check") if answered else ()
    elif any(check["name"] == "link" and check["ok"] for check in checked.get("checks", ())):
        yield "wire"  # it answers, so the wires are right
    if _has_backup(position, results, context):
        yield "backup"
        if position.dump and STEPS.index(position.reached) > STEPS.index("understand"):
            yield "understand"
    installed = results.get("install", {})
    if installed.get("flash"):
        yield from ("understand", "install")  # its pins were looked at in the plan
    if installed.get("outcome") in {"online", "joined", "started"}:
        yield "runs"


def _has_backup(
    position: Position, results: Mapping[str, Mapping[str, Any]], context: AppContext
) -> bool:
    made = results.get("install", {}).get("backup", "")
    try:
        context.backups.get(position.backup or str(made))
    except NotFoundError:
        return False
    return True


def _known(step: str) -> str:
    return step if step in STEPS else STEPS[0]
