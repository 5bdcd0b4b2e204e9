"""Genuine OpenBeken in the virtual air: it joins, serves its page, and reaches nothing else."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING

import pytest

from air_devices import OBK_N, OBK_T, AirDevice, connected, firmware, joined
from amounts import one_in
from bekenlab.analysis.inputs import unpack
from bekenlab.live.chip import LiveChip
from bekenlab.live.runner import ChipRunner
from bekenlab.live.source import live_source
from bekenlab.machine.air import Air, ItsNetwork, Network
from bekenlab.machine.air.broker import Broker
from bekenlab.machine.air.packets import ip_text

if TYPE_CHECKING:
    from collections.abc import Iterator

EVERY = (
    OBK_N,
    OBK_T,
    "dumps/openbk7238-qio-1.18.300",
    "images/openbk7252-qio-1.18.300",
    "images/openbk7252n-qio-1.18.300",
    "images/openbk7231n-qio-1.17.203",
)
RELAY: dict[str, object] = {"pins": {"26": "Rel;1"}}


@pytest.fixture
def no_sockets(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[object]]:
    """A trap: whoever opens a socket or looks a name up is caught."""
    caught: list[object] = []

    def trap(*args: object, **_: object) -> object:
        caught.append(args)
        raise OSError("a socket was opened")

    for name in ("socket", "create_connection", "getaddrinfo", "gethostbyname", "socketpair"):
        monkeypatch.setattr(socket, name, trap)
    yield caught
    assert caught == []


@pytest.mark.parametrize("name", [OBK_N, OBK_T, "images/openbk7231n-qio-1.17.203"])
def test_it_opens_its_own_network_and_serves_its_page(name: str, no_sockets: list[object]) -> None:
    source = live_source(unpack("firmware.bin", firmware(name))[0])
    air = Air()
    network = ItsNetwork(air)
    chip = LiveChip(source, air)
    runner = ChipRunner(chip, air)
    assert runner.run_until(lambda: network.chip_ip is not None, 15), network.station.seen
    assert (network.station.network or b"").startswith(b"OpenBK7231")
    assert ip_text(network.chip_ip or b"") == "192.168.4.1"
    connection = network.host.connect(network.chip_ip or b"", 80)
    connection.send(b"GET /index HTTP/1.1\r\nHost: x\r\n\r\n")
    assert runner.run_until(lambda: connection.ended, 3)
    page = connection.take()
    assert page.startswith(b"HTTP/1.1 200 OK")
    assert b"<title>OpenBK7231" in page
    chip.close()


def test_it_joins_a_protected_network() -> None:
    """Its own code computes the keys, so this takes longest."""
    right = Network(b"bekenlab", b"virtual air")
    device = connected(OBK_T, right)
    events = [event for _, _, event in device.network.access_point.log]
    assert events == ["authenticated", "associated", "joined"]
    assert b"<title>OpenBK7231T" in device.get("/index"), "protected frames both ways"
    entries = device.chip._machine.board.mac.keys.entries
    assert [entry.cipher for index, entry in sorted(entries.items()) if index in {1, 24}] == [3, 3]
    device.chip.close()


@pytest.mark.parametrize("name", one_in(len(EVERY), EVERY))
def test_a_relay_moves_by_http_and_mqtt(name: str) -> None:
    device = joined(name, template=RELAY, broker=("broker", 1883), names=("broker",))
    messages: list[tuple[str, bytes]] = []
    broker = Broker(device.network.host, lambda topic, text: messages.append((topic, text)))
    assert device.runner.run_until(lambda: len(broker.subscriptions) >= 4, 30)
    assert any(topic.endswith("/connected") and text == b"online" for topic, text in messages)
    topic = next(each for each in broker.subscriptions if each.endswith("/+/set"))
    broker.publish(topic.replace("+", "1"), b"1")
    assert device.runner.run_until(lambda: _level(device, 26) == 1, 2)
    device.client().command("SetChannel 1 0")
    assert device.runner.run_until(lambda: _level(device, 26) == 0, 2)
    device.chip.close()


def test_names_the_world_and_the_local_network_are_out_of_reach(no_sockets: list[object]) -> None:
    """Firmware that tries them all: counted, and nothing leaves the process."""
    device = connected(OBK_N, broker=("192.168.0.1", 1883))
    client = device.client()
    client.command("SendGet http://device.example.com/stolen")
    client.command("SendGet http://203.0.113.7/stolen")
    refused = device.network.host.refused
    assert device.runner.run_until(lambda: len(refused) >= 2, 20)
    assert refused["tcp", "203.0.113.7:80"] > 0
    assert refused["tcp", "192.168.0.1:1883"] > 0
    assert device.network.unknown["device.example.com"] > 0
    device.chip.close()


def _level(device: AirDevice, gpio: int) -> int:
    return next(row.level for row in device.chip.gpio() if row.gpio == gpio)
