"""A host of the network in the air: ARP, ICMP, UDP and TCP on one address.

What the firmware sends to other addresses is counted in :attr:`Host.refused` and goes nowhere.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, ClassVar, TypeAlias

from bekenlab.machine.air import packets
from bekenlab.machine.air.kept import KeptAttributes
from bekenlab.machine.air.neighbours import Neighbours
from bekenlab.machine.air.packets import (
    ARP,
    BROADCAST_IP,
    ICMP,
    IPV4,
    NO_IP,
    RST,
    SYN,
    TCP,
    UDP,
    BadPacketError,
    Datagram,
    Packet,
    Segment,
    decode_arp,
    decode_datagram,
    decode_packet,
    decode_segment,
)
from bekenlab.machine.air.tcp import TcpConnection
from bekenlab.machine.air.tcp_state import TcpState
from bekenlab.machine.devices.base import State, bytes_of, int_of
from bekenlab.machine.errors import SnapshotError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from bekenlab.machine.air.air import Air
    from bekenlab.machine.air.kept import Kept
    from bekenlab.machine.air.neighbours import Link

#: Own port, address of the other end, port of the other end.
Key: TypeAlias = tuple[int, bytes, int]

_BROADCAST_MAC = b"\xff" * 6
_ECHO_REQUEST, _UNREACHABLE, _NO_NETWORK, _NO_PORT = 8, 3, 0, 3
_MOST_REFUSED = 256
_FIRST_PORT, _LAST_PORT = 49152, 65535
_NUMBER_STEP = 64_000


class Host(KeptAttributes):
    """A host.

    Args:
        air: Gives the time.
        link: Carries its packets.
        ip: Its address, four bytes; zero while it has none.

    Attributes:
        ip: Its address.
        refused: What was sent to other addresses through this host, as
            ``("tcp", "203.0.113.7:443")``, with how often.
    """

    kept: ClassVar[Mapping[str, str]] = {
        "ip": "bytes",
        "refused": "Counter",
        "_port": "int",
        "_number": "int",
        "_planned": "int | None",
    }

    def __init__(self, air: Air, link: Link, ip: bytes = NO_IP) -> None:
        self.ip = ip
        self.refused: Counter[tuple[str, str]] = Counter()
        self._air = air
        self._link = link
        self._neighbours = Neighbours(air, link)
        self._udp: dict[int, Callable[[bytes, Datagram], None]] = {}
        self._listeners: dict[int, Callable[[TcpConnection], None]] = {}
        self._connections: dict[tuple[int, bytes, int], TcpConnection] = {}
        self._port = _FIRST_PORT
        self._number = 0
        self._planned: int | None = None
        self._name = air.keep("host", self)
        air.handle(f"{self._name}.due", self._due)

    # for services -----------------------------------------------------------------------------

    def on_udp(self, port: int, handler: Callable[[bytes, Datagram], None]) -> None:
        """Call ``handler`` with the sender's address and each datagram to a port."""
        self._udp[port] = handler

    def send_udp(self, to: bytes, datagram: Datagram) -> None:
        """Send a datagram."""
        self._send(Packet(UDP, self.ip, to, datagram.encode(self.ip, to)))

    def listen(self, port: int, accepted: Callable[[TcpConnection], None]) -> None:
        """Call ``accepted`` with each new connection to a port, which may abort it."""
        self._listeners[port] = accepted

    def connect(
        self, to: bytes, port: int, changed: Callable[[], None] = lambda: None
    ) -> TcpConnection:
        """Open a connection.

        Args:
            to: Address of the other end.
            port: Port of the other end.
            changed: Called whenever something about it changes.
        """
        made = self._connection(to, self._free_port(to, port), port)
        made.changed = changed
        made.connect()
        self._watch()
        return made

    def reach(self, to: bytes) -> bool:
        """Whether the MAC address of a host is known."""
        return self._neighbours.address(to) is not None

    def keep(self, name: str, part: Kept) -> None:
        """Let snapshots hold the state of a service on this host, too."""
        self._air.keep(name, part)

    def connection(self, key: Key) -> TcpConnection:
        """A connection by its key, see :meth:`key_of`."""
        return self._connections[key]

    def key_of(self, connection: TcpConnection) -> Key:
        """Its port, the other end's address, and the other end's port."""
        return next(key for key, each in self._connections.items() if each is connection)

    def _free_port(self, to: bytes, port: int) -> int:
        while True:
            self._port = self._port + 1 if self._port < _LAST_PORT else _FIRST_PORT
            if (self._port, to, port) not in self._connections:
                return self._port

    def _connection(self, to: bytes, local_port: int, remote_port: int) -> TcpConnection:
        self._number = (self._number + _NUMBER_STEP) % (1 << 32)
        return self._made((local_port, to, remote_port), self._number)

    def _made(self, key: Key, number: int) -> TcpConnection:
        local_port, to, remote_port = key

        def send(segment: Segment) -> None:
            self._send(Packet(TCP, self.ip, to, segment.encode(self.ip, to)))

        made = TcpConnection(local_port, remote_port, number, send, lambda: self._air.now)
        self._connections[key] = made
        return made

    # what arrives -----------------------------------------------------------------------------

    def receive(self, sender: bytes, ethertype: int, payload: bytes) -> None:
        """A frame's content has arrived from a MAC address."""
        try:
            if ethertype == ARP:
                self._neighbours.hear(decode_arp(payload), self.ip)
            elif ethertype == IPV4:
                self._packet(sender, decode_packet(payload))
        except BadPacketError:
            return

    def _packet(self, sender: bytes, packet: Packet) -> None:
        if packet.source != NO_IP:
            self._neighbours.learn(packet.source, sender)
        mine = packet.target == self.ip
        group = packet.target == BROADCAST_IP or packet.target[0] >= 224 or packet.target[3] == 255
        if packet.protocol == UDP and (mine or group or self.ip == NO_IP):
            self._datagram(packet, decode_datagram(packet), answer=mine)
        elif mine and packet.protocol == TCP:
            self._segment(packet.source, decode_segment(packet))
        elif mine and packet.protocol == ICMP:
            self._icmp(packet)
        elif not mine and not group:
            self._refuse(packet)

    def _datagram(self, packet: Packet, datagram: Datagram, *, answer: bool) -> None:
        handler = self._udp.get(datagram.target_port)
        if handler is not None:
            handler(packet.source, datagram)
        elif answer:
            self._unreachable(packet, _NO_PORT)

    def _icmp(self, packet: Packet) -> None:
        data = packet.payload
        if len(data) >= 8 and data[0] == _ECHO_REQUEST:
            bare = b"\0\0\0\0" + data[4:]
            code = packets.checksum(bare).to_bytes(2, "big")
            reply = bare[:2] + code + bare[4:]
            self._send(Packet(ICMP, self.ip, packet.source, reply))

    def _unreachable(self, packet: Packet, code: int) -> None:
        bare = bytes((_UNREACHABLE, code)) + bytes(6) + packet.encode()[:28]
        body = bare[:2] + packets.checksum(bare).to_bytes(2, "big") + bare[4:]
        self._send(Packet(ICMP, self.ip, packet.source, body))

    def _refuse(self, packet: Packet) -> None:
        """Count a packet that nobody forwards."""
        target, name = packets.ip_text(packet.target), "ip"
        if packet.protocol in {TCP, UDP} and len(packet.payload) >= 4:
            target = f"{target}:{int.from_bytes(packet.payload[2:4], 'big')}"
            name = "tcp" if packet.protocol == TCP else "udp"
        key = (name, target)
        if key in self.refused or len(self.refused) < _MOST_REFUSED:
            self.refused[key] += 1
        self._unreachable(packet, _NO_NETWORK)

    def _segment(self, source: bytes, segment: Segment) -> None:
        key = (segment.target_port, source, segment.source_port)
        known = self._connections.get(key)
        if known is not None and known.state is TcpState.TIME_WAIT and segment.flags & SYN:
            known = None  # the other end uses the port again
        if known is not None:
            known.handle(segment)
        elif segment.flags == SYN and segment.target_port in self._listeners:
            made = self._connection(source, segment.target_port, segment.source_port)
            self._listeners[segment.target_port](made)
            if made.ended:  # it was refused
                self._reset(source, segment)
            else:
                made.accept(segment)
        elif not segment.flags & RST:
            self._reset(source, segment)
        self._watch()

    def _reset(self, to: bytes, segment: Segment) -> None:
        following = (segment.sequence + segment.length) % (1 << 32)
        answer = Segment(
            segment.target_port,
            segment.source_port,
            segment.acknowledged if segment.flags & packets.ACK else 0,
            following,
            RST | packets.ACK,
            0,
        )
        self._send(Packet(TCP, self.ip, to, answer.encode(self.ip, to)))

    # what is sent -----------------------------------------------------------------------------

    def _send(self, packet: Packet) -> None:
        if packet.target == BROADCAST_IP:
            self._link.send_packet(_BROADCAST_MAC, IPV4, packet.encode())
            return
        self._neighbours.send(packet, self.ip)

    def restarted(self) -> None:
        """The chip starts anew: connections to it are gone."""
        self._neighbours.forget_waiting()
        for each in tuple(self._connections.values()):
            each.reset()
        self._watch()

    # time -------------------------------------------------------------------------------------

    def touch(self) -> None:
        """To be called after a connection was used from outside."""
        self._watch()

    def _watch(self) -> None:
        """Plan the next deadline of a connection, and forget closed ones."""
        for key in [k for k, each in self._connections.items() if each.state is TcpState.CLOSED]:
            del self._connections[key]
        due = [each.deadline for each in self._connections.values() if each.deadline is not None]
        if not due:
            return
        first = min(due)
        if self._planned is None or first < self._planned or self._planned <= self._air.now:
            self._planned = first
            self._air.after(first - self._air.now, f"{self._name}.due")

    # snapshots --------------------------------------------------------------------------------

    def save(self) -> State:
        """Its state, with the connections of services that are saved themselves.

        Raises:
            SnapshotError: Others have connections open, who would not know of a restored one.
        """
        open_ones = self._connections.items()
        if any(not each.owned and each.state is not TcpState.TIME_WAIT for _, each in open_ones):
            raise SnapshotError(
                "A program has a connection to the chip open, which cannot be saved.",
                hint="close it first",
            )
        connections = [[*key, each.save()] for key, each in open_ones]
        return {**super().save(), "connections": connections}

    def load(self, state: State) -> None:
        """Restore what :meth:`save` returned; services fetch their connections afterwards."""
        super().load(state)
        self._connections.clear()
        saved = state["connections"]
        if not isinstance(saved, list):
            raise TypeError("expected a list")
        for local_port, to, remote_port, content in saved:
            key = int_of(local_port), bytes_of(to), int_of(remote_port)
            self._made(key, 0).load(content)

    def _due(self) -> None:
        now = self._air.now
        if self._planned is not None and self._planned <= now:
            self._planned = None
        for each in tuple(self._connections.values()):
            if each.deadline is not None and each.deadline <= now:
                each.due()
        self._watch()
