"""Devices nobody has built, by a seed: whatever a file says, ESPHome takes what is made of it."""

from __future__ import annotations

import random

import pytest

from bekenlab.esphome import build_firmware
from bekenlab.openbeken.roles import roles
from bekenlab.openbeken.to_pins import pins_from_template
from bekenlab.pins import PinMap, Source, pins_from_parameters
from bekenlab.pins._table import key_rows
from esphome_judge import judge

# Not those whose board is unknown to ESPHome 2026.6: it then takes no pin for an analogue one.
CHIPS = ("BK7231N", "BK7231T", "BK7231Q", "BK7238", "BK7252")
MODULES = (None, "CB2S", "CB2L", "CBU", "WB3S", "WB1S", "WA2", "T1-U", "XH-WB3S", "unheard of")
TITLES = (None, "a/b $x", 'Ünï "q"', "#: !secret x")
GPIOS = (0, 1, 6, 7, 8, 9, 10, 11, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 26, 28, 40)
SETTINGS: dict[str, tuple[object, ...]] = {
    "cwtype": (0, 1),
    "cmod": ("rgb", "rgbcw", "cw", "c", "x"),
    "pwmhz": (0, 1, 1000, 20000),
    "dmod": tuple(range(8)),
    "campere": (5, 23, 200),
    "wampere": (1, 255),
    "ehccur": (0, 9),
    "ehwcur": (0, 200),
    "cjccur": (0, 40),
    "drgbcur": (0, 255),
    "dccur": (10, 90),
    "2235ccur": (1, 99),
    "chip_type": (0, 1, 2, 3, 9),
    "resistor": (1, 2, 1000),
    "ele_fun_en": (0, 1),
    "LedNum": (0, 1, 30, 5000),
    "percent_ctrl1": (1,),
    "min_V": (2200,),
    "max_V": (3000,),
    "rl1_drvtime": (50,),
    **{f"iic{colour}": (0, 1, 2, 3, 4, 9) for colour in "rgbcw"},
}
COMMANDS = (
    "startDriver BL0942",
    "startDriver TuyaMCU",
    "startDriver CSE7766",
    "SM16703P_Init 999 GRB",
    "BP5758D_Current 300 2",
    "SM2135_Current 99 99",
    "LED_Map 0 0 0 1 9",
    "Battery_Setup 1000 4000",
    "BridgePulseLength 99999",
    "PWMFrequency 0",
)


def parameters(rng: random.Random) -> PinMap:
    values: dict[str, object] = {}
    for row in rng.sample(list(key_rows().values()), rng.randint(1, 14)):
        number = str(rng.randint(1, 4))
        values[row.pattern.replace("{n}", number)] = rng.choice(GPIOS)
        if row.lv:
            values[row.lv.replace("{n}", number)] = rng.choice([0, 1, 2])
    for key in rng.sample(list(SETTINGS), rng.randint(0, 8)):
        values[key] = rng.choice(SETTINGS[key])
    return pins_from_parameters(
        values, source=Source.STORAGE, mcu_baud=rng.choice([None, None, 9600])
    )


def settings(rng: random.Random) -> PinMap:
    pins = {
        str(gpio): f"{rng.choice(roles()).name};{rng.choice([0, 1, 2, 3, 4, 5, 7])}"
        for gpio in rng.sample(GPIOS, rng.randint(1, 12))
    }
    command = "\n".join(rng.sample(COMMANDS, 4))
    flags = str(rng.choice([0, 1 << 8, 1 << 26, -1]))
    return pins_from_template({"pins": pins, "command": command, "flags": flags})


@pytest.mark.no_cover
def test_esphome_accepts_the_yaml_of_invented_devices() -> None:
    rng = random.Random(5)
    made = {
        f"{number}: {pinmap}": build_firmware(
            pinmap, chip=rng.choice(CHIPS), module=rng.choice(MODULES), title=rng.choice(TITLES)
        ).yaml
        for number in range(150)
        for pinmap in (parameters(rng), settings(rng))
    }
    assert len(made) == 300
    refused = {name: said.errors for name, said in judge(made).items() if not said.ok}
    assert refused == {}
