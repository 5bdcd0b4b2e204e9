"""The state machine of a session with a loader; it sends nothing itself.

::

    UNLINKED ──linked──▶ READY ──asking for a change──▶ CHANGING
       ▲                  │ ▲                              │
       └──find_again──────┤ └──────answered, forgotten──────┘
                          └──started──▶ STARTED ──linked──▶ READY
"""

from __future__ import annotations

from enum import Enum, auto
from typing import TYPE_CHECKING

from bekenlab.link.session.policy import UNKNOWN_LOADER

if TYPE_CHECKING:
    from collections.abc import Callable

    from bekenlab.errors import BekenlabError
    from bekenlab.link.commands import Request
    from bekenlab.link.session.policy import LoaderPolicy


class Phase(Enum):
    """Phase of a session."""

    UNLINKED = auto()
    """No loader has answered yet, or the chip was lost."""
    READY = auto()
    """A loader answers, and has answered every request for a change."""
    CHANGING = auto()
    """The loader may still wait for the rest of a request that changes something."""
    STARTED = auto()
    """The loader was told to start the firmware; nothing more should be sent."""


class SessionState:
    """The state of one session; only its methods change it.

    Args:
        policy: How to treat the loader until it is identified.
    """

    def __init__(self, policy: LoaderPolicy = UNKNOWN_LOADER) -> None:
        self._policy = policy
        self._phase = Phase.UNLINKED
        self._lost = 0
        self._in_flight = 0
        self._failure: BekenlabError | None = None
        self._relink: Callable[[], object] | None = None
        self._check_chip: Callable[[], None] = lambda: None

    @property
    def phase(self) -> Phase:
        """The current phase."""
        return self._phase

    @property
    def policy(self) -> LoaderPolicy:
        """How to treat the loader."""
        return self._policy

    @property
    def lost(self) -> int:
        """Number of replies lost or torn so far."""
        return self._lost

    @property
    def allows_keep_alive(self) -> bool:
        """Whether link checks may be sent to keep the loader alive.

        Not while answers are awaited (those requests keep it alive), nor where a link check would
        become part of a request, nor once the firmware was started.
        """
        return not self._in_flight and self._phase in (Phase.UNLINKED, Phase.READY)

    # transitions ------------------------------------------------------------------------------

    def linked(self) -> None:
        """A loader answered a link check."""
        self._phase = Phase.READY

    def adopt(self, policy: LoaderPolicy) -> None:
        """The loader was identified: treat it like this from now on."""
        self._policy = policy

    def asks(self, request: Request) -> None:
        """A request is about to be sent; nothing else will be until it is answered or given up."""
        self.settled()
        if request.changes:
            self._phase = Phase.CHANGING

    def settled(self) -> None:
        """A request was answered, or the loader has had time to give up an incomplete one."""
        if self._phase is Phase.CHANGING:
            self._phase = Phase.READY

    def started(self) -> None:
        """The loader was told to start the firmware."""
        self._phase = Phase.STARTED

    def count_lost(self, count: int = 1) -> None:
        """``count`` more replies were lost."""
        self._lost += count

    def forget_lost(self, count: int) -> None:
        """``count`` of the lost replies were not due: the loader does not know the command."""
        self._lost -= count

    def has_in_flight(self, count: int) -> None:
        """``count`` pipelined requests are in flight."""
        self._in_flight = count

    # losing the chip and finding it again -----------------------------------------------------

    def fail(self, failure: BekenlabError) -> None:
        """Record an error that occurred in the background; the next request raises it."""
        self._failure = failure

    def raise_failure(self) -> None:
        """Raise the error recorded by :meth:`fail`, once."""
        if self._failure is not None:
            failure, self._failure = self._failure, None
            raise failure

    def relink_with(self, relink: Callable[[], object]) -> None:
        """Set how to link a lost chip again, at any rate; ``relink`` raises if it fails."""
        self._relink = relink

    def check_after_relink(self, check: Callable[[], None]) -> None:
        """Call ``check`` after each relink; it raises if a different chip answers."""
        self._check_chip = check

    def find_again(self, otherwise: BekenlabError) -> None:
        """The chip is lost: link it again.

        Raises ``otherwise`` if no way to link it was set, or if called again while relinking.
        """
        relink = self._relink
        if relink is None:
            raise otherwise
        self._phase = Phase.UNLINKED
        self._relink = None
        try:
            relink()
            self._check_chip()
        finally:
            self._relink = relink
