"""Genuine OpenBeken in a virtual network with the name and password that it was given."""

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from bekenlab.chips import SECTOR
from bekenlab.openbeken.boot_log import read_boot_log
from bekenlab.openbeken.config.edit import Changes, Made, make_config
from bekenlab.openbeken.settings import PinSetting
from bekenlab.probing.network import NetworkCheck, try_network
from bekenlab.probing.rehearsal import Rehearsal
from bekenlab.secret import Secret
from install_setup import OBK
from shared import dump

if TYPE_CHECKING:
    from bekenlab.openbeken.config.values import Value

Pins = tuple[PinSetting, ...]
SSID, PASSWORD = "Zuhause für € 5".encode(), b"geheim,; \"1234' "
JOINED = NetworkCheck(tried=True, joined=True, address=True, page=True)


def made_for(ssid: bytes, password: bytes, broker: str = "", pins: Pins = ()) -> Made:
    values: dict[str, Value] = {"wifi_ssid": Secret(ssid), "mqtt_host": broker}
    if password:
        values["wifi_password"] = Secret(password)
    changes = Changes(values=values, pins=pins)
    return make_config(None, changes, unique=bytes(4), chip="BK7231N")


def flash_with(ssid: bytes, password: bytes, made: Made | None = None) -> bytes:
    made = made or made_for(ssid, password)
    flash = dump(OBK["BK7231N"]).ljust(2 << 20, b"\xff")
    return flash[: made.address] + made.config.encode() + flash[made.address + SECTOR :]


def test_its_relays_move_by_http_and_its_broker_is_found() -> None:
    made = made_for(
        SSID, b"", "mosquitto.home", (PinSetting(26, "Rel", 1), PinSetting(8, "Rel", 2))
    )
    seen = try_network(flash_with(SSID, b"", made), "BK7231N", SSID, b"", made.config)
    assert seen == replace(JOINED, broker=True, by_http=((8, True), (26, True)))


@pytest.mark.parametrize("password", [b"", PASSWORD], ids=["open", "protected"])
def test_it_joins_with_what_it_was_given_and_its_page_answers(password: bytes) -> None:
    """Also with a name and a password of which every character is one that parsers stumble over."""
    assert try_network(flash_with(SSID, password), "BK7231N", SSID, password) == JOINED


def test_another_password_keeps_it_out() -> None:
    seen = try_network(flash_with(SSID, b"mistyped-one"), "BK7231N", SSID, b"the-right-one")
    assert seen == NetworkCheck(tried=True)


def test_a_slow_computer_says_nothing_about_the_password() -> None:
    flash = flash_with(SSID, PASSWORD)
    seen = try_network(flash, "BK7231N", SSID, PASSWORD, wall_seconds=0.05)
    assert seen == NetworkCheck(timed_out=True)
    rehearsal = Rehearsal("BK7231N", 1, 1.0, read_boot_log(""), None, ())
    slow, refused = NetworkCheck(tried=True, timed_out=True), NetworkCheck(tried=True)
    assert not replace(rehearsal, network=slow).kept_out
    assert replace(rehearsal, network=refused).kept_out


def test_a_network_that_cannot_be_made_is_not_tried() -> None:
    assert try_network(b"", "BK7231N", b"home", b"x" * 64) is None
