"""Keeps several requests in flight, so that the chip is never idle.

A loader works through its receive buffer: while it still sends one sector, the next request is
already queued inside the chip. Replies arrive in the order of the requests. A missing one is
reported as lost; the replies after it still count.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bekenlab.link.commands import link_check

if TYPE_CHECKING:
    from collections.abc import Callable

    from bekenlab.link.commands import Request
    from bekenlab.link.frames import Frame
    from bekenlab.link.session.reply_wait import ReplyWait
    from bekenlab.link.session.session import Session


@dataclass(frozen=True, slots=True)
class Answer:
    """The result of a request.

    Attributes:
        request: The request.
        data: The data of its reply, or None if the reply was lost or a refusal.
    """

    request: Request
    data: bytes | None


@dataclass(frozen=True, slots=True)
class _Flight:
    """A request in flight.

    Attributes:
        request: The request.
        check: Its number among the link checks, or 0 if it is not one.
        is_nudge: Whether it is a link check that the pipeline added by itself.
    """

    request: Request
    check: int
    is_nudge: bool


class Pipeline:
    """Requests in flight; only requests that change nothing are allowed.

    Args:
        session: The session with the loader.
        room: Returns how many bytes of requests may be queued inside the chip.

    Attributes:
        strays: Number of frames that answered nothing in flight: late or repeated replies.
        nudges: Number of link checks sent because a reply was late.
    """

    def __init__(self, session: Session, room: Callable[[], int]) -> None:
        self._session = session
        self._room = room
        self._flying: deque[_Flight] = deque()
        self._done: deque[Answer] = deque()
        self._progress = 0.0
        self._waiting: ReplyWait | None = None
        self.strays = 0
        self.nudges = 0

    def __len__(self) -> int:
        """Number of requests whose answers have not been received."""
        return self._in_flight() + len(self._done)

    def _in_flight(self) -> int:
        return sum(not flight.is_nudge for flight in self._flying)

    def fits(self, request: Request) -> bool:
        """Whether the chip has room for another request; always true when none is in flight."""
        flying = sum(len(flight.request.raw) for flight in self._flying)
        return not self._in_flight() or flying + len(request.raw) <= self._room()

    def send(self, request: Request) -> None:
        """Send a request after those in flight."""
        if not self._in_flight():
            self._progress = self._session.transport.now()
            self._waiting = None
        with self._session.lock:
            self._launch(request)
            self._session.state.has_in_flight(self._in_flight())

    def _launch(self, request: Request, *, is_nudge: bool = False) -> None:
        check = self._session.send(request)
        self._flying.append(_Flight(request, check, is_nudge))

    def receive(self) -> Answer:
        """Return the answer to the oldest request.

        If nothing arrives in time, all requests in flight count as lost, and the session is
        resynchronised.

        Raises:
            NoReplyError: The chip stopped answering.
            LineLostError: The port is gone.
        """
        with self._session.lock:
            try:
                while not self._done:
                    self._wait()
            finally:
                self._session.state.has_in_flight(self._in_flight())
        return self._done.popleft()

    def _wait(self) -> None:
        if self._waiting is None:
            oldest = next(flight for flight in self._flying if not flight.is_nudge)
            self._waiting = self._session.wait_for(oldest.request, self._progress)
        frame = self._waiting.frame()
        if frame is not None:
            self._take(frame)
        elif self._waiting.nudges:
            self._launch(link_check(), is_nudge=True)
            self._waiting.nudged()
            self.nudges += 1
        else:
            for swallowed in self._session.torn_frames():
                self._take(swallowed)
            if not self._done:
                self._lose(len(self._flying))
                self._session.resync()

    def _take(self, frame: Frame) -> None:
        for skipped, flight in enumerate(self._flying):
            if self._answers(frame, flight):
                self._lose(skipped)
                self._flying.popleft()
                self._done_with(flight, frame)
                return
        self.strays += 1

    def _answers(self, frame: Frame, flight: _Flight) -> bool:
        """Whether a frame answers a request; a link check's reply may be to an earlier one."""
        return flight.request.matches(frame) and flight.check <= self._session.checks_answered

    def _done_with(self, flight: _Flight, frame: Frame) -> None:
        self._progress = self._session.transport.now()
        self._waiting = None
        if flight.is_nudge:
            return
        request = flight.request
        good = request.refused(frame) is None
        self._done.append(Answer(request, request.data(frame) if good else None))

    def _lose(self, count: int) -> None:
        lost = [self._flying.popleft() for _ in range(count)]
        requests = [flight.request for flight in lost if not flight.is_nudge]
        self._session.state.count_lost(len(requests))
        self._done.extend(Answer(request, None) for request in requests)
