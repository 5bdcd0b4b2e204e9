"""Chooses the most important role of a GPIO with several."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bekenlab.pins.model import Pin

PRIORITY = (
    # First what the device needs to work at all, then what switches power, then what the user
    # presses, then indicator LEDs.
    ("SM2135DAT", "SM2135CLK", "BP5758D_DAT", "BP5758D_CLK", "BP1658CJ_DAT", "BP1658CJ_CLK"),
    ("SM2235DAT", "SM2235CLK", "KP18058_DAT", "KP18058_CLK", "SM16703P_DIN", "AlwaysHigh"),
    ("BridgeFWD", "BridgeREV", "Rel"),
    ("PWM",),
    ("BL0937CF", "BL0937CF1", "BL0937SEL", "BAT_ADC", "BAT_Relay"),
    ("Btn", "Btn_Tgl_All", "TglChanOnTgl", "Btn_ScriptOnly"),
    ("dInput", "IRRecv", "IRSend", "RCRecv", "SoftSDA", "SoftSCL", "ADC"),
    ("LED", "WifiLED"),
)


def one_job_each(pins: Iterable[Pin]) -> tuple[Pin, ...]:
    """The most important role of each GPIO, by GPIO."""
    best: dict[int, Pin] = {}
    for pin in sorted(pins, key=_urgency):
        best.setdefault(pin.gpio, pin)
    return tuple(best[gpio] for gpio in sorted(best))


def _urgency(pin: Pin) -> tuple[int, int, str]:
    group = next((i for i, names in enumerate(PRIORITY) if pin.role in names), len(PRIORITY))
    return group, pin.channel, pin.label
