"""How a loader has to be treated: how long it waits for its host, and what it takes meanwhile."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bekenlab.chips import DownloadProtocol

_MOST_NUDGES = 12


@dataclass(frozen=True, slots=True)
class LoaderPolicy:
    """What a loader needs from its host.

    The defaults suit a loader that nothing is known about yet: it is neither left in silence for
    long, nor sent anything while it may still wait for the rest of a request that changes flash.

    Source of the times: the genuine loader of a BK7231T, run in the virtual chip, restarts after
    0.1 s of silence and answers "incomplete" to half a request after less than 0.6 s.

    Attributes:
        waits: Whether it waits for its host forever, as a ROM does. Any other restarts into the
            firmware when it hears nothing.
        longest_silence: Seconds without traffic after which it is sent a link check, if it does not
            wait forever.
        nudge_after: Seconds without a reply after which a link check is sent behind the request.
            Well within what a loader in flash waits, and longer than USB adapters hold bytes back.
        most_nudges: How many may be sent for one request; as many as fit into its receive buffer
            beside the requests. 0 for a loader that may lose what arrives while it works.
        forgets_after: Seconds after which it no longer waits for the rest of a request. What is
            sent earlier becomes part of that request: of an erase command, its address.
    """

    waits: bool = False
    longest_silence: float = 0.03
    nudge_after: float = 0.05
    most_nudges: int = _MOST_NUDGES
    forgets_after: float = 0.6

    @classmethod
    def of(cls, protocol: DownloadProtocol) -> LoaderPolicy:
        """How a loader with this protocol is treated."""
        nudges = _MOST_NUDGES if protocol.takes_checks else 0
        return cls(waits=not protocol.in_flash, most_nudges=nudges)


UNKNOWN_LOADER = LoaderPolicy()
