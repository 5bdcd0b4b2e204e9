"""A snapshot of an air: who has joined stays joined, and all goes on as it would have."""

from __future__ import annotations

from collections import Counter, deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest

from air_devices import OBK_N, OPEN, firmware
from bekenlab.analysis.inputs import unpack
from bekenlab.live.source import live_source
from bekenlab.live.wifi import joining, opening
from bekenlab.machine import Machine, Until
from bekenlab.machine.air import Air, ItsNetwork, Network, OurNetwork, snapshot
from bekenlab.machine.air.broker import Broker
from bekenlab.machine.air.capture import Capture
from bekenlab.machine.air.kept import freeze, thaw
from bekenlab.machine.air.tcp_state import TcpState, Timing
from bekenlab.machine.errors import SnapshotError

if TYPE_CHECKING:
    from bekenlab.machine import FlashImage

PROTECTED = Network(b"bekenlab", b"virtual air")
RELAY: dict[str, object] = {"pins": {"26": "Rel;1"}}


@dataclass
class World:
    """A machine with OpenBeken, a network of ours, and a broker."""

    flash: FlashImage
    network: Network
    frames: list[bytes] = field(default_factory=list)
    edges: list[tuple[int, int, int]] = field(default_factory=list)
    messages: list[tuple[str, bytes]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.air = Air(Capture(self.frames.append))
        self.ours = OurNetwork(self.air, self.network, ("broker",))
        self.broker = Broker(self.ours.host, lambda *each: self.messages.append(each))
        self.machine = Machine.from_image(self.flash, chip="BK7231N")
        self.machine.listen_edges(lambda *each: self.edges.append(each))
        self.air.join(self.machine)

    def run(self, seconds: float) -> None:
        self.machine.run(Until(device_seconds=seconds))

    def forget(self) -> None:
        for each in (self.frames, self.edges, self.messages):
            each.clear()

    def go_on(self) -> tuple[object, ...]:
        """What happens in the next seconds: a relay is switched by the broker, twice."""
        self.forget()
        topic = self.topic.replace("+", "1", 1)
        for value in (b"1", b"0"):
            self.broker.publish(topic, value)
            self.run(1)
        relay = [each for each in self.edges if each[1] == 26]
        return b"".join(self.frames), relay, list(self.messages), self.machine.pins()

    @property
    def topic(self) -> str:
        return next(each for each in self.broker.subscriptions if each.endswith("/+/set"))


def flash_for(network: Network) -> FlashImage:
    source = live_source(unpack("openbeken.bin", firmware(OBK_N))[0], template=RELAY)
    return joining(source, network, ("broker", 1883)).flash


@pytest.mark.parametrize("network", [OPEN, PROTECTED])
def test_who_has_joined_goes_on(network: Network) -> None:
    """To the byte: frames, pins and messages; in another air and again in the same one."""
    flash = flash_for(network)
    first = World(flash, network)
    for _ in range(40):
        first.run(1)
        if any(each.endswith("/+/set") for each in first.broker.subscriptions):
            break
    first.run(0.5)
    saved = snapshot.save(first.air)
    went_on = first.go_on()
    assert [level for _, _, level in went_on[1]] == [1, 0]  # type: ignore[attr-defined]
    second = World(flash, network)
    snapshot.restore(second.air, saved)
    assert second.ours.chip_ip == first.ours.chip_ip
    assert second.ours.unknown == first.ours.unknown
    assert snapshot.save(second.air) == saved
    assert second.go_on() == went_on
    snapshot.restore(first.air, saved)
    assert first.go_on() == went_on
    for each in (first, second):
        each.machine.close()


def test_our_station_stays_in_the_chips_network() -> None:
    source = opening(live_source(unpack("openbeken.bin", firmware(OBK_N))[0]))
    pages = []
    saved = b""
    for _ in range(2):
        air = Air()
        its = ItsNetwork(air)
        machine = Machine.from_image(source.flash, chip="BK7231N")
        air.join(machine)
        if saved:
            snapshot.restore(air, saved)
        else:
            while its.chip_ip is None and machine.clock.seconds < 15:
                machine.run(Until(device_seconds=0.5))
            saved = snapshot.save(air)
        connection = its.host.connect(its.chip_ip or b"", 80)
        connection.send(b"GET /index HTTP/1.1\r\nHost: x\r\n\r\n")
        machine.run(Until(device_seconds=1))
        pages.append(connection.take())
        if len(pages) == 1:
            its.host.connect(its.chip_ip or b"", 80)
            with pytest.raises(SnapshotError, match="connection"):
                snapshot.save(air)
        machine.close()
    assert b"<title>OpenBK7231N" in pages[0]
    assert pages[0] == pages[1]


def test_it_fits_only_an_air_that_was_built_alike() -> None:
    saved = snapshot.save(_with(Air(), OPEN))
    snapshot.restore(_with(Air(), OPEN), saved)
    other = _with(Air(), OPEN)
    Broker(OurNetwork(other, PROTECTED).host)
    with pytest.raises(SnapshotError, match="other parts"):
        snapshot.restore(other, saved)


def _with(air: Air, network: Network) -> Air:
    OurNetwork(air, network)
    return air


@pytest.mark.parametrize("cut", [0, 4, 14, 30, 100, -1])
def test_what_is_damaged_is_refused(cut: int) -> None:
    saved = snapshot.save(_with(Air(), OPEN))
    with pytest.raises(SnapshotError):
        snapshot.restore(_with(Air(), OPEN), saved[:cut])


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        (None, "int | None"),
        (True, "bool"),
        (b"\0", "bytes"),
        (bytearray(b"\1"), "bytearray"),
        (TcpState.LAST_ACK, "TcpState"),
        (deque([b"1", b"2"]), "deque[bytes]"),
        (Counter({("tcp", "203.0.113.7:443"): 2}), "Counter[tuple[str, str]]"),
        ({b"\2": [1, (2, "three")]}, "dict"),
        (Timing(smoothed=3), "Timing"),
    ],
)
def test_values_come_back_as_they_were(value: object, kind: str) -> None:
    back = thaw(freeze(value), kind)
    assert back == value
    assert type(back) is type(value)


def test_values_of_another_type_are_refused() -> None:
    for frozen in (None, 1, "x", {"is": "list", "of": []}):
        with pytest.raises(TypeError):
            thaw(frozen, "bytes")
    broken = freeze(Timing())
    assert isinstance(broken, dict)
    broken["of"]["timeout"] = "soon"
    with pytest.raises(TypeError):
        thaw(broken, "Timing")
    with pytest.raises(KeyError):
        thaw({"is": "Popen", "of": {}}, "Popen")
    with pytest.raises(SnapshotError):
        freeze(object())
