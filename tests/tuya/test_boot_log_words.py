"""Pins in a log's tables and titles, and configurations in any brackets."""

import pytest

from bekenlab.tuya.boot_log.read import parse_boot_log
from bekenlab.tuya.firmware import FirmwareKind

STAMP = "[01-01 18:12:16 TUYA N][lr:0x603b7] "


def values(*lines: str) -> dict[str, object]:
    return dict(parse_boot_log("\n".join(lines) + "\n").parameters.values)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (
            "json cfg:[,rl1_pin:6,bt1_pin:8,module:CB3S,}ZZZZ\u02c6A]",
            {"rl1_pin": 6, "bt1_pin": 8, "module": "CB3S"},
        ),
        (
            "read wd json:{bt_pin:7,bt_lv:0,display_led1_pin:8,}",
            {"bt_pin": 7, "bt_lv": 0, "display_led1_pin": 8},
        ),
        ("anything at all [rl1_pin:6,rl1_lv:1]", {"rl1_pin": 6, "rl1_lv": 1}),
        ('cfg={"rl1_pin":6,"rl1_lv":1,"x":2}', {"rl1_pin": 6, "rl1_lv": 1, "x": 2}),
        ("[foo:1,bar:2] then [netled1_pin:9,netled1_lv:1]", {"netled1_pin": 9, "netled1_lv": 1}),
        ("no configuration [foo:1,bar:2,crc:3]", {}),
        ("state [ssid_num:1,cur_netcfg_type:2]", {}),
        ("only one [rl1_pin:6,foo:1]", {}),
        ("default oem cfg {rl1_pin:6,bt1_pin:8,module:CB3S,}", {}),
    ],
)  # fmt: skip
def test_a_text_in_brackets_counts_if_two_of_its_names_are_known(
    text: str, found: dict[str, object]
) -> None:
    assert values(STAMP + text) == found


def test_a_cut_text_in_brackets_gives_what_is_whole() -> None:
    found = values(f"{STAMP}cfg:[,rl1_lv:1,rl1_pin:26,bt1_pin:1", STAMP + "other")
    assert found == {"rl1_lv": 1, "rl1_pin": 26}


TABLE = """\
******* ch[0] *******
[RELAY] - pin:24,\t io_drive:2
[KEY] - pin:8,\t io_drive:1,\t type:2,\t long_press:0
******* ch[1] *******
[RELAY] - pin:10,\t io_drive:1
[KEY] - pin:6,\t io_drive:0,\t type:0,\t long_press:0

******* system *******
[WIFI LED] - pin:9,\t io_drive:2
[TOTAL KEY] - pin:23,\t io_drive:1,\t long_press:5000
[WIFI BUZZER] - pin:26,\t io_drive:2,\t freq:4000,\t dft_duty:500
[433 REMOTER] - pin:14
"""


def test_a_table_gives_pins_and_the_levels_of_outputs() -> None:
    """Drive 1 is low and 2 is high; for inputs, the number differs between firmwares."""
    assert values(TABLE) == {
        "rl1_pin": 24, "rl1_lv": 1, "onoff1": 8, "rl2_pin": 10, "rl2_lv": 0, "bt2_pin": 6,
        "netled1_pin": 9, "netled1_lv": 1, "total_bt_pin": 23, "buzzer_io": 26, "remote_io": 14,
    }  # fmt: skip


def test_a_configuration_knows_better_than_a_table() -> None:
    config = STAMP + "json cfg:[,rl1_pin:24,onoff1:8,onoff2:6,module:CB3S,}"
    found = values(config, TABLE)
    assert "bt2_pin" not in found, "P6 has another job by the configuration"
    assert (found["onoff2"], found["netled1_pin"]) == (6, 9)


def test_titles_of_a_dimmer() -> None:
    log = (
        "no <relay led>",
        "==> <Light PWM> pin-6, freq-1000, level-1",
        STAMP + "[dimmer_uart_init] baud_rate 115200",
        "[on/off key] \tpin-7, \tdriver-0, \tlong_press-5000ms",
        "[bri - key] \tpin-24, \tdriver-0",
        "[bri + key]\tpin-26,\tdriver-0",
    )
    assert values(*log) == {
        "light_pwm_pin": 6, "light_pwm_lv": 1, "pwmhz": 1000, "baud_rate": 115200,
        "bt_pin": 7, "lightminus_sw_pin": 24, "lightplus_sw_pin": 26,
    }  # fmt: skip
    assert parse_boot_log("\n".join(log)).mcu is None, "it is no TuyaMCU"


def test_channels_of_the_pwm_unit_are_pins() -> None:
    found = values(*(f"{STAMP}sg_pwm_list[{n}]=1,0,1000" for n in range(6)))
    pins = {f"pwm_list{n}_pin": gpio for n, gpio in enumerate((6, 7, 8, 9, 24, 26))}
    assert found == {**pins, "pwmhz": 1000}


@pytest.mark.parametrize(
    ("line", "kind", "name", "version"),
    [
        ("Info:MAIN:Main_Init_Before_Delay", FirmwareKind.OPENBEKEN, None, None),
        ("Entering initLog(). ..", FirmwareKind.OPENBEKEN, None, None),
        ("OpenBK7231N, version 1.17.203", FirmwareKind.OPENBEKEN, "OpenBK7231N", "1.17.203"),
        ("[I][app:102]: ESPHome version 2025.5.1 on x", FirmwareKind.OTHER, "ESPHome", "2025.5.1"),
        ("I [ 0.000] LibreTiny v1.8.0 on cb2s, x", FirmwareKind.OTHER, "LibreTiny", None),
        (STAMP + "Firmware name oem_n_dimmer:1.1.5", FirmwareKind.TUYA, "oem_n_dimmer", "1.1.5"),
    ],
)  # fmt: skip
def test_whose_log_it_is(
    line: str, kind: FirmwareKind, name: str | None, version: str | None
) -> None:
    firmware = parse_boot_log(f"V:BK7231N_1.0.1\n{line}\n").firmware
    assert firmware is not None
    assert (firmware.kind, firmware.name, firmware.version) == (kind, name, version)


def test_many_brackets_that_are_no_configuration_take_no_longer_than_they_are() -> None:
    text = "[aa:1,bb:2," * 60_000 + "\n" + STAMP + "cfg:{rl1_pin:6,rl1_lv:1,}\n"
    assert values(text) == {"rl1_pin": 6, "rl1_lv": 1}
