"""A chip as it looks from the far end of its download UART, in its own time.

Both virtual chips, the modelled ROM and a machine that runs a boot loader, are used through this
seam: by the transport ``virtual://``, by the server of ``bekenlab sim``, and by the tests.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Sent:
    """Bytes a chip sent.

    Attributes:
        at: Device seconds when the last bit of the last byte was on the line.
        baud: The chip's rate while it sent them; at another rate the receiver sees garbage.
        data: The bytes.
    """

    at: float
    baud: int
    data: bytes


class WireDevice(Protocol):
    """A chip on a wire.

    Time only passes in :meth:`advance`, so that a run is a function of what was fed when.

    Attributes:
        now: Device seconds since it was first powered.
        baud: Rate its receiver and transmitter are set to now.
    """

    now: float

    @property
    def baud(self) -> int:
        """Rate of the chip's UART, in bits a second."""
        ...

    @property
    def flash(self) -> bytes:
        """The flash as it is now, physical addresses."""
        ...

    def feed(self, data: bytes, baud: int) -> None:
        """Put bytes on the wire to the chip.

        They arrive one by one from ``now`` on (after those still on their way), each taking ten bit
        times at ``baud``. If the chip listens at another rate it receives garbage.
        """
        ...

    def advance(self, until: float) -> tuple[Sent, ...]:
        """Let time pass until ``until`` (device seconds), or until the chip has sent something.

        Returns as soon as anything was sent, with ``now`` when its last bit was on the line, so
        that ``now`` never runs ahead of what the receiver could have seen; an empty result means
        that ``now`` is ``until``.
        """
        ...

    def reset(self) -> None:
        """Pull CEN low and let go: the chip starts anew; bytes on the wire are lost."""
        ...
