"""The device list as people filled it in, and what counts as similar."""

from __future__ import annotations

import json
import random
import re
from functools import cache
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bekenlab.errors import DeviceListError
from bekenlab.openbeken.devices import DeviceList, parse_devices, plain_module
from bekenlab.openbeken.settings import parse_settings
from bekenlab.openbeken.similar import Signature, Similarity, compare, rank
from docs.pages import DOCS, text_of
from shared import shared

SEEDED = 50
_SPELLINGS = {
    "rel": "Relay",
    "rel_n": "Relay_n",
    "btn": "Button",
    "btn_n": "Button_n",
    "wifiled_n": "WiFi_LED_n",
    "sm2135dat": "SM2135_DAT",
    "bp5758d_clk": "BP5758_CLK",
}


@cache
def raw_list() -> list[dict[str, Any]]:
    devices: list[dict[str, Any]] = json.loads(
        shared("data", "openbeken-devices.json").read_text("utf-8")
    )["devices"]
    return devices


@cache
def known() -> DeviceList:
    return parse_devices(shared("data", "openbeken-devices.json").read_bytes())


def shuffled(rng: random.Random, pins: dict[str, str]) -> dict[str, str]:
    """The same pins in another order and in other spellings."""
    items = list(pins.items())
    rng.shuffle(items)
    return dict(respelt(rng, gpio, str(text)) for gpio, text in items)


def respelt(rng: random.Random, gpio: str, text: str) -> tuple[str, str]:
    role, *channels = re.split("[;,]", text.strip())
    role = rng.choice([role, role.upper(), role.lower(), f" {role} "])
    if rng.random() < 0.5:
        role = _SPELLINGS.get(role.strip().lower(), role)
    separator = rng.choice([";", "; ", " ;", ","])
    gpio = rng.choice([gpio, f"P{gpio}", f"p{gpio}", f" {gpio}", gpio.zfill(2)])
    return gpio, separator.join([role, *channels])


def seeded(seed: int, *, names: bool) -> tuple[int, int, int]:
    """Of seeded entries: how often the right one is first, among the best, and in a tie."""
    rng = random.Random(seed)
    numbers = [number for number, row in enumerate(raw_list()) if row.get("pins")]
    first = best = tied = 0
    for number in rng.sample(numbers, SEEDED):
        row, right = raw_list()[number], known().devices[number]
        pins, _ = parse_settings(shuffled(rng, row["pins"]))
        said = tuple(row.get(name) or "" for name in ("vendor", "name", "model"))
        module = (row.get("board") or "").replace("-", " ").lower()
        found = rank(
            Signature(pins, chip=row.get("chip"), module=module, names=said if names else ()),
            known().devices,
        )
        winners = [each.device for each in found if each.score == found[0].score]
        first += winners[0] is right
        best += any(device is right for device in winners)
        tied += len(winners) > 1
    return first, best, tied


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_with_its_names_the_right_entry_is_first(seed: int) -> None:
    first, _, _ = seeded(seed, names=True)
    assert first >= 0.98 * SEEDED


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_without_names_it_is_among_those_that_cannot_be_told_apart(seed: int) -> None:
    first, best, tied = seeded(seed, names=False)
    assert best == SEEDED
    assert first >= SEEDED - tied


def test_the_share_of_the_list_that_pins_cannot_tell_apart_is_as_documented() -> None:
    pins = [device.pins for device in known().devices if device.chip.startswith("BK")]
    told = [each for each in pins if each]
    alike = sum(told.count(each) > 1 for each in told)
    page = text_of(DOCS / "match.md")
    assert f"Of the {len(told)} entries for BK chips with pins" in page
    assert f"{alike} have the same pins" in page


INVENTED = {
    "0": "IRRecv;0",
    "1": "RCRecv;0",
    "15": "Btn_pd;1",
    "20": "DS1820_IO;3",
    "21": "ShutterA;1",
    "28": "PWM_n;5",
}


def test_nothing_is_similar_to_an_invented_device() -> None:
    pins, wrong = parse_settings(INVENTED)
    assert not wrong
    assert rank(Signature(pins, chip="BK7231N", module="CB3S"), known().devices) == ()


def test_random_pins_are_similar_to_nothing() -> None:
    rng = random.Random(5)
    roles = ["Rel", "Btn", "LED_n", "PWM", "dInput", "WifiLED_n", "ADC", "IRRecv", "BL0937CF"]
    gpios = [0, 1, 6, 7, 8, 9, 10, 11, 14, 15, 16, 17, 20, 21, 22, 23, 24, 26, 28]
    similar = 0
    for _ in range(60):
        chosen = rng.sample(gpios, 6)
        pins, _ = parse_settings({str(gpio): f"{rng.choice(roles)};1" for gpio in chosen})
        similar += bool(rank(Signature(pins, chip="BK7231N"), known().devices))
    assert similar == 0


PLUG = {"6": "WifiLED_n;0", "10": "Btn;1", "26": "Rel;1", "24": "LED;1"}
ENTRY = {"name": "Plug", "model": "AB-12", "chip": "BK7231N", "board": "CB2S", "pins": PLUG}


def against(entry: dict[str, Any], wanted: dict[str, str], **said: Any) -> Similarity:
    [device] = parse_devices(json.dumps([entry]).encode()).devices
    return compare(Signature(parse_settings(wanted)[0], **said), device)


def agreement(found: Similarity, name: str) -> float:
    return next(part.agreement for part in found.parts if part.name == name)


@pytest.mark.parametrize(
    ("change", "value"),
    [
        ({}, 1.0),
        ({"26": "Rel;2"}, 0.975),
        ({"6": "WifiLED_n;7"}, 1.0),
        ({"26": "Rel_n;1"}, 0.9),
        ({"24": "WifiLED;0"}, 0.825),
        ({"24": "IRRecv;0"}, 0.75),
        ({"9": "PWM;1"}, 0.8),
        ({"24": "None;0"}, 0.75),
    ],
)
def test_pins_agree_as_the_page_says(change: dict[str, str], value: float) -> None:
    assert agreement(against(ENTRY, PLUG | change), "pins") == pytest.approx(value)


@pytest.mark.parametrize(
    ("name", "said", "value"),
    [
        ("module", {"module": "cb2s"}, 1.0),
        ("module", {"module": "CB-2 S"}, 1.0),
        ("module", {"module": "WB2S"}, 0.0),
        ("chip", {"chip": "BK7231N"}, 1.0),
        ("chip", {"chip": "BK7231T"}, 0.5),
        ("chip", {"chip": "ESP8266"}, 0.0),
        ("names", {"names": ("Some Plug", "AB-12")}, 0.75),
    ],
)
def test_other_evidence_agrees_as_the_page_says(
    name: str, said: dict[str, Any], value: float
) -> None:
    found = against(ENTRY, PLUG, **said)
    assert agreement(found, name) == value
    weights = {"module": 15, "chip": 10, "names": 15}
    assert found.score == round(100 * (70 + weights[name] * value) / (70 + weights[name]), 1)


@pytest.mark.parametrize("board", ["on PCB", "", "unknown", "N/A", None])
def test_a_board_without_a_name_neither_agrees_nor_disagrees(board: str | None) -> None:
    assert agreement(against({**ENTRY, "board": board}, PLUG, module="CB2S"), "module") == 0.5
    assert plain_module(board) is None


def test_a_device_without_pins_is_found_by_firmware_or_name() -> None:
    entry = {**ENTRY, "pins": {}, "keywords": ["oem_lamp_ty"]}
    assert against(entry, {}, firmware="oem_lamp_ty").close
    assert not against(entry, {}, firmware="oem_other_ty").close
    assert against(entry, {}, names=("Plug", "AB-12")).close
    assert not against(entry, {}, names=("Lamp", "XY-99")).close
    assert not against(entry, {}).close


def test_a_pin_map_is_not_found_by_its_module_alone() -> None:
    assert not against(ENTRY, {"7": "Rel;1", "8": "Btn;1"}, module="CB2S", chip="BK7231N").close


def test_names_and_module_do_not_make_up_for_pins() -> None:
    half = {"26": "Rel;1", "10": "Btn;1", "6": "PWM;1", "24": "IRRecv;0"}
    said: dict[str, Any] = {"module": "CB2S", "chip": "BK7231N", "names": ("Plug", "AB-12")}
    found = against(ENTRY, half, **said)
    assert agreement(found, "pins") == 0.5
    assert found.score > 60
    assert not found.close


def test_links_are_only_those_to_the_web() -> None:
    entry = {**ENTRY, "wiki": "https://a.example/x y", "image": "javascript:alert(1)", "shop": 5}
    [device] = parse_devices(json.dumps([entry]).encode()).devices
    assert device.links == ("https://a.example/x",)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "not JSON"),
        (b"\xff\xfe\x00", "not JSON"),
        (b"[" * 100_000, "nested"),
        (b"5", "no list of devices"),
        (b'{"devices": 5}', "no list of devices"),
        (b"[1, 2]", "no device in it"),
        (b"[" + b" " * (8 << 20) + b"]", "8,388,610 bytes"),
    ],
)
def test_what_is_no_list_is_refused(content: bytes, said: str) -> None:
    with pytest.raises(DeviceListError, match=said):
        parse_devices(content)


_SCALAR = st.sampled_from([None, True, -1, 26, 1e300, "", "26", "Rel;1", "x", "CB2S", "BK7231N"])
_JSON = _SCALAR | st.lists(_SCALAR, max_size=3) | st.dictionaries(st.text(max_size=3), _SCALAR)
_FIELDS = ("vendor", "name", "model", "chip", "board", "keywords", "pins", "wiki")


@given(st.lists(st.dictionaries(st.sampled_from(_FIELDS), _JSON), min_size=1, max_size=4))
def test_any_entry_can_be_compared(entries: list[dict[str, Any]]) -> None:
    wanted = Signature(parse_settings(PLUG)[0], "BK7231N", "CB2S", ("a b c",), "x")
    for device in parse_devices(json.dumps(entries).encode()).devices:
        assert 0 <= compare(wanted, device).score <= 100
