"""Background jobs of the pages: at most one per port, watched by any number of tabs.

A job is a function that runs in its own thread. Its events are kept as numbered entries, so that a
reloaded page or another tab gets all of them, or those since it lost the connection. A progress
entry replaces the one before it.
"""

from __future__ import annotations

import json
import secrets
import threading
import time
from collections import OrderedDict
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from bekenlab.errors import (
    BekenlabError,
    CancelledJobError,
    DeclinedError,
    RefusedError,
    error_of,
)
from bekenlab.stopping import stopped_by
from bekenlab.web.failures import job_error

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    Work = Callable[["Job"], Mapping[str, Any]]

_MOST_RUNNING = 8
_MOST_ENDED = 50
_MOST_ENTRIES = 5000
_MOST_BYTES = 2 << 20
_ANSWER_WITHIN = 3600.0
_SHUTDOWN_SECONDS = 5.0


class State(StrEnum):
    """State of a job."""

    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"
    DECLINED = "declined"  # the user was asked, and said no: nothing is wrong


@dataclass(frozen=True, slots=True)
class Entry:
    """An event of a job.

    Attributes:
        number: Increases; a gap is an entry that was replaced by a newer one.
        text: A JSON object on one line.
    """

    number: int
    text: str


class Job:
    """A job with its entries and its outcome.

    Attributes:
        id: Cannot be guessed.
        kind: The kind of job, e.g. ``"backup"``.
        title: Its object, for display: a file or port.
        port: The port it occupies while it runs, or None.
        file: Id of the open file it is about, or None.
        private: Data kept on the server for later jobs; never sent.
    """

    def __init__(self, kind: str, title: str, port: str | None, now: float) -> None:
        self.id = secrets.token_urlsafe(9)
        self.kind = kind
        self.title = title
        self.port = port
        self.file: str | None = None
        self.private: dict[str, Any] = {}
        self.state = State.RUNNING
        self._begun = now
        self._ended: float | None = None
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
    def seconds(self) -> float:
        """How long it has been running, or ran."""
        end = self._ended if self._ended is not None else time.monotonic()
        return end - self._begun

    @property
    def ended(self) -> bool:
        """Whether it has ended, successfully or not."""
        return self.state is not State.RUNNING

    @property
    def result(self) -> Mapping[str, Any]:
        """What it returned; empty until it is done."""
        found: Mapping[str, Any] = self._result.get("result") or {}
        return found

    @property
    def cancelled(self) -> bool:
        """Whether it has been asked to stop."""
        return self._cancelled

    def raise_if_cancelled(self) -> None:
        """Stop here if the job has been asked to.

        Raises:
            CancelledJobError: It has been.
        """
        if self._cancelled:
            raise CancelledJobError(
                "stopped at your request", hint="start it again: it resumes where it stopped"
            )

    def emit(self, event: str, /, *, replaces: str | None = None, **facts: Any) -> None:
        """Add an entry and notify the watchers.

        Args:
            event: Kind of event.
            replaces: A name; an earlier entry with this name is dropped.
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
        """Entries after a number; 0 for all that are still kept."""
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
        """Ask the person at the browser, and wait for the answer.

        Args:
            about: Subject of the question, e.g. ``"plan"``.
            facts: JSON values to show with it.

        Raises:
            CancelledJobError: The job was asked to stop, or nobody answered within an hour.
        """
        number = self._put(about, **facts)
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

    @contextmanager
    def offer(self, about: str, **facts: Any) -> Iterator[Callable[[], bool]]:
        """Ask something that the job does not wait for; the question is open within the block.

        Args:
            about: Subject of the question, e.g. ``"search"``.
            facts: JSON values to show with it.

        Yields:
            Whether it has been answered.
        """
        number = self._put(about, **facts)

        def answered() -> bool:
            question = self._question
            return question is None or question["number"] != number

        try:
            yield answered
        finally:
            with self._changed:
                self._question = None
            self.emit("answered", replaces="question", number=number)

    def _put(self, about: str, **facts: Any) -> int:
        with self._changed:
            number = self._number + 1
            self._question = {"number": number, "about": about, **facts}
            question = dict(self._question)
        self.emit("question", replaces="question", **question)
        return number

    def answer(self, number: int, value: Any) -> None:
        """Answer the open question.

        Raises:
            RefusedError: It is not open, or no longer is.
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
        """Ask it to stop; it does at the next point where nothing is left half done."""
        with self._changed:
            self._cancelled = True
            self._changed.notify_all()

    def end(self, state: State, **result: Any) -> None:
        """Record how it ended."""
        with self._changed:  # together, or an ended job could still occupy its port
            self._result = result
            self._ended = time.monotonic()
            self.emit("end", replaces="end", state=str(state), **result)
            self.state = state

    def to_json(self) -> dict[str, Any]:
        """Description and state; the entries come from :meth:`since`."""
        with self._changed:
            question = dict(self._question) if self._question else None
        return {
            "id": self.id,
            "kind": self.kind,
            "title": self.title,
            "port": self.port,
            "file": self.file,
            "seconds": round(self.seconds, 1),
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

    def start(
        self,
        kind: str,
        work: Work,
        *,
        title: str = "",
        port: str | None = None,
        file: str | None = None,
    ) -> Job:
        """Run a function as a job.

        Args:
            kind: The kind of job.
            work: The function; it gets the job and returns its result as JSON values.
            title: Its object, for display.
            port: The port it needs exclusively.
            file: Id of the open file it is about.

        Raises:
            RefusedError: Another job uses that port, or too many jobs are running.
        """
        with self._lock:
            running = [job for job in self._jobs.values() if not job.ended]
            holder = next((job for job in running if port is not None and job.port == port), None)
            if holder is not None:
                raise RefusedError(
                    f"{port} is in use by a running {holder.kind} job",
                    hint="wait for it to end, or stop it",
                    job=holder.id,
                )
            if len(running) >= _MOST_RUNNING:
                raise RefusedError(
                    f"{len(running)} jobs are already running", hint="stop one of them"
                )
            job = Job(kind, title, port, self._clock())
            job.file = file
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
        """All known jobs, newest first."""
        with self._lock:
            return list(reversed(self._jobs.values()))

    def latest(self, kind: str, file: str) -> Job | None:
        """The latest job of a kind about an open file, or None."""
        return next((job for job in self.jobs() if job.kind == kind and job.file == file), None)

    def holder(self, port: str) -> Job | None:
        """The job that occupies a port, or None."""
        return next((job for job in self.jobs() if job.port == port and not job.ended), None)

    def close(self) -> None:
        """Stop all jobs, waiting a few seconds for them to end."""
        for job in self.jobs():
            job.cancel()
        end = time.monotonic() + _SHUTDOWN_SECONDS
        for thread in list(self._threads.values()):
            thread.join(max(0.0, end - time.monotonic()))


def _run(job: Job, work: Work) -> None:
    try:
        with stopped_by(job.raise_if_cancelled):
            result = work(job)
    except CancelledJobError as error:
        job.end(State.CANCELLED, error=job_error(error))
    except DeclinedError as error:
        job.end(State.DECLINED, error=job_error(error))
    except BekenlabError as error:
        # An error caused by stopping the job (an unfinished link, say) is not a failure.
        state = State.CANCELLED if job.cancelled else State.FAILED
        job.end(state, error=job_error(error))
    except Exception as error:  # noqa: BLE001  nothing above catches it in a thread
        job.end(State.FAILED, error=job_error(error_of(error)))
    else:
        job.end(State.DONE, result=dict(result))
