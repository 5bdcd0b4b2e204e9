"""Functions of pads for pictures: a kind, a short text, and a full description."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from bekenlab.data import read_table
from bekenlab.openbeken import role_of_pin
from bekenlab.openbeken.numbers import from_openbeken
from bekenlab.openbeken.settings import parse_settings
from bekenlab.pins import Pin, Polarity
from bekenlab.report.pictures.svg import ELLIPSIS
from bekenlab.report.pictures.words import ENGLISH, Words

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from bekenlab.analysis.subject import Subject
    from bekenlab.chips import Pad
    from bekenlab.pins import PinMap

    Name = Callable[[str], str]

LONGEST = 14
"""Maximum length of the text beside a pad, characters."""

_LEVELS = {Polarity.ACTIVE_HIGH: "level.high", Polarity.ACTIVE_LOW: "level.low"}
# Functions that determine a pad's purpose on any device: kind and word.
_FIXED = {
    "3V3": ("power", ""),
    "5V": ("power", ""),
    "GND": ("ground", ""),
    "CEN": ("reset", "pad.reset"),
    "RST": ("reset", "pad.reset"),
    "ANT": ("none", "pad.aerial"),
    "TEST": ("none", "pad.test"),
    "NC": ("none", "pad.nc"),
    "UNKNOWN": ("none", "pad.unknown"),
    "CODE": ("none", "pad.unknown"),
}
_SERIAL = {
    "UART1_RX": ("serial", "RX1"),
    "UART1_TX": ("serial", "TX1"),
    "UART2_TX": ("log", "TX2"),
    "UART2_RX": ("free", "RX2"),
}


@dataclass(frozen=True, slots=True)
class Use:
    """A function of a GPIO.

    Attributes:
        kind: A kind of ``data/palette.toml``, e.g. ``"relay"``.
        text: Short text, at most ``LONGEST`` characters.
        detail: Full description, for a tool tip or a table.
    """

    kind: str
    text: str
    detail: str


@dataclass(frozen=True, slots=True)
class PadFacts:
    """A pad in a picture.

    Attributes:
        kind: Kind, which gives its colour.
        head: The GPIO or other name: ``"P26"``, ``"3V3"``.
        text: Its function, or an empty string.
        note: Alternative functions: ``"RX1"``, ``"PWM5"``.
        detail: Full description.
    """

    kind: str
    head: str
    text: str
    note: str
    detail: str


Uses = dict[int, tuple[Use, ...]]
"""Functions by GPIO."""


def uses_of(pins: PinMap, words: Words = ENGLISH, name: Name = str) -> Uses:
    """The functions in a pin map, including the serial pins of a meter or second controller.

    Args:
        pins: The pin map.
        words: The words, in the language of the picture.
        name: Translates the English name of a function.
    """
    found: Uses = {}
    for pin in pins.pins:
        found[pin.gpio] = (*found.get(pin.gpio, ()), _use(pin, words, name))
    for gpio, use in _lines(pins, words):
        found.setdefault(gpio, (use,))
    return found


def uses_of_template(template: Mapping[str, Any], name: Name = str) -> Uses:
    """The functions in an OpenBeken template; invalid settings are left out."""
    settings, _ = parse_settings(template.get("pins", {}))
    found: Uses = {}
    for setting in settings:
        row = _row(setting.role)
        kind = row["kind"] if row else "other"
        short = row.get("short", "") if row else ""
        text = short.replace("{n}", str(setting.channel)) or f"{setting.role} {setting.channel}"
        number = from_openbeken(setting.gpio, template.get("chip"))
        if number is None:
            continue
        found[number[0]] = (Use(kind, shorten(text, name), setting.text),)
    return found


def uses_of_subject(subject: Subject, words: Words = ENGLISH, name: Name = str) -> Uses:
    """The functions from any file about a device; arguments as of :func:`uses_of`."""
    if subject.pins is not None:
        return uses_of(subject.pins, words, name)
    return uses_of_template(subject.template, name)


def pad_facts(pad: Pad, uses: Uses, words: Words = ENGLISH) -> PadFacts:
    """The facts to show for a pad."""
    jobs = uses.get(pad.gpio, ()) if pad.gpio is not None else ()
    names = {name: _SERIAL[name] for name in pad.functions if name in _SERIAL}
    serial = next(iter(names.values()), None)
    if pad.gpio is None:
        return _fixed(pad, words)
    head = pad.place
    detail = _story(head, pad, jobs, "" if jobs or not uses else words["kind.free"])
    if jobs:
        text = jobs[0].text if len(jobs) == 1 else shorten("/".join(use.text for use in jobs))
        return PadFacts(jobs[0].kind, head, text, serial[1] if serial else "", detail)
    if serial:
        note = words["pad.log"] if serial[0] == "log" else ""
        return PadFacts(serial[0], serial[1], head, note, detail)
    note = next((name for name in pad.functions if name.startswith(("PWM", "ADC"))), "")
    return PadFacts("free", head, "", note, detail)


def _story(head: str, pad: Pad, jobs: tuple[Use, ...], unused: str) -> str:
    """``P26: Relay 1, ... (PWM5)``; without a known device, only the alternative functions."""
    does = "; ".join(use.detail for use in jobs) or unused
    functions = f" ({', '.join(pad.functions)})" if pad.functions else ""
    return (f"{head}: {does}" if does else head) + functions


def shorten(text: str, name: Name = str) -> str:
    """Shorten a label to at most ``LONGEST`` characters; arguments as of :func:`uses_of`."""
    text = re.sub(r"\s*\(.*?\)", "", text)
    for long, short in _tables()["shorter"].items():
        text = text.replace(long, short)
    text = name(text)
    return text if len(text) <= LONGEST else text[: LONGEST - 1].rstrip(" ,") + ELLIPSIS


def _fixed(pad: Pad, words: Words) -> PadFacts:
    name = next((name for name in pad.functions if name in _FIXED), "UNKNOWN")
    kind, key = _FIXED[name]
    note = words[key] if key else ""
    if kind == "none":
        return PadFacts(kind, note, "", "", note)
    return PadFacts(kind, name, "", note, f"{name} {note}".strip())


def _use(pin: Pin, words: Words, name: Name) -> Use:
    role = role_of_pin(pin)
    setting = "" if pin.role == "None" else f", {role};{pin.channel}"
    level = f", {words[_LEVELS[pin.polarity]]}" if pin.polarity else ""
    keys = ", ".join(dict.fromkeys(said.key for said in pin.evidence))
    detail = f"{name(pin.label)}{level}{setting} [{keys}]"
    row = _row(pin.role) or _label_row(pin.label)
    kind = row["kind"] if row else "other"
    short = row.get("short", "").replace("{n}", str(pin.channel)) if row else ""
    return Use(kind, shorten(short or pin.label, name), detail)


def _lines(pins: PinMap, words: Words) -> Iterator[tuple[int, Use]]:
    """The serial pins used by a meter or second controller."""
    if pins.mcu_baud:
        detail = f"TuyaMCU, {pins.mcu_baud} baud"
        yield from (
            (gpio, Use("serial", words["pad.mcu"], detail)) for gpio in pins.ports.get(1, ())
        )
    if pins.meter and pins.meter.uart:
        gpios = pins.ports.get(pins.meter.uart, ())
        use = Use("meter", pins.meter.part, f"{pins.meter.part}, UART{pins.meter.uart}")
        yield from ((gpio, use) for gpio in gpios)


def _row(role: str) -> dict[str, Any] | None:
    rows: Iterable[dict[str, Any]] = _tables()["role"]
    return next((row for row in rows if role.startswith(tuple(row["roles"]))), None)


def _label_row(label: str) -> dict[str, Any] | None:
    rows: Iterable[dict[str, Any]] = _tables()["label"]
    return next((row for row in rows if row["has"].lower() in label.lower()), None)


@cache
def _tables() -> dict[str, Any]:
    return read_table("report/pictures", "kinds.toml")
