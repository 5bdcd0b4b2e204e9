"""What connects a MAC to the air."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from bekenlab.machine.devices.mac.airtime import Rate


@dataclass(frozen=True, slots=True)
class Received:
    """A frame as the receiver got it.

    Attributes:
        frame: From frame control to the end of the body, without FCS.
        rate: How it was sent.
        dbm: Signal strength.
        stamp: Time of arrival in microseconds.
    """

    frame: bytes
    rate: Rate
    dbm: int
    stamp: int


class Antenna(Protocol):
    """The air, as a MAC sees it. Times are in microseconds."""

    def reserve(self, microseconds: int) -> int:
        """Occupy the medium for a frame, after what is being sent now.

        Args:
            microseconds: Duration of the frame and its acknowledgement.

        Returns:
            Microseconds from now until it has been sent.
        """
        ...

    def transmit(self, frame: bytes, rate: Rate) -> bool:
        """A frame has been sent; returns whether its receiver acknowledged it."""
        ...
