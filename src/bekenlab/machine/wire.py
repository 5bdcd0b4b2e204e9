"""The interface of a chip as seen from the far end of its download UART, in its own time.

Both kinds of virtual chip, the modelled ROM and a machine that runs a boot loader, implement it. It
is used by the transport ``virtual://``, by the server of ``bekenlab sim``, and by tests.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Sent:
    """Bytes a chip sent.

    Attributes:
        at: Device seconds at the end of the last byte.
        baud: The chip's rate while it sent them; a receiver at another rate gets garbage.
        data: The bytes.
    """

    at: float
    baud: int
    data: bytes


class WireDevice(Protocol):
    """A chip on a wire.

    Time only passes in :meth:`advance`, so that a run depends only on what was fed at which time.

    Attributes:
        now: Device seconds since it was first powered.
        baud: Current rate of its receiver and transmitter, in bits per second.
    """

    now: float

    @property
    def baud(self) -> int:
        """Rate of the chip's UART, in bits per second."""
        ...

    @property
    def flash(self) -> bytes:
        """Current content of the flash, physical addresses."""
        ...

    def feed(self, data: bytes, baud: int) -> None:
        """Put bytes on the wire to the chip.

        They arrive one by one from ``now`` on (after those still in transit), each taking ten bit
        times at ``baud``. A chip set to another rate receives garbage.
        """
        ...

    def advance(self, until: float) -> tuple[Sent, ...]:
        """Let time pass until ``until`` (device seconds), or until the chip has sent something.

        Returns as soon as anything was sent, with ``now`` at the end of its last bit, so that
        ``now`` is never ahead of what the receiver could have seen; an empty result means that
        ``now`` is ``until``.
        """
        ...

    def reset(self) -> None:
        """Pull CEN low and release it: the chip restarts; bytes on the wire are lost."""
        ...
