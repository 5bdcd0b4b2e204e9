"""A conversation with a linked chip: one command after the other, each with its retries.

Lost and torn replies are expected. A command that was not answered is sent again after the line has
been quiet, and a chip that has been reset meanwhile is linked again. Only commands that may be
repeated go through :meth:`Session.ask`; all of the download protocol's are.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from bekenlab.link.commands import Request, Status, link_check, status_text
from bekenlab.link.errors import ChipRefusedError, NoReplyError
from bekenlab.link.frames import Frame, FrameReader
from bekenlab.link.session.checks import LinkChecks
from bekenlab.link.session.waiting import NUDGE_AFTER, Waiting

if TYPE_CHECKING:
    from collections.abc import Callable

    from bekenlab.errors import BekenlabError
    from bekenlab.link.transport import Transport

LINK_BAUD = 115_200
TRIES = 5
_BITS_A_BYTE = 10
# USB adapters hand bytes on every 16 ms (FTDI's latency timer), remote ports later still.
_LATENCY = 0.25
_QUIET = 0.04
# A receiver is told of a few bytes when the line has been idle for three more.
_GAP = 0.0006
# A chip that misses bytes of a command waits for them. What is sent too early becomes part of it,
# of an erase command its address; the loader answers "incomplete" when it has waited long enough.
PATIENCE = 0.6
_LINK_WAIT = 0.1
_LINK_TRIES = 5
_ANSWERS = 8
_LINK_CHECK = link_check()
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
        checks: Link checks under way.
        turn: Held by whoever speaks and waits for the answer.
        flying: Requests of a pipeline without an answer yet.
        waits: Whether the chip waits for its host for ever, as a ROM does. Else it must not be left
            in silence.
        nudges: Whether it may be sent a link check while it works on something else.
        heard_at: When something arrived last.
        delicate: Whether the chip may still wait for the rest of a request that changes something;
            whatever is sent would become part of it.
        trouble: What went wrong while nobody was speaking; the next request raises it.
        left: Whether the chip was told to start its firmware, so that nobody should ask it more.
    """

    def __init__(self, transport: Transport) -> None:
        self.transport = transport
        self.reader = FrameReader()
        self.relink: Callable[[], None] | None = None
        self.linked_again: Callable[[], None] = lambda: None
        self.lost = 0
        self.turn = threading.RLock()
        self.flying = 0
        self.waits = False
        self.nudges = True
        self.checks = LinkChecks()
        self.delicate = False
        self.trouble: BekenlabError | None = None
        self.left = False
        self._quiet_from = self.heard_at = transport.now()
        self._waiting: list[Frame] = []

    @property
    def baud(self) -> int:
        """Rate of the line."""
        return self.transport.baud

    def send(self, request: Request) -> None:
        """Send a request without waiting for its reply (see ``pipeline``)."""
        if self.trouble is not None:
            trouble, self.trouble = self.trouble, None
            raise trouble
        self.transport.write(request.raw)
        if request == _LINK_CHECK:
            self.checks.sent(self.transport.now())
        on_the_line = self.line_time(len(request.raw) + request.reply_bytes)
        self._quiet_from = self.transport.now() + on_the_line

    @property
    def quiet_for(self) -> float:
        """Seconds since something was sent, had time to be answered, or arrived."""
        return self.transport.now() - max(self._quiet_from, self.heard_at)

    def line_time(self, size: int) -> float:
        """Seconds that ``size`` bytes take on the line."""
        return size * _BITS_A_BYTE / self.baud

    def patience(self, request: Request) -> float:
        """Seconds after which a reply is taken for lost, counted from when it could begin."""
        size = len(request.raw) + request.reply_bytes
        return request.work + 1.5 * self.line_time(size) + _LATENCY

    def next_frame(self, deadline: float) -> Frame | None:
        """The next whole frame, whatever it answers; None when ``deadline`` has passed.

        What has arrived by now is looked at in any case: it may be we who were late.
        """
        while not self._waiting:
            left = deadline - self.transport.now()
            data = self.transport.read(max(0.0, left))
            if data:
                self.heard_at = self.transport.now()
                self._waiting = self.reader.feed(data)
            elif left <= 0:
                return None
        frame = self._waiting.pop(0)
        self._count(frame)
        return frame

    def _forget_waiting(self) -> None:
        """Throw away frames that came behind the last one asked for; they count all the same."""
        for frame in self._waiting:
            self._count(frame)
        self._waiting.clear()

    def _count(self, frame: Frame) -> None:
        if _LINK_CHECK.matches(frame):
            self.checks.heard(self.transport.now())

    def torn_frames(self) -> list[Frame]:
        """Frames swallowed by one that never became whole."""
        return self.reader.give_up()

    def try_once(self, request: Request) -> Frame | None:
        """Send a request; return its reply, or None when none came in time."""
        with self.turn:
            self._forget_waiting()
            self.delicate = request.changes
            self.send(request)
            frame = self._answer(request)
            if frame is None:
                frame = next((f for f in self.torn_frames() if request.matches(f)), None)
            if frame is None:
                self.lost += 1
            else:
                self.delicate = False
            return frame

    def _answer(self, request: Request) -> Frame | None:
        """The reply to what was just sent."""
        wait = Waiting(self, request, self.transport.now())
        first_nudge = 0
        while True:
            frame = wait.frame()
            if frame is None:
                if not wait.nudges:
                    return None
                self.send(_LINK_CHECK)
                wait.nudged()
                first_nudge = first_nudge or self.checks.count
            elif request.matches(frame):
                return frame
            elif first_nudge and self.checks.answered >= first_nudge:
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
            with self.turn:
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
        """Let everything late arrive, until the chip answers a link check again.

        Where it may still wait for the rest of a request that changes something, it is given the
        time to forget that: a ROM then answers, a loader in flash restarts.

        Raises:
            NoReplyError: The chip is silent, and linking it again failed.
        """
        with self.turn:
            if self.delicate or self.waits:
                self.drain(PATIENCE)
                self.checks.forget()
                self.delicate = False
            else:
                self._let_pass(PATIENCE)
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
        with self.turn:
            self._forget_waiting()
            self.send(_LINK_CHECK)
            return self._hears(self.transport.now() + self.line_time(16) + wait)

    def hail(self) -> bool:
        """Whether a link check is answered at once, or one sent by an earlier call.

        To be called again and again. A loader in flash may listen for a few milliseconds only,
        after a reset at a time nobody knows. The gap matters as well: where link checks follow each
        other without one, a BK7231T is told of the first byte when its window is over.
        """
        with self.turn:
            self.send(_LINK_CHECK)
            sent = self.line_time(len(_LINK_CHECK.raw))
            return self._hears(self.transport.now() + sent + _GAP)

    def _hears(self, deadline: float) -> bool:
        while (frame := self.next_frame(deadline)) is not None:
            if _LINK_CHECK.matches(frame):
                return True
        return False

    def _let_pass(self, seconds: float) -> None:
        """Throw away what arrives for so long, late replies among it, but do not fall silent."""
        end = self.transport.now() + seconds
        while self.transport.now() < end:
            self.send(_LINK_CHECK)
            look = self.transport.now() + NUDGE_AFTER
            while self.next_frame(look) is not None:
                pass
        self.drain()

    def drain(self, quiet: float = _QUIET) -> bytes:
        """Throw away what arrives until nothing has come for ``quiet`` seconds (3 s at most)."""
        heard = bytearray()
        with self.turn:
            give_up = self.transport.now() + 3.0
            while self.transport.now() < give_up and (data := self.transport.read(quiet)):
                heard += data
                for frame in self.reader.feed(data):
                    self._count(frame)
            self.reader.clear()
            self._forget_waiting()
        return bytes(heard)
