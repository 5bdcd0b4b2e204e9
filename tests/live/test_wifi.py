"""A copy of a dump gets the network of the virtual air, and never keeps its owner's."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from air_devices import OBK_N, OPEN, firmware, joined
from bekenlab.analysis.inputs import unpack
from bekenlab.chips import SECTOR
from bekenlab.chips import chip as chip_named
from bekenlab.errors import UnsupportedError
from bekenlab.live.source import live_source
from bekenlab.live.wifi import joining, opening
from bekenlab.machine.air import Network
from bekenlab.machine.air.packets import ip_text
from bekenlab.openbeken.config import decode_config
from bekenlab.openbeken.config.edit import Changes, make_config
from bekenlab.samples import build_sample
from bekenlab.secret import Secret
from bekenlab.tuya.storage.edit import open_storages

if TYPE_CHECKING:
    from bekenlab.openbeken.config.values import Value

FECONN = "dumps/feconn-fe-mr16-5w-gu5.3-rgbct-bulb"
PROTECTED = Network(b"bekenlab", b"virtual air")


def test_openbekens_other_settings_stay_and_its_owners_network_goes() -> None:
    owners: dict[str, Value] = {
        "wifi_ssid": Secret(b"owners"),
        "wifi_password": Secret(b"owners-secret"),
        "wifi_ssid2": Secret(b"owners2"),
        "mqtt_host": "owners-broker",
    }
    changes = Changes(values=owners)
    made = make_config({"pins": {"26": "Rel;1"}}, changes, unique=b"\1\2\3\4", chip="BK7231N")
    flash = bytearray(firmware(OBK_N).ljust(0x200000, b"\xff"))
    flash[made.address : made.address + SECTOR] = made.config.encode()
    source = live_source(unpack("obk.bin", bytes(flash))[0])
    place = slice(made.address, made.address + SECTOR)
    for changed, ssid in ((joining(source, PROTECTED)[0], b"bekenlab"), (opening(source), b"")):
        config = decode_config(changed.flash.physical[place], "BK7231N")
        found = config.value("wifi_ssid")
        assert isinstance(found, Secret)
        assert found.reveal() == ssid
        assert config.pins() == made.config.pins()
        assert config.value("mqtt_host") == "owners-broker"
        assert b"owners-secret" not in changed.flash.physical
        assert b"owners2" not in changed.flash.physical
        assert changed.flash.physical[: made.address] == bytes(flash[: made.address])


def test_tuyas_storage_gets_a_network_of_the_same_length() -> None:
    source = live_source(unpack("feconn.bin", firmware(FECONN))[0], chip="BK7231N")
    changed, network = joining(source, PROTECTED)
    assert network == Network(b"bekenlab----", b"virtual air----")
    assert len(changed.flash.physical) == len(source.flash.physical)
    editors = open_storages(bytearray(changed.flash.physical))
    raw = [each.value for editor in editors for each in editor.values if each.name == "gw_wsm"]
    names = {re.findall(rb'"ssid":"([^"]*)"', value)[0] for value in raw}
    assert names == {b"YmVrZW5sYWItLS0t"}
    assert all(each.ok for editor in editors for each in editor.values if each.name == "gw_wsm")


def test_a_device_that_was_never_paired_cannot_join() -> None:
    source = live_source(unpack("sample.bin", build_sample())[0])
    with pytest.raises(UnsupportedError):
        joining(source, OPEN)
    assert opening(source) is source
    assert chip_named(source.chip).name == source.chip


def test_genuine_tuya_firmware_joins_and_finds_no_cloud() -> None:
    device = joined(FECONN, PROTECTED, chip="BK7231N")
    heard: list[tuple[str, int]] = []
    host = device.network.host
    host.on_udp(6667, lambda source, told: heard.append((ip_text(source), len(told.payload))))
    assert device.runner.run_until(lambda: bool(heard), 20), device.network.access_point.log
    assert heard[0][0] == device.address, "it says on its network that it is there"
    local = host.connect(device.network.chip_ip or b"", 6668)
    assert device.runner.run_until(lambda: local.state.value == "established", 2)
    outside = {name for name, _ in host.refused} | set(device.network.unknown)
    assert outside, "it looks for its cloud"
    device.chip.close()
