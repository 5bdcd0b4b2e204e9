"""Who is at which address: ARP, and packets that wait for an answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Protocol

from bekenlab.machine.air.kept import KeptAttributes
from bekenlab.machine.air.packets import (
    ARP,
    ARP_REPLY,
    ARP_REQUEST,
    IPV4,
    NO_IP,
    Arp,
    Packet,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bekenlab.machine.air.air import Air

_BROADCAST_MAC = b"\xff" * 6
_ASK_AGAIN, _MOST_ASKED = 500_000, 6
_MOST_WAITING = 64


class Link(Protocol):
    """What carries a host's packets to its network."""

    @property
    def address(self) -> bytes:
        """MAC address of the host."""
        ...

    def send_packet(self, to: bytes, ethertype: int, payload: bytes) -> None:
        """Send to a MAC address."""
        ...


class Neighbours(KeptAttributes):
    """The MAC addresses of a network, as far as they are known.

    Args:
        air: Gives the time.
        link: Carries packets.
    """

    kept: ClassVar[Mapping[str, str]] = {"_known": "dict", "_waiting": "dict"}

    def __init__(self, air: Air, link: Link) -> None:
        self._air, self._link = air, link
        self._known: dict[bytes, bytes] = {}
        self._waiting: dict[bytes, list[Packet]] = {}
        self._event = f"{air.keep('neighbours', self)}.ask"
        air.handle(self._event, self._ask)

    def address(self, ip: bytes) -> bytes | None:
        """The MAC address of a host, if it is known."""
        return self._known.get(ip)

    def learn(self, ip: bytes, address: bytes) -> None:
        """A host was heard."""
        self._known[ip] = address

    def hear(self, arp: Arp, mine: bytes) -> None:
        """A message of ARP has arrived at the host with the address ``mine``."""
        if arp.sender_ip != NO_IP:
            self.learn(arp.sender_ip, arp.sender)
            for packet in self._waiting.pop(arp.sender_ip, ()):
                self.send(packet, mine)
        if arp.operation == ARP_REQUEST and arp.target_ip == mine != NO_IP:
            reply = Arp(ARP_REPLY, self._link.address, mine, arp.sender, arp.sender_ip)
            self._link.send_packet(arp.sender, ARP, reply.encode())

    def send(self, packet: Packet, mine: bytes) -> None:
        """Send a packet, as soon as it is known where to."""
        address = self._known.get(packet.target)
        if address is not None:
            self._link.send_packet(address, IPV4, packet.encode())
            return
        waiting = self._waiting.setdefault(packet.target, [])
        waiting.append(packet)
        del waiting[:-_MOST_WAITING]
        if len(waiting) == 1:
            self._ask(packet.target, mine, _MOST_ASKED)

    def forget_waiting(self) -> None:
        """Nobody will answer any more."""
        self._waiting.clear()

    def _ask(self, ip: bytes, mine: bytes, left: int) -> None:
        """Ask for the MAC address of a host until it answers."""
        if ip not in self._waiting:
            return
        if not left:
            del self._waiting[ip]
            return
        request = Arp(ARP_REQUEST, self._link.address, mine, bytes(6), ip)
        self._link.send_packet(_BROADCAST_MAC, ARP, request.encode())
        self._air.after(_ASK_AGAIN, self._event, ip, mine, left - 1)
