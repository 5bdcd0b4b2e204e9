"""Ctrl-C: one request to stop for the whole program, which nothing can swallow.

The handler raises ``KeyboardInterrupt`` where that is safe, so that a wait or a prompt ends at
once. The request also stays: jobs look at it between their steps (``bekenlab.stopping``), and the
exit status is 130 whatever happened after it. An output that nobody reads any more, or that cannot
be written, is such a request as well; see ``bekenlab.cli.streams``.
"""

from __future__ import annotations

import signal
import sys
import threading
from _thread import interrupt_main
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING

from bekenlab import stopping

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_AGAIN = 0.01  # seconds


class StopRequest:
    """The request to stop this run of the program.

    Attributes:
        reason: What :meth:`check` raises: the first that was asked for; None: nobody asked.
    """

    def __init__(self) -> None:
        self.reason: BaseException | None = None
        self._concluded = False

    def make(self, reason: BaseException) -> None:
        """Ask the program to stop; an earlier request stays."""
        if self.reason is None:
            self.reason = reason

    def check(self) -> None:
        """Raise the reason if there is one."""
        if self.reason is not None:
            raise self.reason

    def conclude(self) -> None:
        """The outcome is certain and is printed now: a later Ctrl-C does not change it.

        Raises:
            BaseException: The request to stop came before.
        """
        with stopping.shield():
            self.check()
            self._concluded = True

    def _press(self, _number: int, _frame: object) -> None:
        if self._concluded:
            return
        self.make(KeyboardInterrupt())
        if not stopping.shielded():
            raise KeyboardInterrupt

    def _lost(self, lost: sys.UnraisableHookArgs) -> None:
        """Where Python drops exceptions, such as in ``__del__``: make Ctrl-C come again."""
        if not isinstance(lost.exc_value, KeyboardInterrupt):
            sys.__unraisablehook__(lost)
        elif not self._concluded:
            again = threading.Timer(_AGAIN, interrupt_main)
            again.daemon = True
            again.start()

    @contextmanager
    def in_force(self) -> Iterator[None]:
        """Let Ctrl-C make this request, and jobs find it, within the block."""
        # A program started in the background by a shell is to ignore Ctrl-C.
        if signal.getsignal(signal.SIGINT) is not signal.SIG_IGN:
            signal.signal(signal.SIGINT, self._press)
        token = _current.set(self)
        sys.unraisablehook = self._lost
        try:
            with stopping.stopped_by(self.check):
                yield
        finally:
            _current.reset(token)


_current: ContextVar[StopRequest | None] = ContextVar("stop_request", default=None)


def current() -> StopRequest:
    """The request of the running program; one that is never made where there is no program."""
    return _current.get() or StopRequest()


@contextmanager
def interruptible(*also: signal.Signals) -> Iterator[Callable[[], bool]]:
    """Turn Ctrl-C and the named signals into a flag, so that a run can end cleanly.

    A second signal ends the program immediately, because not all code checks the flag.
    """
    pressed: list[int] = []
    request = current()

    def press(number: int, _frame: object) -> None:
        if pressed:
            request.make(KeyboardInterrupt())
            if not stopping.shielded():
                raise KeyboardInterrupt
        pressed.append(number)

    before = {number: signal.signal(number, press) for number in (signal.SIGINT, *also)}
    try:
        yield lambda: bool(pressed)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
