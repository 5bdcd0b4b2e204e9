"""Several requests on their way at once, so that the line to us never idles.

A loader works through its receive buffer: while one sector is still leaving, the next request
already waits inside the chip. Replies come in the order of the requests. One that is missing is
reported as lost, and what came after it still counts.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bekenlab.link.commands import link_check
from bekenlab.link.waiting import Waiting

if TYPE_CHECKING:
    from collections.abc import Callable

    from bekenlab.link.commands import Request
    from bekenlab.link.frames import Frame
    from bekenlab.link.session import Session


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of a request.

    Attributes:
        request: The request.
        data: Its reply's data, or None when the reply was lost or said no.
    """

    request: Request
    data: bytes | None


class Pipeline:
    """Requests in flight; none of them may change anything.

    Args:
        session: The chip.
        room: Tells how many bytes of requests may wait inside the chip at once.

    Attributes:
        strays: Frames that came and answered nothing in flight: late or doubled replies.
    """

    def __init__(self, session: Session, room: Callable[[], int]) -> None:
        self._session = session
        self._room = room
        self._flying: deque[Request] = deque()
        self._done: deque[Answer] = deque()
        self._nudge = link_check()
        self._progress = 0.0
        self._waiting: Waiting | None = None
        self.strays = 0

    def __len__(self) -> int:
        """Requests without an answer yet."""
        return self._in_flight() + len(self._done)

    def _in_flight(self) -> int:
        return sum(request is not self._nudge for request in self._flying)

    def fits(self, request: Request) -> bool:
        """Whether the chip has room for one more request; always when none is in flight."""
        flying = sum(len(other.raw) for other in self._flying)
        return not self._in_flight() or flying + len(request.raw) <= self._room()

    def send(self, request: Request) -> None:
        """Send a request behind the others."""
        if not self._in_flight():
            self._progress = self._session.transport.now()
            self._waiting = None
        with self._session.turn:
            self._session.send(request)
            self._flying.append(request)
            self._session.flying = self._in_flight()

    def receive(self) -> Answer:
        """The answer to the oldest request.

        When nothing comes in time, all requests in flight count as lost and the line is brought
        back in step.

        Raises:
            NoReplyError: The chip is gone.
            LineLostError: The line is gone.
        """
        with self._session.turn:
            try:
                while not self._done:
                    self._wait()
            finally:
                self._session.flying = self._in_flight()
        return self._done.popleft()

    def _wait(self) -> None:
        if self._waiting is None:
            self._waiting = Waiting(self._session, self._flying[0], self._progress)
        frame = self._waiting.frame()
        if frame is not None:
            self._take(frame)
        elif self._waiting.nudges:
            self._session.send(self._nudge)
            self._flying.append(self._nudge)
            self._waiting.nudged()
        else:
            self._waiting = None
            for swallowed in self._session.torn_frames():
                self._take(swallowed)
            if not self._done:
                self._lose(len(self._flying))
                self._session.resync()

    def _take(self, frame: Frame) -> None:
        for skipped, request in enumerate(self._flying):
            if request.matches(frame):
                self._lose(skipped)
                self._flying.popleft()
                if request is not self._nudge:
                    good = request.refused(frame) is None
                    self._done.append(Answer(request, request.data(frame) if good else None))
                self._progress = self._session.transport.now()
                self._waiting = None
                return
        self.strays += 1

    def _lose(self, count: int) -> None:
        lost = [self._flying.popleft() for _ in range(count)]
        lost = [request for request in lost if request is not self._nudge]
        self._session.lost += len(lost)
        self._done.extend(Answer(request, None) for request in lost)
