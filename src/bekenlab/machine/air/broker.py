"""A small MQTT broker in the air: version 3.1.1, QoS 0 and 1, retained messages.

Source: MQTT 3.1.1, OASIS Standard, 29 October 2014. What firmware publishes reaches subscribers in
the air and ``on_message``, and nobody else.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar

from bekenlab.machine.air.kept import KeptAttributes, freeze, thaw

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from bekenlab.machine.air.host import Host
    from bekenlab.machine.air.tcp import TcpConnection
    from bekenlab.machine.devices.base import State

PORT = 1883
_CONNECT, _PUBLISH, _SUBSCRIBE, _UNSUBSCRIBE, _PING, _DISCONNECT = 1, 3, 8, 10, 12, 14
_CONNECTED, _PUBLISHED, _SUBSCRIBED, _UNSUBSCRIBED = b"\x20\x02\0\0", 0x40, 0x90, 0xB0
_PONG = b"\xd0\0"
_LONGEST = 1 << 20
_MOST_RETAINED = 1000
_RETAIN = 1


@dataclass(slots=True)
class _Client:
    connection: TcpConnection
    topics: list[str] = field(default_factory=list)


class Broker(KeptAttributes):
    """A broker.

    Args:
        host: The host it runs on.
        on_message: Called with topic and content of every message that a client publishes.
        port: TCP port.

    Attributes:
        retained: Messages that new subscribers get, by topic.
    """

    kept: ClassVar[Mapping[str, str]] = {"retained": "dict"}

    def __init__(
        self,
        host: Host,
        on_message: Callable[[str, bytes], None] = lambda _topic, _content: None,
        port: int = PORT,
    ) -> None:
        self.retained: dict[str, bytes] = {}
        self._host = host
        self._on_message = on_message
        self._clients: list[_Client] = []
        host.listen(port, self._accepted)
        host.keep("broker", self)

    @property
    def subscriptions(self) -> tuple[str, ...]:
        """Filters of all clients."""
        return tuple(topic for client in self._clients for topic in client.topics)

    def publish(self, topic: str, content: bytes) -> None:
        """Send a message to the clients that subscribed to its topic."""
        self._spread(topic, content)
        self._host.touch()

    def _accepted(self, connection: TcpConnection) -> None:
        self._take_up(_Client(connection))

    def _take_up(self, client: _Client) -> None:
        self._clients.append(client)
        client.connection.owned = True
        client.connection.changed = lambda: self._read(client)

    def save(self) -> State:
        """Messages that are retained, clients and what they subscribed to."""
        clients = [(self._host.key_of(each.connection), each.topics) for each in self._clients]
        return {**super().save(), "clients": freeze(clients)}

    def load(self, state: State) -> None:
        """Restore what :meth:`save` returned, after the host."""
        super().load(state)
        self._clients.clear()
        for key, topics in thaw(state["clients"], "list"):
            self._take_up(_Client(self._host.connection(key), topics))

    def _read(self, client: _Client) -> None:
        connection = client.connection
        while True:
            packet = _first_packet(connection.received)
            if packet is None:
                break
            kind, body, size = packet
            connection.take(size)
            if not self._handle(client, kind, body):
                connection.close()
                break
        if connection.ended:
            if client in self._clients:
                self._clients.remove(client)
            connection.close()

    def _handle(self, client: _Client, kind: int, body: bytes) -> bool:
        """Handle a packet; returns whether the connection stays."""
        try:
            if kind >> 4 == _CONNECT:
                client.connection.send(_CONNECTED)
            elif kind >> 4 == _PUBLISH:
                self._published(client, kind, body)
            elif kind >> 4 in {_SUBSCRIBE, _UNSUBSCRIBE}:
                self._subscribe(client, body, subscribe=kind >> 4 == _SUBSCRIBE)
            elif kind >> 4 == _PING:
                client.connection.send(_PONG)
            elif kind >> 4 == _DISCONNECT or not kind:
                return False
        except (IndexError, UnicodeDecodeError):
            return False
        return True

    def _published(self, client: _Client, kind: int, body: bytes) -> None:
        topic, place = _text(body, 0)
        if kind >> 1 & 3:
            client.connection.send(bytes((_PUBLISHED, 2)) + body[place : place + 2])
            place += 2
        content = body[place:]
        if kind & _RETAIN and (topic in self.retained or len(self.retained) < _MOST_RETAINED):
            self.retained[topic] = content
        self._on_message(topic, content)
        self._spread(topic, content)

    def _subscribe(self, client: _Client, body: bytes, *, subscribe: bool) -> None:
        place, answers = 2, b""
        while place < len(body):
            topic, place = _text(body, place)
            if not subscribe:
                client.topics = [each for each in client.topics if each != topic]
                continue
            place += 1
            answers += b"\0"
            client.topics.append(topic)
        kind = _SUBSCRIBED if subscribe else _UNSUBSCRIBED
        client.connection.send(bytes((kind, 2 + len(answers))) + body[:2] + answers)
        if subscribe:
            for topic, content in self.retained.items():
                if any(matches(wanted, topic) for wanted in client.topics):
                    client.connection.send(_publish(topic, content, retained=True))

    def _spread(self, topic: str, content: bytes) -> None:
        for client in tuple(self._clients):
            if any(matches(wanted, topic) for wanted in client.topics):
                client.connection.send(_publish(topic, content, retained=False))


def matches(wanted: str, topic: str) -> bool:
    """Whether a topic matches a filter with ``+`` and ``#``."""
    parts, levels = wanted.split("/"), topic.split("/")
    for place, part in enumerate(parts):
        if part == "#":
            return True
        if place >= len(levels) or part not in {"+", levels[place]}:
            return False
    return len(parts) == len(levels)


def _publish(topic: str, content: bytes, *, retained: bool) -> bytes:
    name = topic.encode()
    body = len(name).to_bytes(2, "big") + name + content
    return bytes((_PUBLISH << 4 | retained,)) + _length(len(body)) + body


def _length(size: int) -> bytes:
    found = bytearray()
    while True:
        size, digit = size >> 7, size & 0x7F
        found.append(digit | (0x80 if size else 0))
        if not size:
            return bytes(found)


def _text(body: bytes, place: int) -> tuple[str, int]:
    if place + 2 > len(body):
        raise IndexError
    size = int.from_bytes(body[place : place + 2], "big")
    end = place + 2 + size
    if end > len(body):
        raise IndexError
    return body[place + 2 : end].decode(), end


def _first_packet(data: bytearray) -> tuple[int, bytes, int] | None:
    """First byte, body and size of the first complete packet; kind 0 for one that is too long."""
    size = 0
    for place in range(1, 5):
        if place >= len(data):
            return None
        size |= (data[place] & 0x7F) << 7 * (place - 1)
        if not data[place] & 0x80:
            end = place + 1 + size
            if size > _LONGEST:
                return 0, b"", len(data)
            return (data[0], bytes(data[place + 1 : end]), end) if len(data) >= end else None
    return 0, b"", len(data)
