"""Configurations of real devices, which live outside the repository."""

import json
import re
from collections import Counter
from functools import cache
from typing import Any

import pytest

from bekenlab.openbeken.roles import base_of, role_name, says_polarity
from bekenlab.openbeken.template import build_template, template_pins
from bekenlab.pins._table import find_key, find_setting, is_level_key
from bekenlab.pins.from_tuya import pins_from_parameters
from bekenlab.pins.model import Colour, Pin, PinMap, Polarity, Source
from shared import expected, shared

LEVEL = {0: Polarity.ACTIVE_LOW, 1: Polarity.ACTIVE_HIGH}


@cache
def configurations() -> tuple[dict[str, Any], ...]:
    text = shared("data", "tuya-configs.json").read_text(encoding="utf-8")
    return tuple(entry["config"] or {} for entry in json.loads(text))


@cache
def pinmaps() -> tuple[PinMap, ...]:
    return tuple(pins_from_parameters(c, source=Source.STORAGE) for c in configurations())


def test_no_pin_key_is_lost_and_nearly_all_are_understood() -> None:
    assert len(configurations()) >= 354
    total = understood = 0
    for config, pinmap in zip(configurations(), pinmaps(), strict=True):
        by_key = {e.key: pin for pin in pinmap.pins for e in pin.evidence}
        unknown = {item.key for item in pinmap.not_understood}
        for key, value in config.items():
            if key.endswith("_pin"):
                total += 1
                understood += key in by_key
                assert key in by_key or key in unknown
                assert key not in by_key or by_key[key].gpio == value
    assert total > 1000
    assert understood >= 0.98 * total


def test_every_key_has_a_row() -> None:
    keys = {key for config in configurations() for key in config} - {"sw"}
    strange = {k for k in keys if not (find_key(k) or find_setting(k) or is_level_key(k))}
    assert len(strange) <= 0.02 * len(keys), sorted(strange)


def test_every_template_pin_carries_the_level_of_its_lv() -> None:
    """From the template's side, and by a rule of this test's own: which level belongs to a pin."""
    carried: Counter[str] = Counter()
    for config in configurations():
        pinmap = pins_from_parameters(config, source=Source.STORAGE)
        places = build_template(pinmap, chip="BK7231N")["pins"]
        assert isinstance(places, dict)
        for pin in template_pins(pinmap):
            said = {config[key] for key in _level_keys(pin) if key in config}
            stated = said & set(LEVEL)  # one configuration has a level of 2
            role = places[str(pin.gpio)].partition(";")[0]
            if not stated:
                carried["no level is stated"] += 1
            elif not says_polarity(pin.role):
                carried[f"{pin.role} has no level"] += 1
                assert role == pin.role
            else:
                (level,) = stated
                cold_when_active = pin.colour is Colour.TEMPERATURE
                assert base_of(role)[0] == pin.role
                assert (base_of(role)[1] is LEVEL[level]) is not cold_when_active
                assert pin.polarity is LEVEL[level]
                assert not pin.assumed
                carried["level carried"] += 1
    assert carried["level carried"] > 900
    # Roles of OpenBeken's without a level: a switch that toggles at any change, a bus, and coils,
    # which ``lost_levels`` warns of.
    without = {"TglChanOnTgl", "SoftSCL", "SoftSDA", "BridgeFWD", "BridgeREV"}
    lost = {text.removesuffix(" has no level") for text in carried if "has no level" in text}
    assert lost <= without


def _level_keys(pin: Pin) -> set[str]:
    """Where Tuya keeps it: ``rl1_pin`` has ``rl1_lv``, ``rlypin`` ``rlylv``, others ``X_lv``."""
    return {
        re.sub(r"pin$", "lv", e.key) if e.key.endswith("pin") else f"{e.key}_lv"
        for e in pin.evidence
    }


def test_template_has_one_role_a_pin_and_sorted_gpios() -> None:
    for pinmap in pinmaps():
        places = build_template(pinmap, chip="BK7231N")["pins"]
        assert isinstance(places, dict)
        assert list(places) == sorted(places, key=int)
        assert not any(value.startswith("None") for value in places.values())


# Typed by hand from the configurations in the dumps, active levels included.
PLUG = {
    6: "BL0937CF1;0",
    7: "BL0937CF;0",
    8: "WifiLED_n;0",
    10: "Btn;1",
    24: "BL0937SEL;0",
    26: "Rel;1",
}
BY_HAND = {
    "bk7231n-lspa9-clone-first-bydarkman-topic3887748": (
        PLUG,
        "SetStartValue 1 -1",
        "1024",
        "CB2S",
    ),
    "bk7231t-tuyaconfig-pc44ha": (
        {
            6: "WifiLED_n;0",
            7: "BL0937CF;0",
            8: "BL0937CF1;0",
            10: "Btn;1",
            11: "LED_n;1",
            24: "BL0937SEL_n;0",
            26: "Rel;1",
        },
        "SetStartValue 1 -1",
        "1024",
        "WB2S",
    ),
    "mirabella-genio-i003632-plug": (
        {6: "Rel;1", 7: "Btn_Tgl_All;0", 8: "LED;1", 26: "WifiLED;0"},
        "SetStartValue 1 -1",
        "1024",
        "CB2S",
    ),
    "moes-wk-us2-tc-in-wall-outlet": (
        {
            6: "Rel;3",
            7: "Rel;4",
            8: "Rel;2",
            10: "WifiLED_n;0",
            11: "Btn;1",
            24: "Btn;2",
            26: "Rel;1",
        },
        "SetStartValue 1 -1\nSetStartValue 2 -1\nSetStartValue 3 -1\nSetStartValue 4 -1",
        "1024",
        "CB2S",
    ),
    "smartled-8046-2-gang-smart-switch": (
        {9: "Rel;2", 16: "Btn_n;2", 20: "Btn_n;1", 22: "WifiLED_n;0", 28: "Rel;1"},
        "",
        "1024",
        "CBU",
    ),
    "qs-wifi-c03-wifi-gate-opener-module": (
        {7: "WifiLED;0", 8: "Btn;1", 24: "Rel;1", 26: "dInput;11"},
        "",
        "1024",
        "CB2S",
    ),
    "feconn-fe-mr16-5w-gu5.3-rgbct-bulb": (
        {6: "PWM;5", 7: "PWM;3", 9: "PWM;4", 24: "PWM;2", 26: "PWM;1"},
        "PWMFrequency 1000",
        "1024",
        "CBLC9",
    ),
    "led-moon-18w-cct-kobi": (
        {6: "PWM;2", 7: "PWM;1", 14: "AlwaysHigh;0"},
        "PWMFrequency 1000",
        "1024",
        "WB3L",
    ),
    "globe-electric-37783-rgbct-bulb-v2.0.0": (
        {8: "SM2135CLK;0", 26: "SM2135DAT;0"},
        "SM2135_Current 2 8\nLED_Map 2 1 0 4 3",
        "1024",
        "WB3L",
    ),
    "kanlux-33643-s-gu10-rgbcct-bulb": (
        {24: "SM2235DAT;0", 26: "SM2235CLK;0"},
        "SM2235_Current 1 2\nLED_Map 1 0 2 4 3",
        "1024",
        "CBLC5",
    ),
    "tuya-generic-motion-sensor-cbu-v1.0.6-kraslaw": (
        {16: "dInput;11", 17: "BAT_Relay;21", 20: "Btn;1", 23: "BAT_ADC;20", 26: "WifiLED;0"},
        "startDriver Battery\nBattery_Setup 2200 3000",
        "1024",
        "CBU",
    ),
}


@pytest.mark.parametrize("name", sorted(BY_HAND))
def test_pin_map_of_a_real_device(name: str) -> None:
    pins, command, flags, board = BY_HAND[name]
    shared("dumps", "expected", f"{name}.json")
    text = expected(name)["storage"]["keys"]["user_param_key"]["value"]
    values: dict[str, object] = dict(re.findall(r"(\w+):([^,{}\[\]]*),", text))
    pinmap = pins_from_parameters(values, source=Source.STORAGE)
    template = build_template(pinmap, chip="BK7231N")
    assert template["pins"] == {str(gpio): role for gpio, role in pins.items()}
    assert template["command"] == command
    assert template["flags"] == flags
    assert template["board"] == board
    assert pinmap.notices == ()
    assert pinmap.not_understood == ()
    assert all(role_name(pin.role, pin.polarity) for pin in pinmap.pins)
