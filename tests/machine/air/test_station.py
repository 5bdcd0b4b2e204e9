"""Our station joins an access point of ours: open, and with WPA2-PSK."""

from __future__ import annotations

import pytest

from bekenlab.machine.air import ItsNetwork, Network, OurNetwork
from bekenlab.machine.air.access_point import ADDRESS
from bekenlab.machine.air.frames import DATA, TO_DS, Frame, decoded, from_llc
from bekenlab.machine.air.networks import OUR_IP
from bekenlab.machine.air.wpa import EAPOL
from machine.air.test_network import Tick

KEY = b"virtual air"


class Spy:
    """A peer that hears what is sent to the access point."""

    def __init__(self, heard: list[Frame]) -> None:
        self._heard = heard

    def acknowledges(self, address: bytes) -> bool:
        return address == ADDRESS

    def hear(self, frame: bytes) -> None:
        found = decoded(frame)
        if found is not None:
            self._heard.append(found)

    def restarted(self) -> None:
        """It remembers nothing of the machine."""


def together(key: bytes | None, given: bytes | None) -> tuple[Tick, OurNetwork, ItsNetwork]:
    air = Tick()
    ours = OurNetwork(air, Network(b"plug", key))
    return air, ours, ItsNetwork(air, passphrase=given)


@pytest.mark.parametrize("key", [None, KEY])
def test_it_joins_and_reaches_the_host(key: bytes | None) -> None:
    air, ours, its = together(key, key)
    air.wait(5)
    assert its.station.network == b"plug"
    assert its.chip_ip == OUR_IP
    assert its.host.ip in ours.chips.values()
    heard: list[bytes] = []
    ours.host.listen(80, lambda made: setattr(made, "changed", lambda: heard.append(made.take())))
    its.host.connect(OUR_IP, 80).send(b"hello")
    its.host.touch()
    air.wait(1)
    assert b"".join(heard) == b"hello"
    events = [event for _, _, event in ours.access_point.log]
    assert events == ["authenticated", "associated", "joined"]


def test_data_is_protected_once_the_keys_are_known() -> None:
    air, ours, its = together(KEY, KEY)
    heard: list[Frame] = []
    spy = Spy(heard)
    air.add(spy)
    air.wait(5)
    assert its.chip_ip == OUR_IP
    data = [each for each in heard if each.kind == DATA and each.flags & TO_DS]
    keys = [each for each in data if (from_llc(each.body) or (0, b""))[0] == EAPOL]
    assert len(keys) == 2, "the second and the fourth message"
    assert [each.protected for each in data] == [False] * 2 + [True] * (len(data) - 2)
    assert [each.number for each in data[2:]] == list(range(1, len(data) - 1))
    assert ours.access_point.stations == (its.station.address,)


def test_another_key_is_refused_and_nothing_is_reached() -> None:
    air, ours, its = together(KEY, b"another key")
    air.wait(20)
    assert its.station.network is None
    assert ours.access_point.stations == ()
    assert {event for _, _, event in ours.access_point.log} >= {"wrong-key", "left"}


@pytest.mark.parametrize(("key", "given"), [(KEY, None), (None, KEY)])
def test_a_network_with_other_security_is_not_tried(key: bytes | None, given: bytes | None) -> None:
    air, ours, its = together(key, given)
    air.wait(5)
    assert its.station.seen == {b"plug": key is not None}
    assert not ours.access_point.log
