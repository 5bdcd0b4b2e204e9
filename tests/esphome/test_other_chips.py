"""ESPHome for other chips than Beken's: boards, names of pins, and ESPHome's verdict."""

import json
from functools import cache
from typing import Any

import pytest

from bekenlab.chips import find_other_chip, other_chips
from bekenlab.errors import UnsupportedError
from bekenlab.esphome import Firmware, build_firmware
from bekenlab.esphome._other_boards import other_board
from bekenlab.openbeken.to_pins import pins_from_template
from bekenlab.pins import Source, pins_from_parameters
from esphome_judge import boards, judge
from shared import shared

WITH_BOARD = ("RTL87X0C", "RTL8710B", "LN882H", "ESP8266", "ESP8285")
PARAMETERS = {"rl1_pin": 14, "rl1_lv": 1, "bt1_pin": 12, "bt1_lv": 0, "netled1_pin": 5}


@cache
def templates() -> list[dict[str, Any]]:
    """Every template of the device list for a chip that has a board here."""
    data = json.loads(shared("data", "openbeken-devices.json").read_text(encoding="utf-8"))
    rows = data["devices"] if isinstance(data, dict) else data
    found = []
    for row in rows:
        chip = find_other_chip(row.get("chip"))
        if chip and chip.name in WITH_BOARD and row.get("pins"):
            found.append({**row, "chip": chip.name})
    return found


def made(chip: str, module: str | None = None, **parameters: object) -> Firmware:
    pins = pins_from_parameters({**PARAMETERS, **parameters}, source=Source.STORAGE, chip=chip)
    return build_firmware(pins, chip=chip, module=module)


def test_pins_are_named_as_esphome_names_them() -> None:
    ln = made("LN882H").yaml
    assert "ln882x:\n  board: generic-ln882hki" in ln
    assert "PA12" in ln
    assert "LN882H" in ln
    esp = made("ESP8285").yaml
    assert "esp8266:\n  board: esp8285" in esp
    assert "GPIO14" in esp
    rtl = made("RTL8710B", "WR3").yaml
    assert "rtl87xx:\n  board: wr3\n" in rtl
    assert "PA05" in rtl


def test_a_module_that_lacks_a_pin_gets_the_board_of_its_chip() -> None:
    text = made("RTL8710B", "WR3", bt2_pin=6).yaml
    assert "board: generic-rtl8710bn-2mb-788k" in text
    assert "lacks PA6" in text


def test_pwm_has_the_component_of_the_chip() -> None:
    esp = made("ESP8266", r_pin=4, g_pin=13, b_pin=15)
    assert esp.yaml.count("esp8266_pwm") == 3
    rtl = made("RTL8710B", r_pin=0, g_pin=22, b_pin=18)
    assert "libretiny_pwm" in rtl.yaml
    assert any("PA18 cannot do PWM" in text for text in rtl.left_out)


def test_a_second_controller_is_on_the_port_of_the_chip() -> None:
    pins = pins_from_parameters({}, source=Source.STORAGE, mcu_baud=9600, chip="RTL87X0C")
    text = build_firmware(pins, chip="RTL87X0C").yaml
    assert "rx_pin: PA13" in text
    assert "tx_pin: PA14" in text
    unknown = pins_from_parameters({}, source=Source.STORAGE, mcu_baud=9600, chip="ESP8266")
    firmware = build_firmware(unknown, chip="ESP8266")
    assert "tuya:" not in firmware.yaml
    assert any("second controller" in text for text in firmware.left_out)


def test_a_serial_meter_without_a_known_port_is_left_out() -> None:
    firmware = made("ESP8266", chip_type=3, ele_rx=3)
    assert any("BL0942" in text for text in firmware.left_out)


def test_an_addressable_strip_is_left_out() -> None:
    pins = pins_from_template({"chip": "LN882H", "pins": {"12": "SM16703P_DIN;0"}})
    left_out = build_firmware(pins, chip="LN882H").left_out
    assert any("addressable strips" in text for text in left_out)


def test_the_log_leaves_its_pins_to_others() -> None:
    pins = pins_from_template({"chip": "ESP8266", "pins": {"1": "Rel;1"}})
    assert "baud_rate: 0" in build_firmware(pins, chip="ESP8266").yaml


@pytest.mark.parametrize("name", ["BL602", "W600", "XR809", "ECR6600"])
def test_a_chip_without_esphome_is_refused(name: str) -> None:
    with pytest.raises(UnsupportedError, match="ESPHome has no board"):
        build_firmware(pins_from_template({}), chip=name)


def test_pins_of_boards_are_those_that_esphome_knows() -> None:
    known = boards("rtl87xx", "ln882x")
    for chip in other_chips():
        if chip.name not in WITH_BOARD[:3]:
            continue
        for name in (None, *known):
            board = other_board(chip, name, ())
            if board.name in known:
                assert board.gpios <= set(known[board.name]) | {41}, board.name


@pytest.mark.no_cover
def test_esphome_accepts_the_templates_of_the_device_list() -> None:
    documents = {}
    for number, template in enumerate(templates()):
        firmware = build_firmware(
            pins_from_template(template),
            chip=template["chip"],
            module=template.get("board") or None,
        )
        documents[f"{number} {template['chip']} {template.get('name')}"] = firmware.yaml
    for name in WITH_BOARD:
        documents[name] = made(name).yaml
    said = judge(documents)
    refused = {name: one.errors for name, one in said.items() if not one.ok}
    assert len(said) >= 42
    assert len(refused) <= len(said) * 0.02, refused
