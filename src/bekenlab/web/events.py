"""Carries the events of a job to pages: as entries of the job, then as server-sent events."""

from __future__ import annotations

from typing import TYPE_CHECKING

import anyio

from bekenlab.events import Awaiting, Event, Line, Message, Progress
from bekenlab.report.chip_json import event_json
from bekenlab.web.failures import told

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from bekenlab.web.job import Job

_POLL_SECONDS = 0.1
_KEEP_ALIVE_SECONDS = 15.0


class JobEventSink:
    """An ``EventSink`` that records events as entries of a job.

    Of each phase only the latest progress is kept, with the ranges of flash done so far, the rate
    and the time left, so that a page opened late shows as much as one opened at the start.

    Args:
        job: The job.
        clock: Monotonic seconds.
    """

    def __init__(self, job: Job, clock: Callable[[], float]) -> None:
        self._job = job
        self._clock = clock
        self._begun: dict[str, tuple[float, int]] = {}
        self._spans: dict[str, list[tuple[int, int]]] = {}

    def __call__(self, event: Event, /) -> None:
        """Record one event."""
        facts = event_json(event)
        name = facts.pop("event")
        if isinstance(event, Progress):
            facts |= self._progress(event)
            self._job.emit(name, replaces=f"progress {event.phase}", **facts)
        elif isinstance(event, Line):
            self._job.emit(name, seconds=facts["at"], text=event.text)
        elif isinstance(event, Message):
            self._job.emit(name, **facts, **told(event.message))
        else:
            replaces = "awaiting" if isinstance(event, Awaiting) else None
            self._job.emit(name, replaces=replaces, **facts)

    def _progress(self, event: Progress) -> dict[str, object]:
        now = self._clock()
        began, first = self._begun.setdefault(event.phase, (now, event.done))
        rate = (event.done - first) / (now - began) if now > began else 0.0
        left = (event.total - event.done) / rate if rate else None
        spans = self._spans.setdefault(event.phase, [])
        if event.span is not None:
            self._spans[event.phase] = spans = merge([*spans, event.span])
        return {
            "spans": spans,
            "rate": round(rate),
            "left": None if left is None else round(left, 1),
        }


def merge(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Sort half-open ranges and join those that touch or overlap."""
    found: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if found and start <= found[-1][1]:
            found[-1] = found[-1][0], max(end, found[-1][1])
        else:
            found.append((start, end))
    return found


async def entries_of(job: Job, after: int, closing: Callable[[], bool]) -> AsyncIterator[bytes]:
    """Send a job's entries as server-sent events until it has ended.

    Args:
        job: The job.
        after: Number of the last entry the client has.
        closing: Whether the server is shutting down.
    """
    quiet = 0.0
    while not closing():
        ended = job.ended  # read first, or the last entries could be missed
        entries = job.since(after)
        for entry in entries:
            after = entry.number
            yield f"id: {entry.number}\ndata: {entry.text}\n\n".encode()
        if ended:
            return
        quiet = 0.0 if entries else quiet + _POLL_SECONDS
        if quiet >= _KEEP_ALIVE_SECONDS:
            quiet = 0.0
            yield b": still there\n\n"
        await anyio.sleep(_POLL_SECONDS)
