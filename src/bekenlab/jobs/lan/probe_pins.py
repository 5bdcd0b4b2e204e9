"""Which pins of a running device may be tried, and in which order."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from bekenlab.data import Table, read_table
from bekenlab.openbeken.settings import CHANNELS, parse_settings

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from bekenlab.analysis.subject import Subject
    from bekenlab.chips import Chip
    from bekenlab.lan.replies import DevicePins
    from bekenlab.openbeken.settings import PinSetting

_DRIVER = re.compile(r"\bstartdriver\s+([\w-]{1,40})", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class LeftAlone:
    """A pin that is not touched.

    Attributes:
        gpio: The pin.
        why: Half a sentence.
    """

    gpio: int
    why: str


@dataclass(frozen=True, slots=True)
class PinChoice:
    """What is tried.

    Attributes:
        gpios: The pins, the likeliest output first.
        channels: A channel for each of them that nothing else uses.
        left_alone: The chip's other pins.
        likely: What the file says about them, by GPIO.
    """

    gpios: tuple[int, ...]
    channels: dict[int, int]
    left_alone: tuple[LeftAlone, ...]
    likely: dict[int, PinSetting]


def drivers_in(text: str) -> frozenset[str]:
    """Names of the drivers that a startup command starts, in lower case."""
    return frozenset(name.lower() for name in _DRIVER.findall(text))


def has_mcu(drivers: frozenset[str], subject: Subject | None) -> bool:
    """Whether a second controller (TuyaMCU) is connected."""
    told = subject is not None and subject.pins is not None and subject.pins.mcu_baud is not None
    return told or bool(drivers & set(_facts()["drivers"]["mcu"]))


def choose_pins(
    chip: Chip,
    pins: DevicePins,
    drivers: frozenset[str],
    subject: Subject | None = None,
    *,
    adapter: bool = False,
) -> PinChoice:
    """Which pins are tried.

    Args:
        chip: The chip.
        pins: What its pins do now.
        drivers: The drivers that it starts.
        subject: A file about the device.
        adapter: Whether an adapter or programmer is attached to the board.
    """
    cases = {"always"}
    meter = subject.pins.meter if subject is not None and subject.pins is not None else None
    if drivers & set(_facts()["drivers"]["uart1"]) or (meter is not None and meter.uart == 1):
        cases.add("uart1")
    if adapter:
        cases.add("adapter")
    banned = dict(_banned(chip.name, cases))
    there = [gpio for gpio in chip.gpios if gpio < len(pins.roles)]
    likely = _likely(subject)
    gpios = sorted((gpio for gpio in there if gpio not in banned), key=lambda g: _rank(g, likely))
    left = tuple(LeftAlone(gpio, banned[gpio]) for gpio in there if gpio in banned)
    return PinChoice(tuple(gpios), _channels(gpios, pins), left, likely)


def _banned(chip: str, cases: set[str]) -> Iterator[tuple[int, str]]:
    for row in _facts()["pins"]:
        if chip in row["chips"] and row["when"] in cases:
            for gpio in row["gpios"]:
                yield gpio, row["why"]


def _likely(subject: Subject | None) -> dict[int, PinSetting]:
    if subject is None:
        return {}
    settings, _ = parse_settings(subject.template.get("pins") or {})
    return {setting.gpio: setting for setting in settings}


def _rank(gpio: int, likely: dict[int, PinSetting]) -> tuple[bool, int]:
    """Outputs that the file names come first, then the usual ones, then the others."""
    order = _facts()["order"]["outputs"]
    named = gpio in likely and likely[gpio].role.startswith(("Rel", "LED", "WifiLED", "PWM"))
    return not named, order.index(gpio) if gpio in order else len(order) + gpio


def _channels(gpios: Sequence[int], pins: DevicePins) -> dict[int, int]:
    """Channels from the last one down, without those of pins that keep their role."""
    kept = [gpio for gpio, role in enumerate(pins.roles) if role and gpio not in gpios]
    used = {pins.channels[gpio] for gpio in kept} | {pins.second_channels[gpio] for gpio in kept}
    free = (channel for channel in reversed(range(CHANNELS)) if channel not in used)
    return dict(zip(gpios, free, strict=False))


@cache
def _facts() -> Table:
    return read_table("jobs/lan", "hands_off.toml")
