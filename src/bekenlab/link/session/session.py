"""A session with a loader: one command at a time, each with retries.

Lost and torn replies are expected. An unanswered command is sent again once the line has been
quiet, and a chip that was reset meanwhile is linked again. :meth:`Session.ask` is only for commands
that may be repeated, which all commands of the download protocol are.

The state is kept in ``state``; what the loader needs, in ``policy``.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from bekenlab.errors import Action
from bekenlab.link.commands import PASSING, reboot, status_text
from bekenlab.link.errors import ChipRefusedError, NoReplyError
from bekenlab.link.session.channel import LINK_CHECK, Channel
from bekenlab.link.session.policy import UNKNOWN_LOADER
from bekenlab.link.session.reply_wait import ReplyWait
from bekenlab.link.session.state import Phase, SessionState

if TYPE_CHECKING:
    from bekenlab.link.commands import Request
    from bekenlab.link.frames import Frame
    from bekenlab.link.session.policy import LoaderPolicy
    from bekenlab.link.transport import Transport

LINK_BAUD = 115_200
TRIES = 5
# A receiver reports a few bytes only after the line has been idle for three more.
_GAP = 0.0006
_LINK_WAIT = 0.1
_LINK_TRIES = 5
_ANSWERS = 8
# Longer than the latency of USB adapters.
_LEFT_OVER = 0.03
_REBOOTS = 3
# Long enough for the answers to all link checks in flight, short beside the wait for a person.
_LONGEST_LEFT_OVER = 1.5


class Session:
    """A session with a loader.

    Args:
        transport: The transport to the chip. From now on only the session sends requests.
        policy: How to treat the loader until it is identified.
    """

    def __init__(self, transport: Transport, policy: LoaderPolicy = UNKNOWN_LOADER) -> None:
        self._channel = Channel(transport)
        self._state = SessionState(policy)
        self._lock = threading.RLock()

    @property
    def state(self) -> SessionState:
        """The state of the session."""
        return self._state

    @property
    def transport(self) -> Transport:
        """The transport, for its clock, name and modem lines."""
        return self._channel.transport

    @property
    def lock(self) -> threading.RLock:
        """Held while a request is sent and its answer awaited; reentrant."""
        return self._lock

    @property
    def baud(self) -> int:
        """Rate of the host's end, in bits per second."""
        return self.transport.baud

    @property
    def lost(self) -> int:
        """Number of replies lost or torn so far."""
        return self._state.lost

    @property
    def quiet_for(self) -> float:
        """Seconds since the last byte arrived, or since the last request and reply were due."""
        return self._channel.quiet_for

    @property
    def checks_answered(self) -> int:
        """Number of the latest link check known to be answered."""
        return self._channel.checks.answered

    # transitions ------------------------------------------------------------------------------

    def linked(self) -> bool:
        """A link check was answered; return whether the line then falls silent.

        A loader also answers every other check in flight; those answers are awaited and dropped.
        It sends nothing unasked: what never falls silent is something else.
        """
        with self._lock:
            silent = self._channel.drain(_LEFT_OVER, _LONGEST_LEFT_OVER)
        self._channel.checks.forget()
        if silent:
            self._state.linked()
        return silent

    def set_baud(self, baud: int) -> None:
        """Change the rate of the host's end.

        Raises:
            BaudRefusedError: The adapter does not support it; the old rate stays.
        """
        self.transport.set_baud(baud)

    def start_firmware(self) -> None:
        """Make the loader start the firmware; there is no reply."""
        with self._lock:
            self._state.started()
            # Sent several times, as Beken's own tool does: there is no confirmation.
            for _ in range(_REBOOTS):
                self.transport.write(reboot())

    # requests ---------------------------------------------------------------------------------

    def send(self, request: Request) -> int:
        """Send a request without waiting for its reply.

        Returns:
            Its number among the link checks, or 0 if it is not one.
        """
        self._state.raise_failure()
        return self._channel.send(request)

    def try_once(self, request: Request) -> Frame | None:
        """Send a request once; return its reply, or None if none arrived in time."""
        with self._lock:
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
        """The reply to the request just sent."""
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
            ChipRefusedError: The chip refused, for a reason that a retry does not cure.
            NoReplyError: No answer to any try.
            LineLostError: The port is gone.
        """
        refusal: int | None = None
        for attempt in range(tries):
            with self._lock:
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

        For critical answers without a checksum, such as the chip's identity or the write
        protection of its flash.

        Raises:
            ChipRefusedError: The chip refused twice.
            NoReplyError: No answer to any try, or a different one each time.
            LineLostError: The port is gone.
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
            f"{request.name}: a different answer each time",
            action=(Action("check-power"), Action("slower-baud", baud=115_200)),
        )

    def confirms(self, request: Request) -> bool:
        """Whether the reply to a request already sent arrives, possibly after others."""
        return self._channel.hears(request, self.transport.now() + self._channel.patience(request))

    def wait_for(self, request: Request, since: float) -> ReplyWait:
        """A wait for the reply to a request already sent; the reply could begin at ``since``."""
        return ReplyWait(self._channel, self._state.policy, request, since)

    def torn_frames(self) -> list[Frame]:
        """Frames swallowed by one that was never completed."""
        return self._channel.torn_frames()

    # resynchronising --------------------------------------------------------------------------

    def resync(self) -> None:
        """Wait out late replies until the chip answers a link check again.

        If it may still wait for the rest of a request that changes something, nothing is sent until
        it has given that up: then a ROM answers, and a loader in flash restarts.

        Raises:
            NoReplyError: The chip is silent, and linking it again failed.
        """
        with self._lock:
            policy = self._state.policy
            if self._state.phase is Phase.CHANGING or policy.waits:
                self.drain(policy.forgets_after)
                self._channel.checks.forget()
                self._state.settled()
            else:
                self._drop_late_replies(policy.forgets_after)
            for _ in range(_LINK_TRIES):
                if self.is_linked():
                    if self.drain():
                        return
                    break  # it sends without being asked: no loader
            hint = "power-cycle it and start again"
            self._state.find_again(NoReplyError("the chip stopped answering", hint=hint))

    def is_linked(self, wait: float = _LINK_WAIT) -> bool:
        """Whether one link check is answered within ``wait`` seconds."""
        with self._lock:
            self._channel.drop_unread()
            self.send(LINK_CHECK)
            deadline = self.transport.now() + self._channel.line_time(16) + wait
            return self._channel.hears(LINK_CHECK, deadline)

    def try_link(self) -> bool:
        """Send a link check; return whether it, or one from an earlier call, is answered at once.

        Call this repeatedly. A loader in flash may listen only for a few milliseconds, after a
        reset at an unknown time. The gap between link checks matters, too: without one, a BK7231T
        notices the first byte only after its boot window has closed.
        """
        with self._lock:
            self.send(LINK_CHECK)
            sent = self._channel.line_time(len(LINK_CHECK.raw))
            return self._channel.hears(LINK_CHECK, self.transport.now() + sent + _GAP)

    def _drop_late_replies(self, seconds: float) -> None:
        """Drop what arrives for ``seconds``, while link checks keep the loader alive."""
        end = self.transport.now() + seconds
        while self.transport.now() < end:
            self.send(LINK_CHECK)
            look = self.transport.now() + self._state.policy.nudge_after
            while self._channel.next_frame(look) is not None:
                pass
        self.drain()

    def drain(self, quiet: float | None = None) -> bool:
        """Drop what arrives until nothing has for ``quiet`` seconds (after 3 s at the latest).

        Returns:
            Whether the line fell silent.
        """
        with self._lock:
            return self._channel.drain() if quiet is None else self._channel.drain(quiet)

    def take_noise(self) -> bytes:
        """The latest bytes that belonged to no frame (512 at most), each returned once."""
        return self._channel.take_noise()
