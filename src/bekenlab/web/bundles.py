"""One stream for a whole browser: the jobs and chips that its tabs watch, in one connection.

Browsers open six connections to a server. With a stream per tab, the seventh tab could not even
load its page. All tabs therefore share one stream and tell the server what it should carry.
"""

from __future__ import annotations

import asyncio
import json
import secrets
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from bekenlab.errors import BusyError, UsageError
from bekenlab.live.model import LiveState
from bekenlab.report.live_json import FrameWriter

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Mapping

    from bekenlab.live.session import LiveSession
    from bekenlab.web.job import Job

_POLL_SECONDS = 0.1
_BEAT_SECONDS = 4.0
_MOST_WATCHED = 256
_LONGEST_KEY = 64
_UNKNOWN = '{"event":"unknown"}'


@dataclass(frozen=True, slots=True)
class Wanted:
    """Something a tab watches.

    Attributes:
        key: The tab's own name for it, which its messages carry.
        job: Id of a job, or an empty string.
        chip: Id of a virtual chip, or an empty string.
        after: Number of the last entry of the job that the tab has.
        quiet: Whether nothing is sent for now: the tab is hidden.
    """

    key: str
    job: str
    chip: str
    after: int
    quiet: bool


def wanted_in(given: Mapping[str, Any]) -> list[Wanted]:
    """Parse ``{"watch": [{"key", "job" or "chip", "after", "quiet"}]}``.

    Raises:
        UsageError: It is something else, or too much.
    """
    rows = given.get("watch")
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise UsageError("watch must be a list of objects")
    if len(rows) > _MOST_WATCHED:
        raise BusyError(f"more than {_MOST_WATCHED} things are watched", hint="close some tabs")
    return [_wanted(row) for row in rows]


def _wanted(row: Mapping[str, Any]) -> Wanted:
    key, job, chip = (row.get(name, "") for name in ("key", "job", "chip"))
    after = row.get("after", 0)
    texts = all(isinstance(each, str) and len(each) <= _LONGEST_KEY for each in (key, job, chip))
    if not texts or not key or bool(job) == bool(chip):
        raise UsageError("each watched thing needs a key, and a job or a chip")
    if type(after) is not int or after < 0:
        raise UsageError("after must be the number of an event")
    return Wanted(key, job, chip, after, row.get("quiet") is True)


class _Source(Protocol):
    """What is watched under one key."""

    ended: bool

    def take(self) -> list[str]:
        """News since the last call, each the members of a JSON object."""
        ...

    def close(self) -> None:
        """Watch it no longer."""
        ...


class _JobSource:
    def __init__(self, job: Job, after: int) -> None:
        self._job = job
        self._after = after
        self.ended = False

    def take(self) -> list[str]:
        self.ended = self._job.ended  # read first, or the last entries could be missed
        found = self._job.since(self._after)
        self._after = max([self._after, *(entry.number for entry in found)])
        return [f'"number":{entry.number},"told":{entry.text}' for entry in found]

    def close(self) -> None:
        pass


class _ChipSource:
    def __init__(self, session: LiveSession, wake: Callable[[], None]) -> None:
        self._wake = wake
        self._news = True
        self._first = True
        self._writer = FrameWriter()
        self._watcher = session.watch(self._tell)
        self.ended = False

    def _tell(self) -> None:
        self._news = True
        self._wake()

    def take(self) -> list[str]:
        if not self._news:
            return []
        self._news = False
        frame = self._watcher.take()
        self.ended = frame.picture.state is LiveState.CLOSED
        # The first frame holds everything remembered.
        first, self._first = self._first, False
        told = json.dumps(self._writer.write(frame), separators=(",", ":"))
        return [f'"first":{json.dumps(first)},"told":{told}']

    def close(self) -> None:
        self._watcher.close()


class _Nothing:
    """A job or chip that does not exist, or no longer does."""

    ended = True

    def take(self) -> list[str]:
        return [f'"told":{_UNKNOWN}']

    def close(self) -> None:
        pass


@dataclass(slots=True)
class _Watched:
    source: _Source
    quiet: bool
    ended: bool = False


class Bundle:
    """The stream of one browser.

    Args:
        job: Finds a job by its id.
        chip: Finds a virtual chip by its id.

    Attributes:
        id: Cannot be guessed.
    """

    def __init__(
        self,
        job: Callable[[str], Job | None],
        chip: Callable[[str], LiveSession | None],
    ) -> None:
        self.id = secrets.token_urlsafe(9)
        self._job = job
        self._chip = chip
        self._watched: dict[str, _Watched] = {}
        self._news = asyncio.Event()
        self._loop = asyncio.get_running_loop()

    def want(self, wanted: list[Wanted]) -> None:
        """Carry exactly this from now on; what is carried already goes on where it was."""
        keys = {each.key for each in wanted}
        for key in [key for key in self._watched if key not in keys]:
            self._watched.pop(key).source.close()
        for each in wanted:
            known = self._watched.get(each.key)
            if known is None:
                self._watched[each.key] = _Watched(self._source(each), each.quiet)
            else:
                known.quiet = each.quiet
        self._news.set()

    def _source(self, wanted: Wanted) -> _Source:
        job = self._job(wanted.job) if wanted.job else None
        if job is not None:
            return _JobSource(job, wanted.after)
        chip = self._chip(wanted.chip) if wanted.chip else None
        return _ChipSource(chip, self._wake) if chip is not None else _Nothing()

    def _wake(self) -> None:
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._news.set)

    async def messages(self, run: str, closing: Callable[[], bool]) -> AsyncIterator[bytes]:
        """Send what is watched, as server-sent events, until the browser or the server ends.

        The next round is made when the browser has taken the last one, so nothing queues up here.

        Args:
            run: Names this run of the server.
            closing: Whether the server is shutting down.
        """
        try:
            yield _message(f'"event":"hello","stream":"{self.id}","run":"{run}"')
            beat = self._loop.time()
            while not closing():
                self._news.clear()
                for text in self._round():
                    yield _message(text)
                if self._loop.time() - beat >= _BEAT_SECONDS:
                    beat = self._loop.time()
                    yield _message('"event":"beat"')
                await self._pause()
        finally:
            self.want([])

    def _round(self) -> list[str]:
        found: list[str] = []
        for key, watched in self._watched.items():
            if watched.quiet or watched.ended:
                continue
            found += [f'"of":{json.dumps(key)},{text}' for text in watched.source.take()]
            watched.ended = watched.source.ended
        return found

    async def _pause(self) -> None:
        with suppress(TimeoutError):
            await asyncio.wait_for(self._news.wait(), _POLL_SECONDS)


def _message(members: str) -> bytes:
    return f"data: {{{members}}}\n\n".encode()


class Bundles:
    """The open streams, by id."""

    def __init__(self) -> None:
        self.run = secrets.token_urlsafe(6)
        self._open: dict[str, Bundle] = {}

    def add(self, bundle: Bundle) -> None:
        """Make a bundle known."""
        self._open[bundle.id] = bundle

    def get(self, name: str) -> Bundle | None:
        """A bundle by its id."""
        return self._open.get(name)

    def drop(self, bundle: Bundle) -> None:
        """Forget a bundle whose stream has ended."""
        self._open.pop(bundle.id, None)
