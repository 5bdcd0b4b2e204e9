"""The network in the air: leases, names, time, the broker, and what it refuses."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bekenlab.machine.air.air import Air
from bekenlab.machine.air.broker import Broker, matches
from bekenlab.machine.air.host import Host
from bekenlab.machine.air.packets import ICMP, IPV4, TCP, Datagram, Packet, Segment, ip_bytes
from bekenlab.machine.air.services import DhcpClient, DhcpServer, NameServer, TimeServer
from bekenlab.machine.air.tcp_state import TcpState

if TYPE_CHECKING:
    from bekenlab.machine.air.tcp import TcpConnection

OURS, THEIRS = ip_bytes("192.168.77.1"), ip_bytes("192.168.77.9")


class Cable:
    """Two hosts, connected directly; time is moved by hand."""

    def __init__(self) -> None:
        self.air = Tick()
        self.one, self.two = End(self, b"\2\0\0\0\0\1"), End(self, b"\2\0\0\0\0\2")
        self.ours = Host(self.air, self.one, OURS)
        self.theirs = Host(self.air, self.two, THEIRS)
        self.one.host, self.two.host = self.ours, self.theirs


class Tick(Air):
    """An air without a machine, whose time is moved by hand."""

    def __init__(self) -> None:
        super().__init__()
        self.time = 0

    @property
    def now(self) -> int:
        return self.time

    def wait(self, seconds: float) -> None:
        end = self.time + int(seconds * 1e6)
        while self._events and self._events[0][0] <= end:
            self.time = max(self.time, self._events[0][0])
            self._step(0)
        self.time = end


class End:
    def __init__(self, cable: Cable, address: bytes) -> None:
        self.address = address
        self.host: Host | None = None
        self._cable = cable
        self._event = f"at {address.hex()}"
        cable.air.handle(self._event, self._arrive)

    def _arrive(self, sender: bytes, ethertype: int, payload: bytes) -> None:
        assert self.host is not None
        self.host.receive(sender, ethertype, payload)

    def send_packet(self, to: bytes, ethertype: int, payload: bytes) -> None:
        other = self._cable.two if self is self._cable.one else self._cable.one
        if to in {other.address, b"\xff" * 6}:
            self._cable.air.after(10, other._event, self.address, ethertype, payload)


def test_a_host_without_an_address_gets_one_and_keeps_it() -> None:
    cable = Cable()
    cable.theirs.ip = bytes(4)
    server = DhcpServer(cable.ours)
    client = DhcpClient(cable.air, cable.theirs, cable.two.address)
    client.start()
    cable.air.wait(1)
    assert cable.theirs.ip == ip_bytes("192.168.77.100")
    assert client.server == OURS
    assert server.leases == {cable.two.address: cable.theirs.ip}
    cable.theirs.ip = bytes(4)
    client.start()
    cable.air.wait(1)
    assert cable.theirs.ip == ip_bytes("192.168.77.100")


def _asked(cable: Cable, name: str, kind: int = 1) -> bytes:
    answers: list[bytes] = []
    cable.theirs.on_udp(4000, lambda _, datagram: answers.append(datagram.payload))
    labels = b"".join(bytes((len(part),)) + part.encode() for part in name.split("."))
    query = b"\x12\x34\1\0\0\1\0\0\0\0\0\0" + labels + b"\0" + bytes((0, kind, 0, 1))
    cable.theirs.send_udp(OURS, Datagram(4000, 53, query))
    cable.air.wait(1)
    return answers[-1]


def test_only_names_that_were_given_exist() -> None:
    cable = Cable()
    unknown = NameServer(cable.ours, {"broker": OURS}).unknown
    known = _asked(cable, "Broker")
    assert known[:4] == b"\x12\x34\x81\x80"
    assert known.endswith(OURS)
    assert _asked(cable, "broker", kind=28)[6:8] == b"\0\0", "it has no IPv6 address"
    missing = _asked(cable, "a.tuyaeu.com")
    assert missing[:4] == b"\x12\x34\x81\x83"
    assert missing[6:8] == b"\0\0"
    assert unknown == {"a.tuyaeu.com": 1}


def test_the_time_is_given_and_passes() -> None:
    cable = Cable()
    TimeServer(cable.air, cable.ours, 1_700_000_000)
    answers: list[bytes] = []
    cable.theirs.on_udp(4000, lambda _, datagram: answers.append(datagram.payload))
    cable.air.wait(90)
    cable.theirs.send_udp(OURS, Datagram(4000, 123, b"\x1b" + bytes(47)))
    cable.air.wait(1)
    assert int.from_bytes(answers[0][40:44], "big") == 1_700_000_090 + 2_208_988_800


def test_what_is_sent_elsewhere_is_counted_and_refused() -> None:
    cable = Cable()
    replies: list[Packet] = []
    cable.two.host = Recorder(replies)  # type: ignore[assignment]
    world = ip_bytes("203.0.113.7")
    segment = Segment(1000, 443, 1, 0, 2, 1000).encode(THEIRS, world)
    packet = Packet(TCP, THEIRS, world, segment).encode()
    for _ in range(3):
        cable.ours.receive(cable.two.address, IPV4, packet)
    cable.air.wait(1)
    assert cable.ours.refused == {("tcp", "203.0.113.7:443"): 3}
    assert [(each.protocol, each.payload[:2]) for each in replies] == [(ICMP, b"\3\0")] * 3


class Recorder:
    def __init__(self, packets: list[Packet]) -> None:
        self._packets = packets

    def receive(self, _sender: bytes, ethertype: int, payload: bytes) -> None:
        from bekenlab.machine.air.packets import decode_packet

        if ethertype == IPV4:
            self._packets.append(decode_packet(payload))


def test_a_closed_port_answers_with_a_reset_and_an_absent_host_not_at_all() -> None:
    cable = Cable()
    refused = cable.theirs.connect(OURS, 81)
    lost = cable.theirs.connect(ip_bytes("192.168.77.200"), 80)
    cable.air.wait(1)
    assert refused.problem == "refused"
    assert lost.state is TcpState.SYN_SENT
    cable.air.wait(200)
    assert lost.problem == "timeout"


def test_an_echo_is_answered() -> None:
    cable = Cable()
    replies: list[Packet] = []
    cable.two.host = Recorder(replies)  # type: ignore[assignment]
    echo = bytes.fromhex("0800f7fd00010001")
    cable.ours.receive(cable.two.address, IPV4, Packet(ICMP, THEIRS, OURS, echo).encode())
    cable.air.wait(1)
    assert [each.payload for each in replies] == [bytes.fromhex("0000fffd00010001")]


class Mqtt:
    """A client of the broker."""

    def __init__(self, cable: Cable) -> None:
        self._cable = cable
        self.connection: TcpConnection = cable.theirs.connect(OURS, 1883)
        self.send(b"\x10\x0c\0\4MQTT\4\2\0\x3c\0\0")

    def send(self, data: bytes) -> None:
        self.connection.send(data)
        self._cable.theirs.touch()
        self._cable.air.wait(1)


def test_the_broker_spreads_and_keeps_messages() -> None:
    cable = Cable()
    seen: list[tuple[str, bytes]] = []
    broker = Broker(cable.ours, lambda topic, content: seen.append((topic, content)))
    one, two = Mqtt(cable), Mqtt(cable)
    assert one.connection.take() == b"\x20\x02\0\0"
    one.send(b"\x82\x0a\0\1\0\5+/set\0")
    assert one.connection.take() == b"\x90\x03\0\1\0"
    assert broker.subscriptions == ("+/set",)
    two.connection.take()
    two.send(b"\x33\x0a\0\5a/set\0\7X")  # QoS 1, retained
    assert two.connection.take() == b"\x40\x02\0\7"
    assert one.connection.take() == b"\x30\x08\0\5a/setX"
    assert seen == [("a/set", b"X")]
    late = Mqtt(cable)
    late.send(b"\x82\x06\0\1\0\1#\0")
    assert late.connection.take().endswith(b"\x31\x08\0\5a/setX")
    broker.publish("b/set", b"Y")
    cable.air.wait(1)
    assert one.connection.take() == b"\x30\x08\0\5b/setY"
    one.send(b"\xc0\0")
    assert one.connection.take() == b"\xd0\0"
    one.send(b"\xe0\0")
    cable.air.wait(5)
    assert one.connection.ended


@pytest.mark.parametrize(
    ("wanted", "topic", "fits"),
    [
        ("a/b", "a/b", True),
        ("a/+", "a/b", True),
        ("a/+", "a/b/c", False),
        ("a/#", "a/b/c", True),
        ("a/#", "a", True),
        ("#", "a", True),
        ("a/b/c", "a/b", False),
    ],
)
def test_topics_match_as_in_the_standard(wanted: str, topic: str, fits: bool) -> None:
    assert matches(wanted, topic) is fits


@given(st.lists(st.binary(max_size=60), max_size=5))
def test_no_bytes_break_the_broker(pieces: list[bytes]) -> None:
    cable = Cable()
    Broker(cable.ours)
    client = Mqtt(cable)
    for piece in pieces:
        client.send(piece)


@given(st.sampled_from([0x0800, 0x0806]), st.binary(max_size=120), st.integers(0, 255))
def test_no_bytes_break_a_host(kind: int, data: bytes, protocol: int) -> None:
    cable = Cable()
    DhcpServer(cable.ours)
    NameServer(cable.ours, {})
    cable.ours.receive(cable.two.address, kind, data)
    cable.ours.receive(cable.two.address, IPV4, Packet(protocol, THEIRS, OURS, data).encode())
    for port in (53, 67):
        datagram = Datagram(4000, port, data).encode(THEIRS, OURS)
        cable.ours.receive(cable.two.address, IPV4, Packet(17, THEIRS, OURS, datagram).encode())
    cable.air.wait(1)
