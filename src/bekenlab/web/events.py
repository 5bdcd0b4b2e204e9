"""What jobs tell, on its way to a page: as entries of a job, and as server-sent events."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import anyio

from bekenlab.errors import BusyError
from bekenlab.events import Awaiting, Event, Line, Progress
from bekenlab.report.chip_json import event_json

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator

    from bekenlab.web.manager import Job

_EVERY = 0.1
_STILL_THERE = 15.0
_MOST_STREAMS = 32


class JobEventSink:
    """An ``EventSink`` that tells a job's watchers.

    Of each phase only the latest progress is kept, with all of flash it has dealt with, its rate
    and the time left: a page that comes late sees as much as one that was there from the start.

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
        """Tell one event."""
        facts = event_json(event)
        name = facts.pop("event")
        if isinstance(event, Progress):
            facts |= self._progress(event)
            self._job.emit(name, replaces=f"progress {event.phase}", **facts)
        elif isinstance(event, Line):
            self._job.emit(name, seconds=facts["at"], text=event.text)
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
    """Half-open ranges in order, those that touch or overlap as one."""
    found: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if found and start <= found[-1][1]:
            found[-1] = found[-1][0], max(end, found[-1][1])
        else:
            found.append((start, end))
    return found


class Streams:
    """Counts open event streams, so that a page gone wild cannot use up the server."""

    def __init__(self) -> None:
        self._open = 0

    async def of(self, job: Job, after: int, closing: Callable[[], bool]) -> AsyncIterator[bytes]:
        """A job's entries as server-sent events, until it has ended.

        Args:
            job: The job.
            after: Number of the last entry that is known already.
            closing: Whether the server is about to end.
        """
        with self.counted():
            quiet = 0.0
            while not closing():
                ended = job.ended  # asked first: what it tells before it ends must not be missed
                entries = job.since(after)
                for entry in entries:
                    after = entry.number
                    yield f"id: {entry.number}\ndata: {entry.text}\n\n".encode()
                if ended:
                    return
                quiet = 0.0 if entries else quiet + _EVERY
                if quiet >= _STILL_THERE:
                    quiet = 0.0
                    yield b": still there\n\n"
                await anyio.sleep(_EVERY)

    @contextmanager
    def counted(self) -> Iterator[None]:
        """Count a stream as open as long as it is."""
        self._open += 1
        try:
            yield
        finally:
            self._open -= 1

    def raise_if_full(self) -> None:
        """Refuse one stream too many.

        Raises:
            BusyError: There are as many as there may be.
        """
        if self._open >= _MOST_STREAMS:
            raise BusyError(
                f"{self._open} pages are listening already", hint="close some of the tabs"
            )
