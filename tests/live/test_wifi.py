"""A copy of a dump gets the network of the virtual air, and never keeps its owner's."""

from __future__ import annotations

import base64
import json
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from air_devices import OBK_N, OPEN, firmware, joined
from bekenlab.analysis.inputs import unpack
from bekenlab.chips import SECTOR
from bekenlab.chips import chip as chip_named
from bekenlab.errors import UnsupportedError
from bekenlab.live.source import live_source
from bekenlab.live.wifi import joining, opening
from bekenlab.machine import FlashImage
from bekenlab.machine.air import Network
from bekenlab.machine.air.packets import ip_text
from bekenlab.openbeken.config import decode_config
from bekenlab.openbeken.config.edit import Changes, make_config
from bekenlab.samples import build_sample
from bekenlab.secret import Secret
from bekenlab.tuya.storage.read import read_storage

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
    for changed, ssid in ((joining(source, PROTECTED), b"bekenlab"), (opening(source), b"")):
        config = decode_config(changed.flash.physical[place], "BK7231N")
        found = config.value("wifi_ssid")
        assert isinstance(found, Secret)
        assert found.reveal() == ssid
        assert config.pins() == made.config.pins()
        assert config.value("mqtt_host") == "owners-broker"
        assert b"owners-secret" not in changed.flash.physical
        assert b"owners2" not in changed.flash.physical
        assert changed.flash.physical[: made.address] == bytes(flash[: made.address])


def test_a_device_with_tuyas_firmware_is_paired_with_our_network() -> None:
    source = live_source(unpack("sample.bin", build_sample())[0])
    changed = joining(replace(source, tuya=True), PROTECTED)
    assert changed.paired is not None
    assert set(changed.paired.edited) >= {"gw_ai", "gw_di", "gw_wsm"}
    assert len(changed.flash.physical) == len(source.flash.physical)
    assert changed.flash.logical == source.flash.logical
    storage = read_storage(changed.flash.physical)
    assert storage is not None
    wifi = json.loads(storage.values["gw_wsm"].value.rstrip(b"\0"))
    assert base64.b64decode(wifi["ssid"]) == PROTECTED.ssid
    assert base64.b64decode(wifi["passwd"]) == PROTECTED.passphrase


def test_firmware_whose_settings_are_not_known_cannot_join() -> None:
    source = live_source(unpack("sample.bin", build_sample())[0])
    blank = FlashImage(bytes(len(source.flash.physical)), source.flash.logical)
    for each in (replace(source, tuya=False), replace(source, tuya=True, flash=blank)):
        with pytest.raises(UnsupportedError):
            joining(each, OPEN)
        assert opening(each) is each
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
