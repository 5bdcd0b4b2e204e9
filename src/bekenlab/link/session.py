"""A conversation with a linked chip: one command after the other, each with its retries.

Lost and torn replies are expected. A command that was not answered is sent again after the line has
been quiet, and a chip that has been reset meanwhile is linked again. Only commands that may be
repeated go through :meth:`Session.ask`; all of the download protocol's are.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bekenlab.link.commands import Request, Status, link_check, status_text
from bekenlab.link.errors import ChipRefusedError, NoReplyError
from bekenlab.link.frames import Frame, FrameReader

if TYPE_CHECKING:
    from collections.abc import Callable

    from bekenlab.link.transport import Transport

LINK_BAUD = 115_200
TRIES = 5
_BITS_A_BYTE = 10
# USB adapters hand bytes on every 16 ms (FTDI's latency timer), remote ports later still.
_LATENCY = 0.25
_QUIET = 0.06
# A chip that misses bytes of a command waits for them. What is sent too early becomes part of it,
# of an erase command its address; the loader answers "incomplete" when it has waited long enough.
PATIENCE = 0.6
_LINK_WAIT = 0.1
_LINK_TRIES = 5
_ANSWERS = 8
# Statuses that another try may cure: noise on the line, or the flash busy.
_PASSING = {
    Status.FLASH_BUSY,
    Status.SPI_TIMEOUT,
    Status.FLASH_TIMEOUT,
    Status.LENGTH_ERROR,
    Status.INCOMPLETE,
}


class Session:
    """A linked chip.

    Attributes:
        transport: The line.
        relink: Called when the chip no longer answers; links it again at any rate, or raises.
        linked_again: Called when that has worked; raises when it is another chip that answers.
        lost: How many replies did not come or came torn, so far.
    """

    def __init__(self, transport: Transport) -> None:
        self.transport = transport
        self.reader = FrameReader()
        self.relink: Callable[[], None] | None = None
        self.linked_again: Callable[[], None] = lambda: None
        self.lost = 0
        self._waiting: list[Frame] = []

    @property
    def baud(self) -> int:
        """Rate of the line."""
        return self.transport.baud

    def send(self, request: Request) -> None:
        """Send a request without waiting for its reply (see ``pipeline``)."""
        self.transport.write(request.raw)

    def line_time(self, size: int) -> float:
        """Seconds that ``size`` bytes take on the line."""
        return size * _BITS_A_BYTE / self.baud

    def patience(self, request: Request) -> float:
        """Seconds after which a reply is taken for lost, counted from when it could begin."""
        size = len(request.raw) + request.reply_bytes
        return request.work + 1.5 * self.line_time(size) + _LATENCY

    def next_frame(self, deadline: float) -> Frame | None:
        """The next whole frame, whatever it answers; None when ``deadline`` has passed."""
        while not self._waiting:
            left = deadline - self.transport.now()
            if left <= 0:
                return None
            self._waiting = self.reader.feed(self.transport.read(left))
        return self._waiting.pop(0)

    def torn_frames(self) -> list[Frame]:
        """Frames swallowed by one that never became whole."""
        return self.reader.give_up()

    def try_once(self, request: Request) -> Frame | None:
        """Send a request; return its reply, or None when none came in time."""
        self._waiting.clear()
        self.send(request)
        deadline = self.transport.now() + self.patience(request)
        while (frame := self.next_frame(deadline)) is not None:
            if request.matches(frame):
                return frame
        for frame in self.torn_frames():
            if request.matches(frame):
                return frame
        self.lost += 1
        return None

    def ask(self, request: Request, *, tries: int = TRIES) -> bytes:
        """Send a request until it is answered; return the reply's data.

        Raises:
            ChipRefusedError: The chip said no, for a reason that another try does not cure.
            NoReplyError: No answer to any try.
            LineLostError: The line is gone.
        """
        refusal: int | None = None
        for attempt in range(tries):
            if attempt:
                self.resync()
            frame = self.try_once(request)
            if frame is None:
                continue
            refusal = request.refused(frame)
            if refusal is None:
                return request.data(frame)
            if refusal not in _PASSING:
                break
        if refusal is not None:
            raise ChipRefusedError(
                f"{request.name}: the chip answered {status_text(refusal)}",
                hint="if it repeats at this address, the flash may be write protected or worn",
                status=refusal,
            )
        raise NoReplyError(
            f"{request.name}: no answer after {tries} tries",
            hint="check ground and power (the adapter's 3.3 V may be too weak); try --baud 115200",
        )

    def ask_twice(self, request: Request, *, tries: int = TRIES) -> bytes:
        """Send a request until two answers in a row are the same.

        For answers that no checksum vouches for and much depends on: who the chip is, what protects
        its flash.

        Raises:
            ChipRefusedError: The chip said no, twice.
            NoReplyError: No answer to any try, or another one each time.
            LineLostError: The line is gone.
        """
        last: bytes | ChipRefusedError | None = None
        for _ in range(_ANSWERS):
            now: bytes | ChipRefusedError
            try:
                now = self.ask(request, tries=tries)
            except ChipRefusedError as error:
                if isinstance(last, ChipRefusedError):
                    raise
                now = error
            else:
                if now == last:
                    return now
            last = now
        raise NoReplyError(
            f"{request.name}: another answer each time",
            hint="check ground and power; try --baud 115200",
        )

    def resync(self) -> None:
        """Wait until the line is quiet and the chip answers a link check again.

        Raises:
            NoReplyError: The chip is silent, and linking it again failed.
        """
        self.drain(PATIENCE)
        for _ in range(_LINK_TRIES):
            if self.is_linked():
                self.drain()
                return
        if self.relink is None:
            raise NoReplyError(
                "the chip stopped answering", hint="power-cycle it and run the command again"
            )
        self.relink()

    def is_linked(self, wait: float = _LINK_WAIT) -> bool:
        """Whether one link check is answered within ``wait`` seconds."""
        request = link_check()
        self._waiting.clear()
        self.send(request)
        deadline = self.transport.now() + self.line_time(16) + wait
        while (frame := self.next_frame(deadline)) is not None:
            if request.matches(frame):
                return True
        return False

    def drain(self, quiet: float = _QUIET) -> bytes:
        """Throw away what arrives until nothing has come for ``quiet`` seconds (3 s at most)."""
        heard = bytearray()
        give_up = self.transport.now() + 3.0
        while self.transport.now() < give_up and (data := self.transport.read(quiet)):
            heard += data
        self.reader.clear()
        self._waiting.clear()
        return bytes(heard)
