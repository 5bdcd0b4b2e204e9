"""A pin map as ESPHome's YAML: what every kind of device becomes. Pins are made up."""

from __future__ import annotations

import re
from typing import Any

import pytest
from ruamel.yaml import YAML

from bekenlab.errors import UnsupportedError
from bekenlab.esphome import Firmware, build_firmware
from bekenlab.esphome._tables import boards as boards_table
from bekenlab.esphome.boards import board_named
from bekenlab.esphome.names import Names, host_name
from bekenlab.esphome.yaml import to_yaml
from bekenlab.openbeken.to_pins import pins_from_template
from bekenlab.pins import Source, pins_from_parameters
from esphome_judge import boards, judge

TAGGED = re.compile(r"!secret (\w+)")


def firmware(chip: Any = "BK7231N", module: Any = None, mcu: Any = None, **values: Any) -> Firmware:
    pinmap = pins_from_parameters(values, source=Source.STORAGE, mcu_baud=mcu)
    return build_firmware(pinmap, chip=chip, module=module)


def template(pins: dict[str, str], command: str = "", flags: str = "0") -> Firmware:
    told = pins_from_template({"pins": pins, "command": command, "flags": flags})
    return build_firmware(told, chip="BK7231N")


def read(made: Firmware | str) -> Any:
    text = made if isinstance(made, str) else made.yaml
    return YAML(typ="safe", pure=True).load(TAGGED.sub(r"secret-\1", text))


def one(made: Firmware, section: str, platform: str) -> Any:
    """The only entry of a platform in a section."""
    rows = [row for row in read(made)[section] if row["platform"] == platform]
    assert len(rows) == 1
    return rows[0]


LAMP = {"r_pin": 26, "r_lv": 1, "g_pin": 24, "g_lv": 0, "b_pin": 9, "b_lv": 1}
WHITES = {"c_pin": 8, "c_lv": 1, "w_pin": 7, "w_lv": 1}
PLUG = {"rl1_pin": 26, "rl1_lv": 1, "bt1_pin": 10, "bt1_lv": 0, "netled1_pin": 8, "netled1_lv": 0}
METER = {"ele_pin": 7, "vi_pin": 6, "sel_pin_pin": 24, "resistor": 2}
PULLED_UP = {"input": True, "pullup": True}


def test_every_firmware_connects_with_secrets_only() -> None:
    found = read(firmware())
    assert found["wifi"] == {
        "ssid": "secret-wifi_ssid",
        "password": "secret-wifi_password",
        "ap": {"password": "secret-ap_password"},
    }
    assert found["api"] == {"encryption": {"key": "secret-api_key"}}
    assert found["ota"] == [{"platform": "esphome", "password": "secret-ota_password"}]
    assert "No pins are known" in firmware().yaml
    assert "No pins are known" not in firmware(mcu=9600).yaml


def test_a_plug_switches_shows_and_listens() -> None:
    made = firmware(**PLUG, led1_pin=11, led1_lv=0)
    found = read(made)
    relay = one(made, "switch", "gpio")
    assert (relay["pin"], relay["restore_mode"]) == ("P26", "RESTORE_DEFAULT_OFF")
    assert found["output"] == [
        {"platform": "gpio", "id": "led_of_relay_1", "pin": {"number": "P11", "inverted": True}}
    ]
    assert relay["on_turn_on"] == [{"output.turn_on": "led_of_relay_1"}]
    assert relay["on_turn_off"] == [{"output.turn_off": "led_of_relay_1"}]
    assert found["status_led"] == {"pin": {"number": "P8", "inverted": True}}
    button = one(made, "binary_sensor", "gpio")
    assert button["pin"] == {"number": "P10", "inverted": True, "mode": PULLED_UP}
    assert button["on_press"] == [{"switch.toggle": relay["id"]}]


def test_two_relays_of_one_channel_are_two_switches() -> None:
    switches = read(firmware(rl1_pin=26, rl_pin=24, bt1_pin=10))["switch"]
    assert [row["id"] for row in switches] == ["relay_1", "relay_2"]


def test_a_button_that_is_pressed_high_is_pulled_down() -> None:
    pin = one(firmware(bt1_pin=10, bt1_lv=1), "binary_sensor", "gpio")["pin"]
    assert pin == {"number": "P10", "mode": {"input": True, "pulldown": True}}


def test_a_relay_that_is_on_when_low_is_inverted() -> None:
    relay = one(firmware(rl1_pin=26, rl1_lv=0), "switch", "gpio")
    assert relay["pin"] == {"number": "P26", "inverted": True}


def test_one_button_for_all_turns_off_what_is_on_and_else_everything_on() -> None:
    two = {"rl1_pin": 26, "rl1_lv": 1, "rl2_pin": 24, "rl2_lv": 1}
    press = one(firmware(**two, total_bt_pin=10), "binary_sensor", "gpio")["on_press"]
    assert press == [
        {
            "if": {
                "condition": {"or": [{"switch.is_on": "relay_1"}, {"switch.is_on": "relay_2"}]},
                "then": [{"switch.turn_off": "relay_1"}, {"switch.turn_off": "relay_2"}],
                "else": [{"switch.turn_on": "relay_1"}, {"switch.turn_on": "relay_2"}],
            }
        }
    ]
    press = one(firmware(rl1_pin=26, total_bt_pin=10), "binary_sensor", "gpio")["on_press"]
    assert press == [{"switch.toggle": "relay_1"}]


def test_a_wall_switch_toggles_at_each_change() -> None:
    wall = read(firmware(**PLUG, onoff2=24, rl2_pin=7))["binary_sensor"][1]
    assert wall["on_state"] == [{"switch.toggle": "relay_2"}]
    assert wall["pin"]["mode"] == PULLED_UP


def test_an_led_of_all_relays_goes_out_with_the_last() -> None:
    made = firmware(rl1_pin=26, rl2_pin=24, total_led_pin=8, total_led_lv=1)
    for relay in read(made)["switch"]:
        assert relay["on_turn_on"] == [{"output.turn_on": "led_of_all_relays_1"}]
        condition = relay["on_turn_off"][0]["if"]["condition"]
        assert condition == {
            "not": [{"or": [{"switch.is_on": "relay_1"}, {"switch.is_on": "relay_2"}]}]
        }


def test_an_led_without_its_relay_is_a_light() -> None:
    made = firmware(led2_pin=8, led2_lv=0, backlit_io_pin=9, rl1_pin=26)
    assert [row["platform"] for row in read(made)["light"]] == ["binary", "binary"]


def test_a_latching_relay_gets_pulses_on_two_coils() -> None:
    values = {"rl_on1_pin": 26, "rl_on1_lv": 1, "rl_off1_pin": 24, "rl_off1_lv": 0}
    relay = one(firmware(**values, rl1_drvtime=80), "switch", "hbridge")
    assert relay["on_pin"] == "P26"
    assert relay["off_pin"] == {"number": "P24", "inverted": True}
    assert (relay["id"], relay["pulse_length"]) == ("relay_1", "80ms")
    alone = template({"26": "BridgeFWD;1", "24": "BridgeREV;2"})
    assert len(alone.left_out) == 2
    alone = firmware(rl_off1_pin=24)
    assert "P24" in alone.left_out[0]
    assert "switch" not in read(alone)


def test_a_curtains_relays_exclude_each_other_and_any_other_button_stops_it() -> None:
    values: dict[str, object] = {"rl1_pin": 26, "rl3_pin": 24, "bt1_pin": 7, "bt2_pin": 6}
    found = read(firmware(**values, percent_ctrl1=1))
    assert [relay["interlock"] for relay in found["switch"]] == [["relay_3"], ["relay_1"]]
    assert {relay["restore_mode"] for relay in found["switch"]} == {"ALWAYS_OFF"}
    assert found["binary_sensor"][0]["on_press"] == [{"switch.toggle": "relay_1"}]
    stop = [{"switch.turn_off": "relay_1"}, {"switch.turn_off": "relay_3"}]
    assert found["binary_sensor"][1]["on_press"] == stop
    assert "interlock" not in firmware(**values).yaml
    press = read(firmware(**values, total_bt_pin=8, percent_ctrl1=1))["binary_sensor"][2]
    assert press["on_press"] == stop


@pytest.mark.parametrize(
    ("values", "platform", "options"),
    [
        ({"c_pin": 8}, "monochromatic", {"output": 8}),
        (LAMP, "rgb", {"red": 26, "green": 24, "blue": 9}),
        (LAMP | {"c_pin": 8}, "rgbw", {"red": 26, "white": 8}),
        (LAMP | {"w_pin": 7}, "rgbw", {"blue": 9, "white": 7}),
        (WHITES, "cwww", {"cold_white": 8, "warm_white": 7}),
        (LAMP | WHITES, "rgbww", {"green": 24, "cold_white": 8, "warm_white": 7}),
        (WHITES | {"cwtype": 1}, "color_temperature", {"brightness": 8, "color_temperature": 7}),
        (
            LAMP | WHITES | {"cwtype": 1},
            "rgbct",
            {"red": 26, "white_brightness": 8, "color_temperature": 7},
        ),
    ],
)
def test_a_lamp_of_every_kind(
    values: dict[str, object], platform: str, options: dict[str, int]
) -> None:
    made = firmware(**values, pwmhz=2000)
    light = one(made, "light", platform)
    outputs = {row["id"]: row for row in read(made)["output"]}
    for option, gpio in options.items():
        pin = outputs[light[option]]["pin"]
        assert (pin["number"] if isinstance(pin, dict) else pin) == f"P{gpio}"
    assert {row["frequency"] for row in outputs.values()} == {"2000 Hz"}
    assert made.left_out == ()


def test_a_lamps_levels_are_its_own_but_the_temperature_is_turned_round() -> None:
    outputs = read(firmware(**LAMP, **WHITES, cwtype=1))["output"]
    pins = {row["id"]: row["pin"] for row in outputs}
    assert pins["output_green"] == {"number": "P24", "inverted": True}
    assert pins["output_red"] == "P26"
    assert pins["output_brightness"] == "P8"
    assert pins["output_temperature"] == {"number": "P7", "inverted": True}


def test_two_colours_that_make_no_lamp_are_two_lights() -> None:
    made = firmware(r_pin=26, g_pin=24)
    assert [row["name"] for row in read(made)["light"]] == ["Light red", "Light green"]


def test_a_lamps_key_toggles_it() -> None:
    press = one(firmware(**LAMP, key_pin=20), "binary_sensor", "gpio")["on_press"]
    assert press == [{"light.toggle": "light_1"}]


def test_a_key_with_a_job_of_tuyas_does_nothing_and_says_so() -> None:
    made = firmware(**LAMP, k2pin_pin=20)
    assert "on_press" not in one(made, "binary_sensor", "gpio")
    assert "yours to say: add on_press" in made.yaml


def test_a_pin_without_pwm_cannot_drive_a_lamp() -> None:
    made = firmware(c_pin=14)
    assert made.left_out == ("P14, Cool white: P14 cannot do PWM on this chip.",)
    assert "light" not in read(made)


OUTPUTS = {"iicr": 2, "iicg": 1, "iicb": 0, "iicc": 4, "iicw": 3, "iicscl": 8, "iicsda": 26}


@pytest.mark.parametrize(
    ("values", "platform", "hub", "first"),
    [
        (
            {"dmod": 3, "ehccur": 2, "ehwcur": 8},
            "sm2135",
            {"rgb_current": "20mA", "cw_current": "50mA"},
            0,
        ),
        (
            {"dmod": 2, "campere": 23, "wampere": 70},
            "sm2135",
            {"rgb_current": "20mA", "cw_current": "60mA"},
            0,
        ),
        (
            {"dmod": 7, "2235ccur": 3, "2235wcur": 5},
            "sm2235",
            {"max_power_color_channels": 3, "max_power_white_channels": 5},
            0,
        ),
        (
            {"dmod": 5, "cjccur": 2, "cjwcur": 4},
            "bp1658cj",
            {"max_power_color_channels": 2, "max_power_white_channels": 4},
            0,
        ),
        ({"dmod": 6, "drgbcur": 15, "dccur": 53, "dwcur": 50}, "bp5758d", {}, 1),
    ],
)
def test_an_led_driver_gets_its_currents_and_outputs(
    values: dict[str, object], platform: str, hub: dict[str, object], first: int
) -> None:
    made = firmware(**values, **OUTPUTS)
    found = read(made)
    assert found[platform] == {"data_pin": "P26", "clock_pin": "P8", **hub}
    channels = {row["id"]: row["channel"] - first for row in found["output"]}
    assert channels == {
        "output_red": 2,
        "output_green": 1,
        "output_blue": 0,
        "output_cold": 4,
        "output_warm": 3,
    }
    assert one(made, "light", "rgbww")["cold_white"] == "output_cold"
    if platform == "bp5758d":
        currents = {row["id"]: row["current"] for row in found["output"]}
        assert currents["output_red"] == 15
        assert (currents["output_cold"], currents["output_warm"]) == (53, 50)


def test_whites_on_the_same_output_are_one_white() -> None:
    made = firmware(dmod=3, ehccur=2, ehwcur=8, **{**OUTPUTS, "iicc": 3})
    assert one(made, "light", "rgbw")["white"] == "output_cold"


def test_an_led_driver_takes_two_pins() -> None:
    alone = template({"26": "SM2135DAT;0"})
    assert alone.left_out == (
        "P26, LED driver data: an LED driver takes a data and a clock pin, one is not known.",
    )


def test_a_driver_that_esphome_has_not_is_left_out() -> None:
    made = firmware(kp58ccur=2, kp58wcur=8, **OUTPUTS)
    assert "no component for KP18058" in made.left_out[0]
    assert len(made.left_out) == 2


def test_a_strip_hangs_on_p16_and_has_at_most_165_leds() -> None:
    strip = one(firmware(mosi=16, LedNum=300), "light", "beken_spi_led_strip")
    assert (strip["pin"], strip["num_leds"]) == ("P16", 165)
    assert "300 LEDs" in firmware(mosi=16, LedNum=300).yaml
    assert "The number of LEDs is not known" in firmware(mosi=16).yaml
    assert "P16 only" in firmware(mosi=14).left_out[0]


def test_plain_pwm_outputs_and_a_motor_are_apart_from_the_lamp() -> None:
    made = firmware(**LAMP, l_pin=8, m_pin=7)
    assert one(made, "light", "monochromatic")["name"] == "Laser"
    assert one(made, "fan", "speed")["name"] == "Motor"


@pytest.mark.parametrize(("level", "inverted"), [(1, True), (0, False)])
def test_a_pulse_meter_turns_its_select_pin_round(level: int, inverted: bool) -> None:
    meter = one(firmware(**METER, sel_pin_lv=level, chip_type=0), "sensor", "hlw8012")
    assert meter["model"] == "BL0937"
    assert meter["sel_pin"] == ({"number": "P24", "inverted": True} if inverted else "P24")
    assert meter["current_resistor"] == "0.002 ohm"
    assert {"voltage", "current", "power", "energy"} <= set(meter)


def test_of_a_bl0937_the_pulses_are_inverted() -> None:
    """LibreTiny counts none otherwise; of an HLW8012 it does."""
    turned = {"cf_pin": {"number": "P7", "inverted": True}}
    turned["cf1_pin"] = {"number": "P6", "inverted": True}
    plain = {"cf_pin": "P7", "cf1_pin": "P6"}
    for stored, pins in (({"chip_type": 0}, turned), ({}, turned), ({"chip_type": 1}, plain)):
        meter = one(firmware(**METER, **stored), "sensor", "hlw8012")
        assert meter | pins == meter
    made = firmware(**METER)
    assert "multiply: 0.5" in re.sub(r"\s+# ", " ", made.yaml)
    roles = {"7": "BL0937CF;0", "6": "BL0937CF1;0", "24": "BL0937SEL;0"}
    assert one(template(roles), "sensor", "hlw8012")["cf_pin"] == turned["cf_pin"]


def test_a_pulse_meter_without_select_cannot_be_expressed() -> None:
    made = firmware(ele_pin=7, vi_pin=6)
    assert len(made.left_out) == 2
    assert "CF, CF1 and SEL" in made.left_out[0]
    unused = firmware(**METER, ele_fun_en=0)
    assert "no power meter with pulses is used" in unused.left_out[0]
    serial = firmware(**METER, chip_type=3)
    assert "no power meter with pulses is used" in serial.left_out[0]
    assert one(serial, "sensor", "bl0942")


def test_serial_meters_have_their_line() -> None:
    made = firmware(chip_type=3, ele_rx=1, ele_tx=0)
    assert read(made)["uart"] == [
        {"id": "uart_2", "rx_pin": "P1", "tx_pin": "P0", "baud_rate": 4800}
    ]
    assert one(made, "sensor", "bl0942")["uart_id"] == "uart_2"
    assert read(made)["logger"] == {"baud_rate": 0}
    assert "frequency" in one(made, "sensor", "bl0942")
    made = firmware(chip_type=2, resistor=1)
    assert read(made)["uart"][0]["parity"] == "EVEN"
    assert one(made, "sensor", "hlw8032")["current_resistor"] == "0.001 ohm"
    assert read(made)["logger"] == {"hardware_uart": "UART2"}


def test_two_serial_lines_are_told_apart_and_one_is_not_shared() -> None:
    both = template({}, "startDriver TuyaMCU; startDriver BL0942", flags=str(1 << 26))
    assert [row["id"] for row in read(both)["uart"]] == ["uart_2", "uart_1"]
    assert one(both, "sensor", "bl0942")["uart_id"] == "uart_2"
    assert read(both)["tuya"] == {"uart_id": "uart_1"}
    shared = template({}, "startDriver TuyaMCU; startDriver BL0942")
    assert shared.left_out == ("BL0942: a second controller is on the same serial line.",)


def test_a_serial_line_needs_a_board_with_its_pins() -> None:
    made = firmware(module="CB2L", chip_type=3, ele_rx=1, ele_tx=0)
    assert read(made)["bk72xx"]["board"] == "generic-bk7231n-qfn32-tuya"
    made = firmware(chip="BK7231Q", chip_type=3, ele_rx=1, ele_tx=0)
    assert made.left_out == ("BL0942: the board wa2 has no P1.",)


def test_a_second_processor_gets_its_line_and_nothing_else_is_on_it() -> None:
    made = firmware(mcu=115200, rl1_pin=10, netled1_pin=8)
    found = read(made)
    assert found["uart"] == [
        {"id": "uart_1", "rx_pin": "P10", "tx_pin": "P11", "baud_rate": 115200}
    ]
    assert found["tuya"] == {"uart_id": "uart_1"}
    assert made.left_out == ("P10, Relay 1: its pin belongs to the serial line.",)


def test_contacts_know_what_they_are() -> None:
    made = firmware(door1_magt_pin=26, door1_magt_lv=0, pirin_pin=24, pirin_lv=1)
    door, motion = read(made)["binary_sensor"]
    assert door["device_class"] == "door"
    assert door["pin"] == {"number": "P26", "inverted": True, "mode": PULLED_UP}
    assert motion["device_class"] == "motion"
    assert motion["pin"] == {"number": "P24", "mode": {"input": True}}


def test_a_battery_is_measured_with_its_divider_switched_on() -> None:
    made = firmware(samp_pin=23, samp_sw_pin=17, samp_sw_lv=0, min_V=2200, max_V=3000)
    voltage = one(made, "sensor", "adc")
    assert (voltage["pin"], voltage["update_interval"]) == ("P23", "never")
    charge = one(made, "sensor", "copy")
    assert charge["source_id"] == voltage["id"]
    assert charge["filters"][0] == {"calibrate_linear": ["2.2 -> 0", "3 -> 100"]}
    steps = read(made)["interval"][0]["then"]
    assert [next(iter(step)) for step in steps] == [
        "output.turn_on",
        "delay",
        "component.update",
        "output.turn_off",
    ]
    assert read(made)["output"][0]["pin"] == {"number": "P17", "inverted": True}
    assert "deep_sleep" in made.yaml
    assert "no analogue input" in firmware(samp_pin=8, samp_sw_pin=17).left_out[0]


def test_infrared_is_received_and_sent() -> None:
    found = read(firmware(infrr=8, infre=26))
    assert found["remote_receiver"][0]["pin"]["inverted"] is True
    assert found["remote_receiver"][0]["dump"] == "all"
    assert found["remote_transmitter"][0] == {
        "id": "infrared_transmitter_1",
        "pin": "P26",
        "carrier_duty_percent": "50%",
    }
    assert read(firmware(remote_io=8))["remote_receiver"][0]["dump"] == "rc_switch"


def test_a_buzzer_plays_where_its_pin_can_do_pwm() -> None:
    made = firmware(bz_pin_pin=26, bz_pin_lv=0)
    assert one(made, "output", "libretiny_pwm")["pin"] == {"number": "P26", "inverted": True}
    assert read(made)["rtttl"]["output"] == "output_buzzer"
    assert one(firmware(bz_pin_pin=14), "switch", "gpio")["name"] == "Buzzer"


def test_the_led_supply_is_on_all_the_time() -> None:
    supply = one(firmware(**LAMP, ctrl_pin=7, ctrl_lv=0), "switch", "gpio")
    assert supply["pin"] == {"number": "P7", "inverted": True}
    assert (supply["restore_mode"], supply["internal"]) == ("ALWAYS_ON", True)


def test_a_second_wifi_led_is_a_light() -> None:
    made = firmware(netled1_pin=8, wfst_pin=9)
    assert read(made)["status_led"]["pin"]["number"] == "P8"
    assert one(made, "light", "binary")


def test_what_cannot_be_expressed_stands_in_a_comment_with_its_reason() -> None:
    made = firmware(i1c_scl_pin=7, i1c_sda_pin=8, foo_pin=3, sound_pin=9)
    comment = " ".join(
        line.removeprefix("#").strip() for line in made.yaml.split("\n\n")[1].split("\n")
    )
    assert comment.startswith("Left out:")
    for sentence in made.left_out:
        assert sentence in comment
    assert {re.split("[,:]", said)[0] for said in made.left_out} == {"P7", "P8", "P9", "foo_pin"}


def test_one_pin_has_one_job() -> None:
    made = firmware(rl1_pin=26, netled1_pin=26)
    assert "switch" in read(made)
    assert "status_led" not in read(made)
    assert made.left_out == (
        "P26, Wi-Fi LED: its pin has another job too, Relay 1, which stands here.",
    )


@pytest.mark.parametrize(
    ("chip", "module", "ota", "board"),
    [
        ("BK7238", None, 0x132000, "generic-bk7238"),
        ("BK7238", None, 0x12C000, "generic-bk7238-tuya"),
        ("BK7238", "T1-2S", 0x12C000, "t1-2s"),
        ("BK7238", "T1-2S", 0x132000, "generic-bk7238"),
        ("BK7238", "T1-2S", None, "t1-2s"),
        ("BK7238", "XH-WB3S", 0x132000, "xh-wb3s"),
        ("BK7238", "XH-WB3S", 0x12C000, "generic-bk7238-tuya"),
        ("BK7231N", "CB2S", 0x12A000, "cb2s"),
        ("BK7231N", "CB2S", 0x132000, "generic-bk7231n-qfn32"),
        ("BK7231N", None, 0x125000, "generic-bk7231n-qfn32-tuya"),
        ("BK7231T", "WB2S", 0x132000, "wb2s"),
    ],
)
def test_the_board_is_one_for_the_boot_loader_on_the_chip(
    chip: str, module: str | None, ota: int | None, board: str
) -> None:
    pinmap = pins_from_parameters({"rl1_pin": 26}, source=Source.STORAGE)
    made = build_firmware(pinmap, chip=chip, module=module, ota=ota)
    found = read(made)["bk72xx"]
    assert found["board"] == board
    assert found.get("family") == ("BK7231N" if board == "generic-bk7231n-qfn32" else None)
    assert ("and no board does" in made.yaml.replace("\n# ", " ")) == (ota == 0x125000)


def test_the_board_is_the_modules_or_else_the_chips() -> None:
    def board(**values: Any) -> str:
        return str(read(firmware(**values))["bk72xx"]["board"])

    assert board(module="CB2S", **PLUG) == "cb2s"
    assert board(module="WB2L_M1") == "wb2l-m1"
    assert board(module="CBLC9") == "generic-bk7231n-qfn32-tuya"
    assert board(module="CB2S", chip="BK7231M") == "generic-bk7231n-qfn32"
    assert board(chip="BK7238", rl1_pin=26) == "generic-bk7238-tuya"
    assert "No dump tells where" in firmware(chip="BK7238", rl1_pin=26).yaml.replace("\n# ", " ")
    assert board(module="CB2S", rl1_pin=20) == "generic-bk7231n-qfn32-tuya"
    lacking = firmware(module="CB2S", rl1_pin=20).yaml
    assert "lacks P20" in lacking
    # A pin that no board has is no reason for another board.
    assert board(module="CB2S", rl1_pin=19) == "cb2s"
    with pytest.raises(UnsupportedError, match="no board for the BK7231U"):
        firmware(chip="BK7231U")
    with pytest.raises(UnsupportedError, match="no chip called"):
        firmware(chip="ESP9999")


def test_the_serial_log_gives_way_to_a_pin() -> None:
    assert read(firmware(rl1_pin=1))["logger"] == {"baud_rate": 0}
    assert read(firmware(rl1_pin=26))["logger"] is None


def test_a_template_says_the_same_as_tuyas_configuration() -> None:
    ours = read(firmware(**PLUG, **METER, sel_pin_lv=1, chip_type=0))
    theirs = read(
        template(
            {
                "26": "Rel;1",
                "10": "Btn;1",
                "8": "WifiLED_n;0",
                "7": "BL0937CF;0",
                "6": "BL0937CF1;0",
                "24": "BL0937SEL;0",
            }
        )
    )
    ours["sensor"][0]["current_resistor"] = "0.001 ohm"  # no template has the shunt
    assert ours == theirs


def test_a_templates_commands_are_understood() -> None:
    lamp = template(
        {"26": "BP5758D_DAT;0", "24": "BP5758D_CLK;0"},
        "backlog BP5758D_Current 14 26; BP5758D_Map 2 1 0 4 3",
    )
    assert [row["channel"] for row in read(lamp)["output"]] == [3, 2, 1, 5, 4]
    assert [row["current"] for row in read(lamp)["output"]] == [14, 14, 14, 26, 26]
    lamp = template({"26": "SM2135DAT;0", "24": "SM2135CLK;0"}, "SM2135_Current 2 8")
    assert read(lamp)["sm2135"]["cw_current"] == "50mA"
    assert "Which output carries which colour is not known" in lamp.yaml
    warm = template({"26": "PWM;1", "24": "PWM_n;2"}, "PWMFrequency 5000", flags="256")
    assert one(warm, "light", "color_temperature")["brightness"] == "output_brightness"
    assert {row["frequency"] for row in read(warm)["output"]} == {"5000 Hz"}
    strip = template({"16": "SM16703P_DIN;0"}, "startDriver SM16703P\r\nSM16703P_Init 30 RGB")
    assert read(strip)["light"][0]["num_leds"] == 30
    assert read(strip)["light"][0]["rgb_order"] == "RGB"
    mcu = template({}, "startDriver TuyaMCU\ntuyaMcu_setBaudRate 115200")
    assert read(mcu)["uart"][0]["baud_rate"] == 115200
    meter = template({}, "startDriver BL0942", flags=str(1 << 26))
    assert read(meter)["uart"][0]["rx_pin"] == "P1"
    battery = template({"23": "BAT_ADC;1"}, "startDriver Battery; Battery_Setup 2000 3000 2")
    assert one(battery, "sensor", "copy")
    bridge = template({"26": "BridgeFWD;1", "24": "BridgeREV;1"}, "BridgePulseLength 200")
    assert one(bridge, "switch", "hbridge")["pulse_length"] == "200ms"


def test_a_templates_other_roles() -> None:
    made = template({"8": "DHT22;1", "9": "DS1820_IO;2", "23": "ADC;3", "24": "DoorSnsrWSleep;4"})
    assert one(made, "sensor", "dht")["model"] == "DHT22"
    assert one(made, "sensor", "dallas_temp")["name"] == "Temperature 2"
    bus = one(made, "one_wire", "gpio")
    assert bus["pin"] == "P9"
    assert one(made, "sensor", "dallas_temp")["one_wire_id"] == bus["id"]
    assert one(made, "sensor", "adc")["pin"] == "P23"
    assert one(made, "binary_sensor", "gpio")["device_class"] == "door"
    made = template({"26": "PWM;1", "24": "PWM;2", "8": "PWM;1", "10": "Btn_SmartLED;1"})
    assert [row["name"] for row in read(made)["light"]] == ["Light", "Light 1"]
    left = template({"26": "ShutterA;1", "8": "TM1637_DIO;0", "9": "DHT12;1"})
    assert len(left.left_out) == 3
    assert "a shutter takes two relays" in " ".join(left.left_out)


def test_a_templates_shutter_is_two_relays_that_exclude_each_other() -> None:
    pins = {"26": "ShutterA;1", "24": "ShutterB;1", "8": "BtnShutterUp;1", "9": "BtnShutterDown;1"}
    made = template(pins)
    assert made.left_out == ()
    up, down = read(made)["switch"]
    assert (up["pin"], up["interlock"], up["restore_mode"]) == ("P26", [down["id"]], "ALWAYS_OFF")
    assert (down["pin"], down["interlock"]) == ("P24", [up["id"]])
    buttons = {row["pin"]["number"]: row["on_press"] for row in read(made)["binary_sensor"]}
    assert buttons == {
        "P8": [{"switch.toggle": up["id"]}],
        "P9": [{"switch.toggle": down["id"]}],
    }


@pytest.mark.parametrize(
    ("stored", "mode"),
    [
        (0, "ALWAYS_OFF"),
        (1, "ALWAYS_ON"),
        (2, "RESTORE_DEFAULT_OFF"),
        (None, "RESTORE_DEFAULT_OFF"),
    ],
)
def test_relays_start_as_stored(stored: int | None, mode: str) -> None:
    values = {} if stored is None else {"total_stat": stored}
    made = firmware(rl1_pin=26, rl2_pin=8, ch2_stat=1, **values)
    assert [relay["restore_mode"] for relay in read(made)["switch"]] == [mode, "ALWAYS_ON"]
    latching = firmware(rl_on1_pin=26, rl_off1_pin=24, **values)
    assert one(latching, "switch", "hbridge")["restore_mode"] == mode


def test_a_template_tells_how_relays_start_and_exclude_each_other() -> None:
    start = template({"26": "Rel;1", "8": "Rel;2"}, "backlog SetStartValue 1 -1; setStartValue 2 1")
    assert [row["restore_mode"] for row in read(start)["switch"]] == [
        "RESTORE_DEFAULT_OFF",
        "ALWAYS_ON",
    ]
    locked = template(
        {"26": "Rel;1", "24": "Rel;3", "6": "Btn_ScriptOnly;0"},
        "addChangeHandler Channel1 == 1 setChannel 3 0\naddChangeHandler Channel3 == 1 "
        "setChannel 1 0\naddEventHandler OnClick 6 setChannel 1 0\n"
        "addEventHandler OnClick 6 setChannel 3 0",
    )
    assert [row["interlock"] for row in read(locked)["switch"]] == [["relay_3"], ["relay_1"]]
    assert read(locked)["binary_sensor"][0]["on_press"] == [
        {"switch.turn_off": "relay_1"},
        {"switch.turn_off": "relay_3"},
    ]
    half = template({"26": "Rel;1", "24": "Rel;3"}, "addChangeHandler Channel1 == 1 setChannel 3 0")
    assert "interlock" not in half.yaml


def test_latching_relays_of_a_curtain_exclude_each_other_too() -> None:
    coils = {"rl_on1_pin": 26, "rl_off1_pin": 24, "rl_on3_pin": 8, "rl_off3_pin": 9}
    first, second = read(firmware(**coils, dev_ctrl1=1))["switch"]
    assert first["on_turn_on"] == [{"switch.turn_off": second["id"]}]
    assert second["on_turn_on"] == [{"switch.turn_off": first["id"]}]


def test_each_of_two_curtains_has_its_stop_button() -> None:
    values = {"rl1_pin": 6, "rl3_pin": 7, "rl4_pin": 8, "rl6_pin": 9, "bt2_pin": 10, "bt5_pin": 11}
    found = read(firmware(**values, percent_ctrl1=2, percent_ctrl2=5))
    assert [row["interlock"] for row in found["switch"]] == [
        ["relay_3"],
        ["relay_1"],
        ["relay_6"],
        ["relay_4"],
    ]
    stops = [row["on_press"] for row in found["binary_sensor"]]
    assert stops == [
        [{"switch.turn_off": "relay_1"}, {"switch.turn_off": "relay_3"}],
        [{"switch.turn_off": "relay_4"}, {"switch.turn_off": "relay_6"}],
    ]


def test_host_names() -> None:
    assert host_name("oem_bk7231n_plug") == "oem-bk7231n-plug"
    assert host_name(None, "", "123", "Ünïcode!") == "n-code"
    assert host_name(None) == "bekenlab-device"
    assert host_name("x" * 30 + "-and-more") == "x" * 30


def test_names_are_given_once_and_are_no_component_of_esphome() -> None:
    names = Names()
    assert [names.identifier(text) for text in ("Relay 1", "Relay 1", "Light", "8 bit")] == [
        "relay_1",
        "relay_2",
        "light_1",
        "pin_8_bit_1",
    ]
    assert [names.entity(text) for text in ("Power", "power", "Relay 1", "Relay 1")] == [
        "Power",
        "power 2",
        "Relay 1",
        "Relay 2",
    ]


def test_text_from_a_file_stays_in_its_place() -> None:
    evil = 'x"\n  evil: true\x85#\u2028${a} !secret b'
    told = pins_from_template({"pins": {"26": "Rel;1"}})
    found = read(build_firmware(told, chip="BK7231N", title=evil, module=evil))
    assert set(found) == set(read(build_firmware(told, chip="BK7231N", title="a")))
    assert found["esphome"]["name"] == "x-evil-true-a-secret-b"
    assert to_yaml({"a": 1}, ["one\ntwo: 3"]) == "# one two: 3\n\na: 1\n"
    unknown = pins_from_parameters({"a\nb: 1\n_pin": 3}, source=Source.STORAGE)
    assert set(read(build_firmware(unknown, chip="BK7231N"))) == set(read(firmware()))


def test_every_board_has_the_pins_that_esphome_knows() -> None:
    table = boards_table()
    named = {*table.modules.values()}
    for row in table.chips.values():
        named |= {row.board, *row.ota.values()}
    assert set(boards()) <= named
    for name in boards():
        assert sorted(board_named(name, "BK7231N").gpios) == boards()[name]


def test_esphome_accepts_each_of_these() -> None:
    made = {
        "plug": firmware(**PLUG, **METER, led1_pin=11, total_led_pin=9, sel_pin_lv=1),
        "latching": firmware(rl_on1_pin=26, rl_off1_pin=24, backlit_io_pin=8),
        "curtain": firmware(rl1_pin=26, rl3_pin=24, bt2_pin=6, percent_ctrl1=1),
        "strip": firmware(mosi=16, LedNum=300, k2pin_pin=20, key_pin=22),
        "temperature": firmware(**LAMP, **WHITES, cwtype=1, ctrl_pin=14, micpin=23),
        "laser": firmware(**LAMP, l_pin=8, m_pin=7),
        "KP18058": firmware(kp58ccur=2, kp58wcur=8, **OUTPUTS),
        "HLW8032": firmware(chip_type=2),
        "BL0942": firmware(chip_type=3, ele_rx=1, ele_tx=0),
        "TuyaMCU": firmware(mcu=9600),
        "battery": firmware(samp_pin=23, samp_sw_pin=17, min_V=2200, max_V=3000),
        "sound": firmware(bz_pin_pin=26, infrr=8, infre=9, remote_io=7, wfst_pin=6, netled_pin=24),
        "sensors": template({"8": "DHT22;1", "9": "DS1820_IO;2", "24": "dInput_n;4"}),
        "nothing": firmware(),
        "T": firmware(chip="BK7231T", module="WB3S", **PLUG),
        "Q": firmware(chip="BK7231Q", rl1_pin=8, c_pin=18, mcu=9600),
        "BK7238": firmware(chip="BK7238", samp_pin=20),
        "BK7252": firmware(chip="BK7252", rl1_pin=30),
        "BK7231M": firmware(chip="BK7231M", module="CB3S", **PLUG),
    }
    for name, said in judge({name: text.yaml for name, text in made.items()}).items():
        assert said.ok, f"{name}: {said.errors}"
