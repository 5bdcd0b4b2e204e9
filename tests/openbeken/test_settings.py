"""Pins and flags in the spellings people use."""

from __future__ import annotations

import json
import tomllib
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import pytest

from bekenlab.errors import BadValueError
from bekenlab.openbeken.flags import (
    flag_name,
    flag_number,
    flags,
    flags_from_number,
    flags_to_number,
)
from bekenlab.openbeken.roles import find_role, roles
from bekenlab.openbeken.settings import (
    PinSetting,
    parse_setting,
    parse_settings,
    parse_typed_setting,
)
from shared import shared

if TYPE_CHECKING:
    from bekenlab.openbeken.roles import Role


@pytest.mark.parametrize(
    ("gpio", "text", "setting"),
    [
        ("26", "Rel;1", PinSetting(26, "Rel", 1)),
        ("P26", " rel ; 1 ", PinSetting(26, "Rel", 1)),
        ("GPIO 26", "Relay;1", PinSetting(26, "Rel", 1)),
        ("06", "WiFi_LED_n", PinSetting(6, "WifiLED_n")),
        ("10", "Btn;1,2", PinSetting(10, "Btn", 1, 2)),
        ("10", "Button;1;2", PinSetting(10, "Btn", 1, 2)),
        ("7", "SM2135_DAT;0", PinSetting(7, "SM2135DAT")),
        ("7", "BP5758_CLK;", PinSetting(7, "BP5758D_CLK")),
        ("7", "#120;3", PinSetting(7, "#120", 3)),
    ],
)
def test_spellings(gpio: str, text: str, setting: PinSetting) -> None:
    assert parse_setting(gpio, text) == setting


@pytest.mark.parametrize("role", roles()[1:], ids=lambda role: role.name)
def test_what_a_person_types_has_a_channel_if_the_role_takes_one(role: Role) -> None:
    """A shell that takes the semicolon for the end of the command leaves 26=Rel of 26=Rel;1."""
    full = PinSetting(26, role.name, 3)
    for text in (f"26={role.name};3", f"'26={role.name};3'", f'"P26 = {role.name} , 3"'):
        assert parse_typed_setting(text) == full
    assert parse_typed_setting(f"26={role.name};0") == PinSetting(26, role.name), "it was said"
    for text in (f"26={role.name}", f"26={role.name};"):
        if not role.channels:
            assert parse_typed_setting(text) == PinSetting(26, role.name)
            continue
        with pytest.raises(BadValueError, match="has no channel") as caught:
            parse_typed_setting(text)
        assert f"'26={role.name};1'" in caught.value.hint


def test_other_typed_settings() -> None:
    assert parse_typed_setting("8=None").role == "None"
    for text in ("26", "", "=Rel;1", "26=", "26=Relai;1", "99=Rel;1"):
        with pytest.raises(BadValueError):
            parse_typed_setting(text)


@pytest.mark.parametrize(
    ("gpio", "text"),
    [
        ("26", "Nothing;1"),
        ("X26", "Rel;1"),
        ("64", "Rel;1"),
        ("26", "Rel;64"),
        ("26", "Rel;1;2;3"),
        ("26", "Rel;x"),
        ("26", "#256"),
        ("", "Rel"),
        ("-1", "Rel"),
        ("26", "Rel;\u0661"),
    ],
)
def test_nonsense_is_refused(gpio: str, text: str) -> None:
    with pytest.raises(BadValueError):
        parse_setting(gpio, text)


def test_an_entry_that_makes_no_sense_loses_no_other() -> None:
    pins, wrong = parse_settings({"26": "Rel;1", "8": "Buzzer;1", "7": "None;0", "6": 5})
    assert pins == (PinSetting(26, "Rel", 1),)
    assert wrong == ("P8: OpenBeken has no role 'Buzzer'", "P6: OpenBeken has no role '5'")


@pytest.mark.parametrize(
    ("gpio", "text", "said"),
    [
        ("GPIO8", "Rel;99", "P8: 'Rel;99': '99' is not a channel"),
        ("P08", "Rel;1;2;3", "P8: 'Rel;1;2;3' is not a pin setting"),
        ("eight", "Rel;1", "'eight' is not a pin"),
    ],
)
def test_what_is_wrong_with_a_template_names_the_pin(gpio: str, text: str, said: str) -> None:
    assert parse_settings({gpio: text})[1] == (said,)


def test_all_of_the_device_list_is_understood_but_for_one_role_that_openbeken_has_not() -> None:
    wrong: list[str] = []
    devices: list[dict[str, Any]] = json.loads(
        shared("data", "openbeken-devices.json").read_text("utf-8")
    )["devices"]
    for device in devices:
        wrong += parse_settings(device.get("pins") or {})[1]
    assert wrong == [f"P{gpio}: OpenBeken has no role 'Buzzer'" for gpio in (6, 26)]


def test_aliases_are_no_roles_and_mean_some() -> None:
    text = (files("bekenlab.openbeken") / "data" / "aliases.toml").read_text("utf-8")
    for alias, name in tomllib.loads(text)["aliases"].items():
        assert find_role(alias) is None, alias
        assert find_role(name), name


def test_flags_have_numbers_and_names() -> None:
    assert [flag.number for flag in flags()] == list(range(52))
    assert len({flag.name for flag in flags()}) == 52
    assert flag_number("26") == flag_number("UART2") == 26
    assert flag_number("mqtt_state_on_connect") == 10
    assert (flag_name(26), flag_name(60)) == ("uart2", "60")
    for text in ("64", "nothing", "", "-1"):
        with pytest.raises(BadValueError):
            flag_number(text)


@pytest.mark.parametrize(
    ("number", "bits"),
    [
        (1024, {10}),
        (5120, {10, 12}),
        (1 << 33, {33}),
        (-2147483648, {31}),
        (-(1 << 63), {63}),
        (0, set()),
    ],
)
def test_the_number_of_a_template_is_signed_or_not(number: int, bits: set[int]) -> None:
    assert flags_from_number(number) == bits
    if number >= 0:
        assert flags_to_number(bits) == number
