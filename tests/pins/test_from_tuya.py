"""Families of Tuya keys, each with a configuration made up for the test."""

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bekenlab.chips.models import Module, Pad
from bekenlab.pins.from_tuya import pins_from_parameters
from bekenlab.pins.model import PinMap, Polarity, Source

HIGH, LOW = Polarity.ACTIVE_HIGH, Polarity.ACTIVE_LOW


def read(
    values: Mapping[str, object] | None = None,
    /,
    *,
    module: Module | None = None,
    mcu_baud: int | None = None,
    **more: object,
) -> PinMap:
    return pins_from_parameters(
        {**(values or {}), **more}, source=Source.STORAGE, module=module, mcu_baud=mcu_baud
    )


def brief(pinmap: PinMap) -> list[tuple[int, str, int, Polarity | None]]:
    return [(pin.gpio, pin.role, pin.channel, pin.polarity) for pin in pinmap.pins]


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"rl2_pin": 9, "rl2_lv": 0}, (9, "Rel", 2, LOW)),
        ({"rl1_pin": "26", "rl1_lv": "1"}, (26, "Rel", 1, HIGH)),
        ({"rl1_pin": 0, "rl1_lv": 1}, (0, "Rel", 1, HIGH)),
        ({"rlypin": 6, "rlylv": 1}, (6, "Rel", 1, HIGH)),
        ({"bt1_pin": 10, "bt1_lv": 1}, (10, "Btn", 1, HIGH)),
        ({"btpin": 26, "btlv": 0}, (26, "Btn", 1, LOW)),
        ({"bt3_pin": 10}, (10, "Btn", 3, None)),
        ({"reset_pin": 9, "reset_lv": 0}, (9, "Btn", 1, LOW)),
        ({"total_bt_pin": 7, "total_bt_lv": 0}, (7, "Btn_Tgl_All", 0, LOW)),
        ({"key_pin": 14, "key_lv": 0}, (14, "Btn_Tgl_All", 0, LOW)),
        ({"k3pin_pin": 9, "k3pin_lv": 0}, (9, "Btn_ScriptOnly", 0, LOW)),
        ({"onoff2": 24}, (24, "TglChanOnTgl", 2, None)),
        ({"i_dctr1_pin": 26, "i_dctr1_lv": 0}, (26, "TglChanOnTgl", 1, LOW)),
        ({"led2_pin": 16, "led2_lv": 1}, (16, "LED", 2, HIGH)),
        ({"backlit_io_pin": 11, "backlit_io_lv": 0}, (11, "LED", 15, LOW)),
        ({"netled1_pin": 8, "netled1_lv": 1}, (8, "WifiLED", 0, HIGH)),
        ({"netled_pin": 8}, (8, "WifiLED", 0, LOW)),
        ({"netled1_pin": 8, "netled1_lv": 2}, (8, "WifiLED", 0, LOW)),
        ({"wfst_pin": 24, "wfst_lv": 0}, (24, "WifiLED", 0, LOW)),
        ({"status_led_pin": 26, "status_led_lv": 1}, (26, "WifiLED", 0, HIGH)),
        ({"door1_magt_pin": 8, "door1_magt_lv": 0}, (8, "dInput", 11, LOW)),
        ({"basic_pin_pin": 16, "basic_pin_lv": 1}, (16, "dInput", 11, HIGH)),
        ({"samp_sw_pin": 17, "samp_sw_lv": 1}, (17, "BAT_Relay", 21, HIGH)),
        ({"samp_pin": 23}, (23, "BAT_ADC", 20, None)),
        ({"sel_pin_pin": 24, "sel_pin_lv": 0}, (24, "BL0937SEL", 0, LOW)),
        ({"ele_pin": 7}, (7, "BL0937CF", 0, None)),
        ({"ivpin": 8}, (8, "BL0937CF1", 0, None)),
        ({"ctrl_pin": 14, "ctrl_lv": 0}, (14, "AlwaysHigh", 0, LOW)),
        ({"ir": 14}, (14, "IRRecv", 0, None)),
        ({"infre": 7}, (7, "IRSend", 0, None)),
        ({"micpin": 23}, (23, "ADC", 19, None)),
        ({"bz_pin_pin": 7, "bz_pin_lv": 1}, (7, "None", 0, HIGH)),
        ({"mosi": 16}, (16, "SM16703P_DIN", 0, None)),
        ({"i2c_sda_pin": 8, "i2c_sda_lv": 0}, (8, "SoftSDA", 0, LOW)),
    ],
)
def test_a_key_becomes_a_pin(
    values: dict[str, object], expected: tuple[int, str, int, Polarity | None]
) -> None:
    pinmap = read(values)
    assert brief(pinmap) == [expected]
    assert pinmap.pins[0].evidence[0].key == next(iter(values))
    assert pinmap.not_understood == ()


def test_nested_form_of_old_firmware() -> None:
    def wire(gpio: int, *, lv: bool) -> dict[str, object]:
        return {"pin": {"value": gpio}, "lv": {"value": lv}}

    relay, button, led = wire(5, lv=True), wire(18, lv=False), wire(19, lv=False)
    meter = {"epin": {"pin": {"value": 12}}, "ivcpin": wire(15, lv=True)}
    pinmap = read(sw={"ch": [{"rl": relay, "bt": button}], "net": {"wfst": led}, "dltj": meter})
    assert brief(pinmap) == [
        (5, "Rel", 1, HIGH),
        (12, "BL0937CF", 0, None),
        (15, "BL0937SEL", 0, HIGH),
        (18, "Btn", 1, LOW),
        (19, "WifiLED", 0, LOW),
    ]
    assert pinmap.pins[0].evidence[0].key == "sw.ch.0.rl.pin"


class TestLamps:
    def test_five_colours(self) -> None:
        pins = {f"{c}_pin": g for c, g in zip("rgbcw", (26, 24, 7, 9, 6), strict=True)}
        pinmap = read(pins, g_lv=0, pwmhz=1000, cmod="rgbcw", cwtype=0)
        assert [(p.gpio, p.channel) for p in pinmap.pins] == [
            (6, 5),
            (7, 3),
            (9, 4),
            (24, 2),
            (26, 1),
        ]
        assert {p.gpio: p.polarity for p in pinmap.pins}[24] is LOW
        assert pinmap.pwm_hz == 1000
        assert pinmap.commands == ("PWMFrequency 1000",)
        assert pinmap.flags == frozenset()

    def test_two_whites_take_the_first_two_channels(self) -> None:
        assert brief(read(c_pin=7, c_lv=1, w_pin=6, w_lv=1)) == [
            (6, "PWM", 2, HIGH),
            (7, "PWM", 1, HIGH),
        ]
        assert brief(read(c_pin=7, c_lv=1)) == [(7, "PWM", 1, HIGH)]

    def test_temperature_comes_before_brightness(self) -> None:
        pinmap = read(c_pin=8, c_lv=1, w_pin=6, w_lv=1, cwtype=1)
        assert {p.label: (p.gpio, p.channel) for p in pinmap.pins} == {
            "Colour temperature": (6, 1),
            "Brightness": (8, 2),
        }
        assert pinmap.cct
        assert pinmap.flags == {8}
        assert any("P6 is turned round there" in note for note in pinmap.notes)
        five = read(r_pin=24, g_pin=9, b_pin=26, c_pin=7, w_pin=8, cwtype=1)
        assert {p.gpio: p.channel for p in five.pins} == {24: 1, 9: 2, 26: 3, 7: 5, 8: 4}

    def test_one_white_is_no_temperature_lamp(self) -> None:
        pinmap = read(r_pin=6, g_pin=26, b_pin=24, c_pin=8, cwtype=1, cmod="rgbcw")
        assert not pinmap.cct
        assert pinmap.flags == frozenset()

    def test_left_over_colours_stay_visible_without_a_role(self) -> None:
        pinmap = read(cmod="cw", c_pin=24, w_pin=26, b_pin=8, key_pin=8, key_lv=0)
        assert [(p.gpio, p.role) for p in pinmap.pins] == [
            (8, "Btn_Tgl_All"),
            (8, "None"),
            (24, "PWM"),
            (26, "PWM"),
        ]
        assert pinmap.notices == ()

    @pytest.mark.parametrize(
        ("currents", "name", "command", "in_ma"),
        [
            ({"campere": 20, "wampere": 50}, "SM2135", "SM2135_Current 2 8", {"RGB": 20, "CW": 50}),
            ({"ehccur": 4, "ehwcur": 11}, "SM2135", "SM2135_Current 4 11", {"RGB": 30, "CW": 65}),
            ({"iicccur": 0, "iicwcur": 5}, "SM2135", "SM2135_Current 0 5", {"RGB": 10, "CW": 35}),
            (
                {"drgbcur": 14, "dccur": 51, "dwcur": 50},
                "BP5758D",
                "BP5758D_Current 14 51",
                {"RGB": 14, "C": 51, "W": 50},
            ),
            ({"cjccur": 2, "cjwcur": 3}, "BP1658CJ", "BP1658CJ_Current 2 3", {}),
            ({"2235ccur": 1, "2235wcur": 2}, "SM2235", "SM2235_Current 1 2", {}),
            ({"kp58ccur": 4, "kp58wcur": 9}, "KP18058", "KP18058_Current 4 9", {}),
        ],
    )
    def test_led_drivers(
        self, currents: dict[str, object], name: str, command: str, in_ma: dict[str, int]
    ) -> None:
        pinmap = read(currents, iicsda=26, iicscl=8, iicr=2, iicg=1, iicb=0, iicc=4, iicw=3)
        assert pinmap.led_driver is not None
        assert pinmap.led_driver.name == name
        assert pinmap.led_driver.led_map == (2, 1, 0, 4, 3)
        assert pinmap.led_driver.in_ma == in_ma
        assert pinmap.commands == (command, "LED_Map 2 1 0 4 3")
        assert [p.gpio for p in pinmap.pins if "CLK" in p.role] == [8]
        assert [p.gpio for p in pinmap.pins if "DAT" in p.role] == [26]

    def test_map_that_is_not_its_own_inverse(self) -> None:
        pinmap = read(iicsda=26, iicscl=8, dmod=6, iicr=1, iicg=2, iicb=0, iicc=4)
        assert pinmap.commands == ("LED_Map 2 0 1 -1 3",)

    def test_unknown_driver_chip_keeps_its_pins(self) -> None:
        pinmap = read(iicsda=26, iicscl=8)
        assert pinmap.led_driver is None
        assert [(p.gpio, p.role) for p in pinmap.pins] == [(8, "None"), (26, "None")]
        assert "P26" in pinmap.notes[0]

    def test_addressable_strip(self) -> None:
        pinmap = read(mosi=16, MOSI=16, SCL=14, CS=15, LedNum=20, c_pin=8, w_pin=7)
        strip = next(p for p in pinmap.pins if p.gpio == 16)
        assert [e.key for e in strip.evidence] == ["mosi", "MOSI"]
        assert pinmap.commands == ("startDriver SM16703P", "SM16703P_Init 20")
        assert {p.gpio: p.channel for p in pinmap.pins if p.role == "PWM"} == {8: 4, 7: 5}


class TestMetersAndMore:
    def test_serial_meters(self) -> None:
        assert read(chip_type=3, rl1_pin=26).commands == ("startDriver BL0942",)
        assert read(chip_type=2, rl1_pin=26).commands == ("startDriver CSE7766",)
        assert read(chip_type=3, ele_fun_en=0, rl1_pin=26).commands == ()
        assert read(chip_type=3, ele_rx=10, ele_tx=11).flags == frozenset()
        assert read(chip_type=3, ele_rx=1, ele_tx=0).flags == {26}

    def test_pulse_meters_start_by_their_pins(self) -> None:
        assert read(chip_type=0, ele_pin=7, vi_pin=8, sel_pin_pin=24).commands == ()

    def test_latching_relay(self) -> None:
        pinmap = read(rl_on1_pin=24, rl_on1_lv=1, rl_off1_pin=26, rl_off1_lv=1, rl1_drvtime=60)
        assert brief(pinmap) == [(24, "BridgeFWD", 1, HIGH), (26, "BridgeREV", 1, HIGH)]
        assert pinmap.commands == ("BridgePulseLength 60",)

    def test_on_pin_alone_is_the_relay_again(self) -> None:
        pinmap = read(rl1_pin=7, rl1_lv=1, rl_on1_pin=7, rl_on1_lv=1)
        assert brief(pinmap) == [(7, "Rel", 1, HIGH)]
        assert [e.key for e in pinmap.pins[0].evidence] == ["rl1_pin", "rl_on1_pin"]
        assert pinmap.notices == ()

    def test_battery(self) -> None:
        pinmap = read(samp_pin=23, min_V=2200, max_V=3000)
        assert pinmap.commands == ("startDriver Battery", "Battery_Setup 2200 3000")

    def test_second_processor(self) -> None:
        commands = ("startDriver TuyaMCU", "tuyaMcu_setBaudRate 9600")
        assert read(mcu_baud=9600).commands == commands
        assert read(baud=9600, crc=1).commands == commands
        with_pins = read(baud=9600, rl1_pin=26)
        assert with_pins.commands == ()
        assert any("9600" in note for note in with_pins.notes)

    def test_433_mhz(self) -> None:
        assert read(remote_io=26).commands == ("startDriver RC",)


class TestOddValues:
    @pytest.mark.parametrize("value", ["", -1, "255", None, "  "])
    def test_not_fitted_is_a_note(self, value: object) -> None:
        pinmap = read(rl1_pin=value)
        assert not pinmap.pins
        assert not pinmap.not_understood
        assert "rl1_pin" in pinmap.notes[0]

    @pytest.mark.parametrize("value", [64, "abc", 3.5, [1, 2], {"a": 1}, True, "1" * 5000])
    def test_nonsense_is_not_understood(self, value: object) -> None:
        (unknown,) = read(rl1_pin=value).not_understood
        assert unknown.key == "rl1_pin"
        assert len(unknown.value) < 80

    def test_channel_openbeken_does_not_have(self) -> None:
        assert [u.key for u in read(rl99_pin=6).not_understood] == ["rl99_pin"]

    @pytest.mark.parametrize("key", ["fan_pin", "heaterpin", "valve_io", "foo_pin_pin"])
    def test_unknown_key_that_names_a_pin(self, key: str) -> None:
        (unknown,) = read({key: 6, "brightmax": 100, "no_such_setting": 1}).not_understood
        assert (unknown.key, unknown.value, unknown.source) == (key, "6", Source.STORAGE)

    def test_two_jobs_on_one_pin(self) -> None:
        pinmap = read(rl1_pin=16, ir=16)
        assert len(pinmap.pins) == 2
        (notice,) = pinmap.notices
        assert notice.code == "pin-conflict"
        assert "P16" in notice.message

    def test_options_are_not_pins(self) -> None:
        pinmap = read(buzzer=1, irfunc=1, back_led=7, light_mode=14, crc=26, led_dp=15)
        assert not pinmap.pins
        assert not pinmap.not_understood


def small_module(*, pads_known: bool = True) -> Module:
    pads = (Pad("2", 6, ("PWM0",), None), Pad("9", None, ("GND",), None))
    kept = pads if pads_known else ()
    return Module("m", "M1", "M1", "BK7231N", kept, pads_known)


def test_module_that_does_not_bring_a_pin_out() -> None:
    pinmap = read(module=small_module(), rl1_pin=6, rl2_pin=18)
    (notice,) = pinmap.notices
    assert notice.code == "pin-not-on-module"
    assert "P18" in notice.message
    assert read(module=small_module(pads_known=False), rl2_pin=18).notices == ()


def test_module_name() -> None:
    values: dict[str, object] = {"module": "wb3l"}
    assert pins_from_parameters(values, source=Source.OEM_CFG).module == "WB3L"


keys = st.one_of(
    st.text(max_size=12),
    st.from_regex(r"[a-z]{1,4}[0-9]{0,3}_(pin|lv)", fullmatch=True),
    st.sampled_from(["rl1_pin", "rl1_lv", "c_pin", "w_pin", "cwtype", "cmod", "iicscl", "iicsda"]),
    st.sampled_from(["dmod", "iicr", "campere", "sw", "pwmhz", "samp_pin", "min_V", "ele_rx"]),
)
scalars = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=8), st.binary(max_size=4)
)
anything = st.recursive(
    scalars,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=6), inner, max_size=3)
    ),
    max_leaves=8,
)


@given(st.dictionaries(keys, st.one_of(st.integers(-2, 70), anything), max_size=12))
def test_nothing_raises_and_no_pin_key_is_lost(values: dict[str, object]) -> None:
    pinmap = pins_from_parameters(values, source=Source.BOOT_LOG)
    kept = {e.key for pin in pinmap.pins for e in pin.evidence}
    kept |= {unknown.key for unknown in pinmap.not_understood}
    for key, value in values.items():
        if key.endswith("_pin") and key not in kept:
            assert any(note.startswith(key) for note in pinmap.notes), (key, value)
    assert all(pin.evidence and 0 <= pin.gpio < 64 for pin in pinmap.pins)
