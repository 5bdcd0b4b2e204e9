"""Jobs that run behind the pages: one a port, watched by any number of tabs, stopped on request.

A job is a function that runs in a thread of its own. What it tells is kept as numbered entries, so
that a page that was reloaded, or another tab, gets all of it from the beginning or from where it
stopped listening. Entries that only say how far something is replace each other.
"""

from __future__ import annotations

import json
import secrets
import threading
import time
from collections import OrderedDict
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from bekenlab.errors import BekenlabError, CancelledJobError, RefusedError, internal_error
from bekenlab.web.failures import job_error

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    Work = Callable[["Job"], Mapping[str, Any]]

_MOST_RUNNING = 8
_MOST_ENDED = 50
_MOST_ENTRIES = 5000
_MOST_BYTES = 2 << 20
_ANSWER_WITHIN = 3600.0
_LAST_WORDS = 5.0


class State(StrEnum):
    """How a job stands."""

    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Entry:
    """Something a job told.

    Attributes:
        number: Counts up; gaps are entries that were replaced by newer ones.
        text: A JSON object in one line.
    """

    number: int
    text: str


class Job:
    """One job: what runs, what it told, how it ended.

    Attributes:
        id: Cannot be guessed.
        kind: What it does, e.g. ``"backup"``.
        title: What it does it to, for a person.
        port: The port it holds while it runs, or None.
        private: What the server remembers for jobs that follow on this one; never sent anywhere.
    """

    def __init__(self, kind: str, title: str, port: str | None, now: float) -> None:
        self.id = secrets.token_urlsafe(9)
        self.kind = kind
        self.title = title
        self.port = port
        self.private: dict[str, Any] = {}
        self.state = State.RUNNING
        self._begun = now
        self._changed = threading.Condition()
        self._entries: OrderedDict[int, tuple[Entry, str | None]] = OrderedDict()
        self._latest: dict[str, int] = {}
        self._bytes = 0
        self._number = 0
        self._lost = 0
        self._cancelled = False
        self._question: dict[str, Any] | None = None
        self._answer: Any = None
        self._result: dict[str, Any] = {}

    @property
    def ended(self) -> bool:
        """Whether it has ended, well or not."""
        return self.state is not State.RUNNING

    @property
    def cancelled(self) -> bool:
        """Whether somebody wants it to end."""
        return self._cancelled

    def raise_if_cancelled(self) -> None:
        """Stop here when somebody wants it.

        Raises:
            CancelledJobError: Somebody does.
        """
        if self._cancelled:
            raise CancelledJobError(
                "stopped, as you asked", hint="start it again: it goes on where it stopped"
            )

    def emit(self, event: str, /, *, replaces: str | None = None, **facts: Any) -> None:
        """Tell something to whoever watches.

        Args:
            event: What kind of thing it is.
            replaces: An earlier entry of the same name is forgotten.
            facts: JSON values.
        """
        at = round(time.monotonic() - self._begun, 3)
        text = json.dumps({"event": event, "at": at, **facts}, separators=(",", ":"))
        with self._changed:
            self._keep(text, replaces)

    def _keep(self, text: str, replaces: str | None) -> None:
        if replaces is not None and replaces in self._latest:
            self._drop(self._latest[replaces])
        self._number += 1
        self._entries[self._number] = Entry(self._number, text), replaces
        self._bytes += len(text)
        if replaces is not None:
            self._latest[replaces] = self._number
        while len(self._entries) > _MOST_ENTRIES or self._bytes > _MOST_BYTES:
            oldest = next((n for n, (_, name) in self._entries.items() if name is None), None)
            if oldest is None:
                break
            self._lost = max(self._lost, oldest)
            self._drop(oldest)

    def _drop(self, number: int) -> None:
        entry, name = self._entries.pop(number)
        self._bytes -= len(entry.text)
        if name is not None:
            self._latest.pop(name, None)

    def since(self, number: int) -> list[Entry]:
        """What was told after an entry; 0 for everything that is still known."""
        with self._changed:
            found: list[Entry] = []
            for entry, _ in reversed(self._entries.values()):
                if entry.number <= number:
                    break
                found.append(entry)
            if self._lost > number:
                lost = {"event": "dropped", "until": self._lost}
                found.append(Entry(self._lost, json.dumps(lost)))
        return sorted(found, key=lambda entry: entry.number)

    def ask(self, about: str, **facts: Any) -> Any:
        """Ask the person in front of the browser, and wait for the answer.

        Args:
            about: What the question is about, e.g. ``"plan"``.
            facts: What the page shows with it; JSON values.

        Raises:
            CancelledJobError: The job is to stop, or nobody answered for an hour.
        """
        with self._changed:
            number = self._number + 1
            self._question = {"number": number, "about": about, **facts}
            question = dict(self._question)
        self.emit("question", replaces="question", **question)
        end = time.monotonic() + _ANSWER_WITHIN
        with self._changed:
            while self._question is not None and not self._cancelled:
                if not self._changed.wait(max(0.0, min(1.0, end - time.monotonic()))):
                    self._cancelled = self._cancelled or time.monotonic() >= end
            self._question = None
            answer = self._answer
        self.emit("answered", replaces="question", number=number)
        self.raise_if_cancelled()
        return answer

    def answer(self, number: int, value: Any) -> None:
        """Answer the question that is open.

        Raises:
            RefusedError: It is not open (any more).
        """
        with self._changed:
            if self._question is None or self._question["number"] != number:
                raise RefusedError(
                    "this question has been answered already", hint="reload the page"
                )
            self._question = None
            self._answer = value
            self._changed.notify_all()

    def cancel(self) -> None:
        """Ask it to end; it does at the next place where nothing is left half done."""
        with self._changed:
            self._cancelled = True
            self._changed.notify_all()

    def end(self, state: State, **result: Any) -> None:
        """Note how it ended."""
        with self._changed:  # together, or a port would still be held by a job that has ended
            self._result = result
            self.emit("end", replaces="end", state=str(state), **result)
            self.state = state

    def to_json(self) -> dict[str, Any]:
        """What it is and how it stands; what it told is given by :meth:`since`."""
        with self._changed:
            question = dict(self._question) if self._question else None
        return {
            "id": self.id,
            "kind": self.kind,
            "title": self.title,
            "port": self.port,
            "state": str(self.state),
            "cancelling": self._cancelled and not self.ended,
            "question": question,
            "result": self._result.get("result"),
            "error": self._result.get("error"),
        }


class JobManager:
    """All jobs of this server.

    Args:
        clock: Monotonic seconds.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._jobs: OrderedDict[str, Job] = OrderedDict()
        self._threads: dict[str, threading.Thread] = {}

    def start(self, kind: str, work: Work, *, title: str = "", port: str | None = None) -> Job:
        """Run a function as a job.

        Args:
            kind: What it does.
            work: Does it; gets the job, returns what it came to as JSON values.
            title: What it does it to.
            port: The port it needs for itself.

        Raises:
            RefusedError: Another job has that port, or too many run.
        """
        with self._lock:
            running = [job for job in self._jobs.values() if not job.ended]
            holder = next((job for job in running if port is not None and job.port == port), None)
            if holder is not None:
                raise RefusedError(
                    f"{port} is in use by a {holder.kind} that is running",
                    hint="wait until it has ended, or stop it",
                    job=holder.id,
                )
            if len(running) >= _MOST_RUNNING:
                raise RefusedError(
                    f"{len(running)} jobs are running already", hint="stop one of them"
                )
            job = Job(kind, title, port, self._clock())
            self._jobs[job.id] = job
            self._forget_old()
            thread = threading.Thread(target=_run, args=(job, work), name=job.id, daemon=True)
            self._threads[job.id] = thread
        thread.start()
        return job

    def _forget_old(self) -> None:
        ended = [job.id for job in self._jobs.values() if job.ended]
        for each in ended[: max(0, len(ended) - _MOST_ENDED)]:
            del self._jobs[each]
        self._threads = {name: t for name, t in self._threads.items() if name in self._jobs}

    def get(self, name: str) -> Job | None:
        """A job by its id."""
        with self._lock:
            return self._jobs.get(name)

    def jobs(self) -> list[Job]:
        """All that are known, newest first."""
        with self._lock:
            return list(reversed(self._jobs.values()))

    def holder(self, port: str) -> Job | None:
        """The job that has a port now."""
        return next((job for job in self.jobs() if job.port == port and not job.ended), None)

    def close(self) -> None:
        """Stop all jobs, and give them a few seconds for it."""
        for job in self.jobs():
            job.cancel()
        end = time.monotonic() + _LAST_WORDS
        for thread in list(self._threads.values()):
            thread.join(max(0.0, end - time.monotonic()))


def _run(job: Job, work: Work) -> None:
    try:
        result = work(job)
    except CancelledJobError as error:
        job.end(State.CANCELLED, error=job_error(error))
    except BekenlabError as error:
        # What a job makes of being stopped (a link that did not come about, say) is no failure.
        state = State.CANCELLED if job.cancelled else State.FAILED
        job.end(state, error=job_error(error))
    except Exception as error:  # noqa: BLE001  a thread has nobody to hand it to
        job.end(State.FAILED, error=job_error(internal_error(error)))
    else:
        job.end(State.DONE, result=dict(result))
