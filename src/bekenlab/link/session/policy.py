"""How to treat a loader: how long it waits for its host, and what it accepts meanwhile."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bekenlab.chips import DownloadProtocol

_MOST_NUDGES = 12


@dataclass(frozen=True, slots=True)
class LoaderPolicy:
    """What a loader needs from its host.

    The defaults suit an unknown loader: the host is never silent for long, and sends nothing while
    the loader may still wait for the rest of a request that changes flash.

    Source of the times: the genuine loader of a BK7231T, run in the virtual chip, restarts after
    0.1 s of silence and answers "incomplete" to half a request after less than 0.6 s.

    Attributes:
        waits: Whether it waits for its host forever, as a ROM does. Other loaders start the
            firmware when they receive nothing.
        longest_silence: Seconds without traffic after which it is sent a link check, unless it
            waits forever.
        nudge_after: Seconds without a reply after which a link check follows the request: well
            below the time a loader in flash waits, above the latency of USB adapters.
        most_nudges: How many may be sent for one request: as many as fit into its receive buffer
            besides the requests. 0 for a loader that may lose what arrives while it works.
        forgets_after: Seconds after which it no longer waits for the rest of a request. Bytes sent
            earlier become part of that request, such as the address of an erase.
    """

    waits: bool = False
    longest_silence: float = 0.03
    nudge_after: float = 0.05
    most_nudges: int = _MOST_NUDGES
    forgets_after: float = 0.6

    @classmethod
    def of(cls, protocol: DownloadProtocol) -> LoaderPolicy:
        """The policy for a loader with this protocol."""
        nudges = _MOST_NUDGES if protocol.takes_checks else 0
        return cls(waits=not protocol.in_flash, most_nudges=nudges)


UNKNOWN_LOADER = LoaderPolicy()
