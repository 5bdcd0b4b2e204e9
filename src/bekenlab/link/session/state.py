"""Where a conversation with a loader stands, and what moves it; nothing is sent from here.

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
    """Where a conversation stands."""

    UNLINKED = auto()
    """Nobody has answered yet, or the chip was lost."""
    READY = auto()
    """A loader answers, and no change it was asked for is unanswered."""
    CHANGING = auto()
    """It may still wait for the rest of a request that changes something."""
    STARTED = auto()
    """It was told to start its firmware, so nobody should ask it more."""


class SessionState:
    """The state of one conversation; only its methods change it.

    Args:
        policy: How to treat the loader until it is known.
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
        """Where the conversation stands."""
        return self._phase

    @property
    def policy(self) -> LoaderPolicy:
        """How the loader is treated."""
        return self._policy

    @property
    def lost(self) -> int:
        """How many replies did not come or came torn, so far."""
        return self._lost

    @property
    def may_be_disturbed(self) -> bool:
        """Whether something may be sent that nobody asked for, when nobody else speaks.

        Not while answers are under way (they keep the loader awake), nor where it would become part
        of a request, nor once the firmware was started.
        """
        return not self._in_flight and self._phase in (Phase.UNLINKED, Phase.READY)

    # what moves it ----------------------------------------------------------------------------

    def linked(self) -> None:
        """A loader answered a link check."""
        self._phase = Phase.READY

    def adopt(self, policy: LoaderPolicy) -> None:
        """The loader is known: it is treated like this from now on."""
        self._policy = policy

    def asks(self, request: Request) -> None:
        """A request is about to be sent, and nothing else until it is answered or given up."""
        self.settled()
        if request.changes:
            self._phase = Phase.CHANGING

    def settled(self) -> None:
        """A request was answered, or its loader has had the time to forget half of it."""
        if self._phase is Phase.CHANGING:
            self._phase = Phase.READY

    def started(self) -> None:
        """The loader was told to start its firmware."""
        self._phase = Phase.STARTED

    def count_lost(self, count: int = 1) -> None:
        """So many more replies were lost."""
        self._lost += count

    def has_in_flight(self, count: int) -> None:
        """So many requests are under way, sent one behind the other."""
        self._in_flight = count

    # losing the chip and finding it again -----------------------------------------------------

    def fail(self, failure: BekenlabError) -> None:
        """Something went wrong while nobody was waiting; the next request raises it."""
        self._failure = failure

    def raise_failure(self) -> None:
        """Raise what :meth:`fail` noted, once."""
        if self._failure is not None:
            failure, self._failure = self._failure, None
            raise failure

    def relink_with(self, relink: Callable[[], object]) -> None:
        """How a chip that was lost is linked again: at any rate, or raising what went wrong."""
        self._relink = relink

    def check_after_relink(self, check: Callable[[], None]) -> None:
        """Have ``check`` called after each relink; it raises if another chip answers."""
        self._check_chip = check

    def find_again(self, otherwise: BekenlabError) -> None:
        """The chip is lost: link it again.

        What is tried meanwhile cannot come here again: then ``otherwise`` is raised, as where
        nobody has said how to link it.
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
