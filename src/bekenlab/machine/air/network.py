"""A network, the stations in it, and the host behind its access point."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from bekenlab.machine.air.handshake import Handshake


@dataclass(frozen=True, slots=True)
class Network:
    """A network.

    Attributes:
        ssid: Its name, 1 to 32 bytes.
        passphrase: 8 to 63 bytes for WPA2-PSK, or None for an open network.
    """

    ssid: bytes
    passphrase: bytes | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        if not 1 <= len(self.ssid) <= 32:
            raise ValueError("the name of a network has 1 to 32 bytes")
        if self.passphrase is not None and not 8 <= len(self.passphrase) <= 63:
            raise ValueError("the passphrase of a network has 8 to 63 bytes")


class Receiver(Protocol):
    """A host behind the access point."""

    def receive(self, sender: bytes, ethertype: int, payload: bytes) -> None:
        """A frame's content has arrived from a MAC address."""
        ...

    def restarted(self) -> None:
        """The chip starts anew, and has forgotten its connections."""
        ...


@dataclass(slots=True)
class Client:
    """A station that is associated.

    Attributes:
        address: Its MAC address.
        number: Its association id.
        authorised: Whether it may send data.
        since: When it was associated.
        handshake: On a protected network.
        sent: Packet number of the last frame to it.
        dozing: Whether it listens only now and then.
        buffered: Frames that wait until it is awake.
    """

    address: bytes
    number: int
    authorised: bool
    since: int = 0
    handshake: Handshake | None = None
    sent: int = 0
    dozing: bool = False
    buffered: deque[bytes] = field(default_factory=deque)
