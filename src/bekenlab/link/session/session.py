"""A conversation with a loader: one command after the other, each with its retries.

Lost and torn replies are expected. A command that was not answered is sent again after the line has
been quiet, and a chip that has been reset meanwhile is linked again. Only commands that may be
repeated go through :meth:`Session.ask`; all of the download protocol's are.

Where it stands is kept in ``state``, what the loader needs in ``policy``.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from bekenlab.errors import Action
from bekenlab.link.commands import PASSING, reboot, status_text
from bekenlab.link.errors import ChipRefusedError, NoReplyError
from bekenlab.link.session.channel import LINK_CHECK, Channel
from bekenlab.link.session.policy import UNKNOWN_LOADER
from bekenlab.link.session.state import Phase, SessionState
from bekenlab.link.session.waiting import Waiting

if TYPE_CHECKING:
    from bekenlab.link.commands import Request
    from bekenlab.link.frames import Frame
    from bekenlab.link.session.policy import LoaderPolicy
    from bekenlab.link.transport import Transport

LINK_BAUD = 115_200
TRIES = 5
# A receiver is told of a few bytes when the line has been idle for three more.
_GAP = 0.0006
_LINK_WAIT = 0.1
_LINK_TRIES = 5
_ANSWERS = 8
# Longer than USB adapters hold bytes back.
_LEFT_OVER = 0.03
_REBOOTS = 3


class Session:
    """A conversation with a loader.

    Args:
        transport: What the bytes go through. From now on only the session sends requests.
        policy: How to treat the loader until it is known.
    """

    def __init__(self, transport: Transport, policy: LoaderPolicy = UNKNOWN_LOADER) -> None:
        self._channel = Channel(transport)
        self._state = SessionState(policy)
        self._turn = threading.RLock()

    @property
    def state(self) -> SessionState:
        """Where the conversation stands."""
        return self._state

    @property
    def transport(self) -> Transport:
        """What the bytes go through: its clock, its name, its modem lines."""
        return self._channel.transport

    @property
    def turn(self) -> threading.RLock:
        """Held by whoever speaks and waits for the answer."""
        return self._turn

    @property
    def baud(self) -> int:
        """Rate of our end."""
        return self.transport.baud

    @property
    def lost(self) -> int:
        """How many replies did not come or came torn, so far."""
        return self._state.lost

    @property
    def quiet_for(self) -> float:
        """Seconds since something was sent, had time to be answered, or arrived."""
        return self._channel.quiet_for

    @property
    def checks_answered(self) -> int:
        """Number of the latest link check that is known to be answered."""
        return self._channel.checks.answered

    # what moves it ----------------------------------------------------------------------------

    def linked(self) -> None:
        """A loader answered a link check.

        It answers every check that was on its way; none of those answers may be left over.
        """
        self._state.linked()
        self.drain(_LEFT_OVER)
        self._channel.checks.forget()

    def set_baud(self, baud: int) -> None:
        """Change the rate of our end.

        Raises:
            BaudRefusedError: The adapter cannot do it; the old rate stays.
        """
        self.transport.set_baud(baud)

    def start_firmware(self) -> None:
        """Have the loader start its firmware; nothing is answered."""
        with self._turn:
            self._state.started()
            # Sent several times, as Beken's own tool does: nobody confirms it.
            for _ in range(_REBOOTS):
                self.transport.write(reboot())

    # one request after the other --------------------------------------------------------------

    def send(self, request: Request) -> int:
        """Send a request without waiting for its reply.

        Returns:
            Its number among the link checks, or 0 if it is none.
        """
        self._state.raise_failure()
        return self._channel.send(request)

    def try_once(self, request: Request) -> Frame | None:
        """Send a request; return its reply, or None when none came in time."""
        with self._turn:
            self._channel.drop_unread()
            self._state.asks(request)
            self.send(request)
            frame = self._answer(request)
            if frame is None:
                frame = next((f for f in self.torn_frames() if request.matches(f)), None)
            if frame is None:
                self._state.count_lost()
            else:
                self._state.settled()
            return frame

    def _answer(self, request: Request) -> Frame | None:
        """The reply to what was just sent."""
        wait = self.wait_for(request, self.transport.now())
        first_nudge = 0
        while True:
            frame = wait.frame()
            if frame is None:
                if not wait.nudges:
                    return None
                nudge = self.send(LINK_CHECK)
                wait.nudged()
                first_nudge = first_nudge or nudge
            elif request.matches(frame):
                return frame
            elif first_nudge and self.checks_answered >= first_nudge:
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
            with self._turn:
                if attempt:
                    self.resync()
                frame = self.try_once(request)
            if frame is None:
                continue
            refusal = request.refused(frame)
            if refusal is None:
                return request.data(frame)
            if refusal not in PASSING:
                break
        if refusal is not None:
            raise ChipRefusedError(
                f"{request.name}: the chip answered {status_text(refusal)}",
                hint="if it repeats at this address, the flash may be write protected or worn",
                status=refusal,
            )
        raise NoReplyError(
            f"{request.name}: no answer after {tries} tries",
            action=(Action("check-power"), Action("slower-baud", baud=115_200)),
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
            action=(Action("check-power"), Action("slower-baud", baud=115_200)),
        )

    def confirms(self, request: Request) -> bool:
        """Whether the reply to a request that was sent arrives, after others perhaps."""
        return self._channel.hears(request, self.transport.now() + self._channel.patience(request))

    def wait_for(self, request: Request, since: float) -> Waiting:
        """Wait for the reply to a request that was sent, which could begin at ``since``."""
        return Waiting(self._channel, self._state.policy, request, since)

    def torn_frames(self) -> list[Frame]:
        """Frames swallowed by one that never became whole."""
        return self._channel.torn_frames()

    # getting back in step ---------------------------------------------------------------------

    def resync(self) -> None:
        """Let everything late arrive, until the chip answers a link check again.

        Where it may still wait for the rest of a request that changes something, it is given the
        time to forget that: a ROM then answers, a loader in flash restarts.

        Raises:
            NoReplyError: The chip is silent, and linking it again failed.
        """
        with self._turn:
            policy = self._state.policy
            if self._state.phase is Phase.CHANGING or policy.waits:
                self.drain(policy.forgets_after)
                self._channel.checks.forget()
                self._state.settled()
            else:
                self._let_pass(policy.forgets_after)
            for _ in range(_LINK_TRIES):
                if self.is_linked():
                    self.drain()
                    return
            hint = "power-cycle it and start again"
            self._state.find_again(NoReplyError("the chip stopped answering", hint=hint))

    def is_linked(self, wait: float = _LINK_WAIT) -> bool:
        """Whether one link check is answered within ``wait`` seconds."""
        with self._turn:
            self._channel.drop_unread()
            self.send(LINK_CHECK)
            deadline = self.transport.now() + self._channel.line_time(16) + wait
            return self._channel.hears(LINK_CHECK, deadline)

    def hail(self) -> bool:
        """Whether a link check is answered at once, or one sent by an earlier call.

        To be called again and again. A loader in flash may listen for a few milliseconds only,
        after a reset at a time nobody knows. The gap matters as well: where link checks follow each
        other without one, a BK7231T is told of the first byte when its window is over.
        """
        with self._turn:
            self.send(LINK_CHECK)
            sent = self._channel.line_time(len(LINK_CHECK.raw))
            return self._channel.hears(LINK_CHECK, self.transport.now() + sent + _GAP)

    def _let_pass(self, seconds: float) -> None:
        """Drop what arrives for so long, late replies among it, but do not fall silent."""
        end = self.transport.now() + seconds
        while self.transport.now() < end:
            self.send(LINK_CHECK)
            look = self.transport.now() + self._state.policy.nudge_after
            while self._channel.next_frame(look) is not None:
                pass
        self.drain()

    def drain(self, quiet: float | None = None) -> bytes:
        """Drop what arrives until nothing has come for ``quiet`` seconds (3 s at most)."""
        with self._turn:
            return self._channel.drain() if quiet is None else self._channel.drain(quiet)

    def take_noise(self) -> bytes:
        """The latest bytes that belonged to no frame (512 at most), each given once."""
        return self._channel.take_noise()
