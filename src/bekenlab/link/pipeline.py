"""Several requests on their way at once, so that the line to us never idles.

A loader works through its receive buffer: while one sector is still leaving, the next request
already waits inside the chip. Replies come in the order of the requests. One that is missing is
reported as lost, and what came after it still counts.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING

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
    """Requests in flight.

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
        self._progress = 0.0
        self.strays = 0

    def __len__(self) -> int:
        """Requests without an answer yet."""
        return len(self._flying) + len(self._done)

    def fits(self, request: Request) -> bool:
        """Whether the chip has room for one more request; always when none is in flight."""
        flying = sum(len(other.raw) for other in self._flying)
        return not self._flying or flying + len(request.raw) <= self._room()

    def send(self, request: Request) -> None:
        """Send a request behind the others."""
        if not self._flying:
            self._progress = self._session.transport.now()
        self._session.send(request)
        self._flying.append(request)

    def receive(self) -> Answer:
        """The answer to the oldest request.

        When nothing comes in time, all requests in flight count as lost and the line is brought
        back in step.

        Raises:
            NoReplyError: The chip is gone.
            LineLostError: The line is gone.
        """
        while not self._done:
            oldest = self._flying[0]
            frame = self._session.next_frame(self._progress + self._session.patience(oldest))
            if frame is not None:
                self._take(frame)
                continue
            for swallowed in self._session.torn_frames():
                self._take(swallowed)
            if not self._done:
                self._lose(len(self._flying))
                self._session.resync()
        return self._done.popleft()

    def _take(self, frame: Frame) -> None:
        for skipped, request in enumerate(self._flying):
            if request.matches(frame):
                self._lose(skipped)
                self._flying.popleft()
                good = request.refused(frame) is None
                self._done.append(Answer(request, request.data(frame) if good else None))
                self._progress = self._session.transport.now()
                return
        self.strays += 1

    def _lose(self, count: int) -> None:
        self._session.lost += count
        self._done.extend(Answer(self._flying.popleft(), None) for _ in range(count))
