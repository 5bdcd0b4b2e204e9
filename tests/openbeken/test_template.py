import json

from bekenlab.errors import Notice
from bekenlab.openbeken.describe import describe
from bekenlab.openbeken.template import build_template
from bekenlab.pins.from_tuya import pins_from_parameters
from bekenlab.pins.model import PinMap, Source


def read(**values: object) -> PinMap:
    return pins_from_parameters(values, source=Source.STORAGE)


def test_shape_of_a_template() -> None:
    pinmap = read(rl1_pin=26, rl1_lv=0, bt1_pin=6, bt1_lv=0, netled_pin=10, netled_lv=0)
    template = build_template(pinmap, chip="BK7231N", board="CB2S", name="Plug", model="P1")
    assert template == {
        "vendor": "",
        "bDetailed": "0",
        "name": "Plug",
        "model": "P1",
        "chip": "BK7231N",
        "board": "CB2S",
        "keywords": [],
        "pins": {"6": "Btn;1", "10": "WifiLED_n;0", "26": "Rel_n;1"},
        "command": "",
        "flags": "1024",
        "image": "",
        "wiki": "",
    }
    assert list(template["pins"]) == ["6", "10", "26"]  # type: ignore[call-overload]
    assert json.loads(json.dumps(template)) == template


def test_module_of_the_configuration_is_the_board() -> None:
    assert build_template(read(module="WB3L"), chip="BK7231T")["board"] == "WB3L"


def test_a_temperature_pin_is_turned_round_and_the_lamp_is_flagged() -> None:
    """Tuya's firmware makes it cold when active, and OpenBeken warm."""
    template = build_template(
        read(c_pin=8, c_lv=1, w_pin=6, w_lv=1, cwtype=1, pwmhz=1000), chip="BK7231N"
    )
    assert template["pins"] == {"6": "PWM_n;1", "8": "PWM;2"}
    assert template["flags"] == "1280"
    five = read(r_pin=24, g_pin=9, b_pin=26, c_pin=7, w_pin=8, w_lv=0, cwtype=1)
    assert build_template(five, chip="BK7231N")["pins"] == {
        "7": "PWM;5",
        "8": "PWM;4",
        "9": "PWM;2",
        "24": "PWM;1",
        "26": "PWM;3",
    }


def test_commands_are_lines() -> None:
    values: dict[str, object] = {"iicsda": 26, "iicscl": 8, "iicr": 2, "iicg": 1, "iicb": 0}
    template = build_template(read(**values, campere=20, wampere=50), chip="BK7231T")
    assert template["command"] == "SM2135_Current 2 8\nLED_Map 2 1 0 -1 -1"


def test_of_two_jobs_the_more_important_one_is_in_the_template() -> None:
    template = build_template(read(netled1_pin=8, rl1_pin=8, bz_pin_pin=7), chip="BK7231N")
    assert template["pins"] == {"8": "Rel;1"}


def test_uart2_flag() -> None:
    template = build_template(read(chip_type=3, ele_rx=1, ele_tx=0), chip="BK7231N")
    assert template["flags"] == str(1 << 26 | 1 << 10)


def test_description_of_a_plug() -> None:
    text = describe(
        read(rl1_pin=26, rl1_lv=1, bt1_pin=10, bt1_lv=0, module="CB2S", fan_pin=9), chip="BK7231N"
    )
    assert text.splitlines() == [
        "Module CB2S, chip BK7231N.",
        "Pins:",
        "- Button 1 (channel 1) on P10, active low: Btn",
        "- Relay 1 (channel 1) on P26, active high: Rel",
        "Not understood:",
        "- fan_pin = 9",
    ]


def test_description_gives_milliamperes_only_where_they_are_known() -> None:
    wires: dict[str, object] = {"iicsda": 26, "iicscl": 8, "iicr": 2, "iicc": 4}
    known = describe(read(**wires, campere=20, wampere=50))
    assert "- RGB current 20 mA" in known
    assert "- White current 50 mA" in known
    assert "- LED driver outputs: red 2, cool 4" in known
    assert "mA" not in describe(read(**wires, **{"2235ccur": 1, "2235wcur": 2}))


def test_description_of_everything_else() -> None:
    assert "TuyaMCU" in describe(PinMap())
    lamp = describe(read(c_pin=6, pwmhz=5000))
    assert "- PWM frequency 5000 Hz" in lamp
    assert "- PWMFrequency 5000" in lamp
    warned = PinMap(notices=(Notice("x", "Look out."),), notes=("By the way.",))
    assert "Warnings:\n- Look out.\n" in describe(warned)
    bridge = describe(read(rl_on1_pin=24, rl_on1_lv=0, rl_off1_pin=26, rl_off1_lv=0))
    assert bridge.count("active high only") == 2
    assert "no OpenBeken role" in describe(read(bz_pin_pin=7))


CURTAIN: dict[str, object] = {
    "rl1_pin": 17,
    "rl3_pin": 15,
    "bt1_pin": 28,
    "bt2_pin": 14,
    "bt3_pin": 16,
    "dev_ctrl1": 1,
}


def test_a_curtains_relays_exclude_each_other_and_its_stop_button_stops() -> None:
    pinmap = read(**CURTAIN, total_stat=2)
    template = build_template(pinmap, chip="BK7231N")
    assert template["pins"] == {
        "14": "Btn_ScriptOnly;0",
        "15": "Rel;3",
        "16": "Btn;3",
        "17": "Rel;1",
        "28": "Btn;1",
    }
    assert template["command"] == (
        "addChangeHandler Channel1 == 1 setChannel 3 0\n"
        "addChangeHandler Channel3 == 1 setChannel 1 0\n"
        "addEventHandler OnClick 14 setChannel 1 0\n"
        "addEventHandler OnClick 14 setChannel 3 0"
    )
    assert [notice.code for notice in pinmap.notices] == ["curtain"]
    assert "must never be on together" in describe(pinmap)
    assert pinmap.power_on == {}, "a curtain stands still after a power cut"


def test_a_curtains_button_for_all_relays_stops_both() -> None:
    template = build_template(
        read(rl1_pin=9, rl3_pin=17, total_bt_pin=8, total_bt_lv=1, stop_bt_en="true"),
        chip="BK7231N",
    )
    assert template["pins"] == {"8": "Btn_ScriptOnly_n;0", "9": "Rel;1", "17": "Rel;3"}
    assert "addEventHandler OnClick 8 setChannel 1 0" in str(template["command"])


def test_relays_of_other_switches_do_not_exclude_each_other() -> None:
    plain = read(rl1_pin=17, rl3_pin=15, bt2_pin=14)
    assert plain.commands == ()
    assert plain.notices == ()
    alone = read(rl1_pin=17, percent_ctrl1=2)
    assert alone.curtains == ()


def test_two_relays_with_any_numbers_make_a_curtain() -> None:
    assert [c.relays for c in read(rl1_pin=6, rl2_pin=7, travel_t1=10).curtains] == [(1, 2)]
    assert [c.relays for c in read(rl1_pin=6, rl4_pin=7, travel_t1=10).curtains] == [(1, 4)]


def test_relays_start_as_stored() -> None:
    def command(**values: object) -> object:
        made = read(rl1_pin=26, rl2_pin=8, **values)
        return build_template(made, chip="BK7231N")["command"]

    assert command(total_stat=0) == ""
    assert command(total_stat=1) == "SetStartValue 1 1\nSetStartValue 2 1"
    assert command(total_stat=2) == "SetStartValue 1 -1\nSetStartValue 2 -1"
    assert command(total_stat="2", ch1_stat=0) == "SetStartValue 2 -1"
    assert command(total_stat=3) == ""
    assert command() == ""
