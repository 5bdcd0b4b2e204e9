"""One job of the pages: what it has told, what it asks, and how it ended.

Its events are kept as numbered entries, so that a reloaded page or another tab gets all of them, or
those since it lost the connection.
"""

from __future__ import annotations

import json
import secrets
import threading
import time
from contextlib import contextmanager
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from bekenlab.errors import CancelledJobError, RefusedError
from bekenlab.web.entries import Entries, Entry

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

_ANSWER_WITHIN = 3600.0


class State(StrEnum):
    """State of a job."""

    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"
    DECLINED = "declined"  # the user was asked, and said no: nothing is wrong


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
        self._entries = Entries()
        self._cancelled = False
        self._question: dict[str, Any] | None = None
        self._answer: Any = None
        self._waits = False
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

    @property
    def waits(self) -> bool:
        """Whether it cannot go on without an answer."""
        return self._waits and not self._cancelled

    def raise_if_cancelled(self) -> None:
        """Stop here if the job has been asked to.

        Raises:
            CancelledJobError: It has been.
        """
        if self._cancelled:
            raise CancelledJobError(
                "stopped at your request",
                hint="start it again: a backup resumes, and a write writes what still differs",
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
            self._entries.add(text, replaces)

    def since(self, number: int) -> list[Entry]:
        """Entries after a number; 0 for all that are still kept."""
        with self._changed:
            return self._entries.since(number)

    def ask(self, about: str, **facts: Any) -> Any:
        """Ask the person at the browser, and wait for the answer.

        Args:
            about: Subject of the question, e.g. ``"plan"``.
            facts: JSON values to show with it.

        Raises:
            CancelledJobError: The job was asked to stop, or nobody answered within an hour.
        """
        self._waits = True
        number = self._put(about, **facts)
        end = time.monotonic() + _ANSWER_WITHIN
        with self._changed:
            while self._question is not None and not self._cancelled:
                if not self._changed.wait(max(0.0, min(1.0, end - time.monotonic()))):
                    self._cancelled = self._cancelled or time.monotonic() >= end
            self._question = None
            self._waits = False
            answer = self._answer
        # It replaces the question; who opens the page later still has to know what was rehearsed.
        rehearsed = {name: facts[name] for name in ("rehearsal",) if name in facts}
        self.emit("answered", replaces="question", number=number, **rehearsed)
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
            number = self._entries.next_number
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
