"""What access point and station share: their rates, and how they send frames."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar

from bekenlab.machine.air.frames import MORE_RATES, RATES, Frame, element
from bekenlab.machine.air.kept import KeptAttributes

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from bekenlab.machine.air.air import Air, Peer

#: Basic rates 1, 2, 5.5 and 11 Mbit/s, then 6 to 54.
RATES_ELEMENT = element(RATES, bytes.fromhex("82848b960c121824"))
MORE_RATES_ELEMENT = element(MORE_RATES, bytes.fromhex("3048606c"))
_SEQUENCE = 0xFFF


class Radio(KeptAttributes):
    """Sends the frames of a peer, with sequence numbers.

    Args:
        air: The air.
        peer: The sender.
    """

    kept: ClassVar[Mapping[str, str]] = {"_sequence": "int"}

    def __init__(self, air: Air, peer: Peer) -> None:
        self._air = air
        self._peer = peer
        self._sequence = 0
        air.keep("radio", self)

    def send(self, frame: Frame, *, lost: Callable[[], None] | None = None) -> None:
        """Send a frame; ``lost`` is called if nobody acknowledges it."""
        self._sequence = (self._sequence + 1) & _SEQUENCE
        encoded = replace(frame, sequence=self._sequence).encode()
        self._air.send(self._peer, encoded, lost=lost)

    def send_encoded(self, frame: bytes) -> None:
        """Send bytes that have a sequence number already."""
        self._air.send(self._peer, frame)
