import json
import re
from typing import Any

import pytest

from bekenlab.chips import (
    Module,
    Pad,
    board,
    chip,
    find_chip,
    find_module,
    find_other_chip,
    module_chip,
    modules,
)
from shared import shared

KEYS = [module.key for module in modules()]
WORDS = {"GND", "3V3", "5V", "CEN", "RST", "ANT", "TEST", "NC", "UNKNOWN"}
FUNCTION = re.compile(
    r"UART[12]_(RX|TX|CTS|RTS)|PWM[0-5]|ADC[1-7]|SPI_(SCK|MOSI|MISO|CS)|I2C[12]_S(CL|DA)"
)
CONTROL = {"CEN": "CEN", "^RST": "RST", "ANT": "ANT", "TEST": "TEST", "?": "UNKNOWN"}
POWER = {"3.3": "3V3", "VCC5": "5V"}


def known(key: str) -> Module:
    module = find_module(key)
    assert module is not None
    return module


def original_functions(pad: dict[str, Any]) -> set[str]:
    """What a pad of LibreTiny's data is called here."""
    functions = {
        f"{prefix}{pad[kind]}"
        for kind, prefix in {
            "uart": "UART",
            "pwm": "PWM",
            "adc": "ADC",
            "spi": "SPI_",
            "i2c": "I2C",
        }.items()
        if kind in pad
    }
    if "ctrl" in pad:
        functions.add(CONTROL[pad["ctrl"]])
    if "power" in pad:
        functions.add(POWER[str(pad["power"])])
    return functions | {name for kind, name in {"gnd": "GND", "nc": "NC"}.items() if kind in pad}


def test_pads_agree_with_the_original() -> None:
    original = json.loads(shared("data", "modules.json").read_text(encoding="utf-8"))
    assert set(original) <= set(KEYS)
    for key, wanted in original.items():
        module = known(key)
        assert module.chip == wanted["mcu"].upper()
        assert module.title == wanted["name"]
        assert [pad.name for pad in module.pads] == list(wanted["pads"])
        for pad in module.pads:
            source = wanted["pads"][pad.name]
            assert pad.gpio == source.get("gpio"), (key, pad)
            assert pad.ic_pin == source.get("ic_pin"), (key, pad)
            assert set(pad.functions) == original_functions(source), (key, pad)


def test_no_two_modules_share_a_name() -> None:
    plain = [re.sub(r"[\s_-]+", "", key).lower() for key in KEYS]
    assert len(plain) == len(set(plain))
    assert len({module.name for module in modules()}) == len(modules())


@pytest.mark.parametrize("key", KEYS)
def test_module_is_consistent(key: str) -> None:
    module = known(key)
    assert module.key == key == key.lower()
    assert find_module(module.name) is module
    assert find_chip(module.chip) is not None
    assert module.gpios <= set(chip(module.chip).gpios)
    assert module.pads_known == bool(module.pads)
    assert len({pad.name for pad in module.pads}) == len(module.pads)


@pytest.mark.parametrize("key", KEYS)
def test_pad_functions_are_known_words(key: str) -> None:
    for pad in known(key).pads:
        for function in pad.functions:
            assert function in WORDS or FUNCTION.fullmatch(function), (pad, function)
        if pad.gpio is None:
            assert pad.functions, f"pad {pad.name} carries nothing"
        else:
            assert not WORDS & set(pad.functions)


@pytest.mark.parametrize("key", KEYS)
def test_a_module_with_known_pads_can_be_flashed(key: str) -> None:
    module = known(key)
    if module.pads:
        functions = {function for pad in module.pads for function in pad.functions}
        assert {"UART1_RX", "UART1_TX"} <= functions
        assert {pad.name for pad in module.pads_of(10)} == {
            pad.name for pad in module.pads if "UART1_RX" in pad.functions
        }


def test_a_pad() -> None:
    assert Pad("4", 7, ("PWM1",), 23) in known("CB2S").pads
    assert Pad("10", None, ("CEN",), 21) in known("CB2S").pads
    assert known("CB2S").gpios == {0, 1, 6, 7, 8, 10, 11, 21, 23, 24, 26}


@pytest.mark.parametrize("name", ["WB2L_M1", "wb2l-m1", "WB2L M1", "wb2lm1"])
def test_a_module_is_found_by_any_spelling(name: str) -> None:
    assert known(name).key == "wb2l-m1"


@pytest.mark.parametrize(
    ("name", "chip_name"),
    [
        ("CB8P", "BK7231N"),
        ("CBLC9", "BK7231N"),
        ("CBU-IPEX", "BK7231N"),
        ("T34", "BK7231N"),
        ("WB3S-IPEX", "BK7231T"),
        ("WB8P", "BK7231T"),
        ("WBLC9", "BK7231T"),
    ],
)
def test_modules_that_are_not_in_the_original(name: str, chip_name: str) -> None:
    assert known(name).chip == chip_name
    assert known(name).pads_known is (name == "T34")


@pytest.mark.parametrize(
    ("name", "chip_name"),
    [
        ("WB2L_M1", "BK7231N"),  # by the table; its letters say BK7231T
        ("wa2", "BK7231Q"),
        ("CBU-NL", "BK7231N"),
        ("WB9", "BK7231T"),
        ("T34-X", "BK7231N"),
        ("T2-U", "BK7231N"),
        ("T1-U-HL", "BK7238"),
        ("T4-U", "BK7252N"),
        ("WR3E", "RTL8710B"),
        ("WBR3", "RTL87X0C"),
        ("WB02A", "LN882H"),
        ("WD1", None),
        ("CR3L", "RTL87X0C"),
        ("XR3", "XR809"),
        ("T102_V1.1", "RTL8710B"),
        ("T3-U", None),
        ("W", None),
        ("", None),
    ],
)
def test_the_chip_of_a_module(name: str, chip_name: str | None) -> None:
    assert module_chip(name) == chip_name


def test_module_names_of_real_configurations_name_their_chip() -> None:
    configurations = json.loads(shared("data", "tuya-configs.json").read_text(encoding="utf-8"))
    disagree = set()
    for entry in configurations:
        config = entry["config"] if isinstance(entry["config"], dict) else {}
        if "module" not in config:
            continue
        name, real = config["module"].upper(), entry["chip"]
        other = find_other_chip(real)
        if module_chip(name) != (other.name if other else real):
            disagree.add((name, real))
    # BK7231N firmware that kept the module name of its BK7231T forerunner.
    assert disagree == {("WB3S", "BK7231N")}


@pytest.mark.parametrize(
    ("name", "same", "chip_name"),
    [
        ("T1-U-HL", "T1-U", "BK7238"),
        ("T1-U-HL-IPEX", "T1-U", "BK7238"),
        ("t1_2s_nl", "T1-2S", "BK7238"),
        ("CBU-NL", "CBU", "BK7231N"),
        ("WB3S V1.1", "WB3S", "BK7231T"),
        ("CB3S V200", "CB3S V200", "BK7238"),
        ("CB3S V2.0.0", "CB3S V200", "BK7238"),
        ("CB3S(T1)", "CB3S V200", "BK7238"),
        ("XH-CB2S", "XH-CB2S", "BK7231M"),
        ("WCL5", "WBLC5", "BK7231T"),
    ],
)
def test_names_of_the_field(name: str, same: str, chip_name: str) -> None:
    module = known(name)
    assert (module.name, module.chip, module.pads_known) == (same, chip_name, True)
    assert module_chip(name) == chip_name


def test_a_board_with_another_chip_under_an_older_name() -> None:
    for_chip = find_module("CB3S", "BK7238")
    assert for_chip is known("CB3S V200")
    assert board("CB3S", "BK7238") is for_chip
    assert find_module("CB3S", "BK7231N") is find_module("CB3S") is known("CB3S")
    assert find_module("WB3S", "BK7231N") is known("WB3S"), "firmware's mistake, not another board"
    # No list of pads: then the pins of the chip, rather than the pads of another board.
    found = board("CBU", "BK7238")
    assert found is not None
    assert found.chip == "BK7238"


@pytest.mark.parametrize("name", ["WB43-M5 V1.1", "WBBK_01P_V1.3"])
def test_a_name_may_begin_like_that_of_another_chip(name: str) -> None:
    assert module_chip(name) == "BK7238"


# Boards of products, and words that are no names: docs/chips.md lists them with the reason.
NO_MODULES = re.compile(
    r"(?i)on pcb|pcb|unknown|n/a|fl[_-]m\d+.*|z2-[nb]-.*|cuco-z6-n|xh-0068a|uam026|qm-02l|eb01-b"
    r"|yx-b3s1.*|lst04-bkn1|wifi001_v20|wifi-v1\.11|basic-1gs.*|wbbk_01p.*|wb43-m5.*|wb[389]"
    r"|wl2s|wf96s"
)


def test_each_board_in_the_device_list_is_a_module_or_known_not_to_be_one() -> None:
    listed = json.loads(shared("data", "openbeken-devices.json").read_text())
    devices = listed if isinstance(listed, list) else listed["devices"]
    boards = {str(d.get("board")) for d in devices if find_chip(str(d.get("chip") or ""))}
    left = {name for name in boards - {"", "None"} if not find_module(name)}
    assert {name for name in left if not NO_MODULES.fullmatch(name)} == set()
    assert len(boards) > 40
