"""Turns parameters into single pins: looks up every key that names a pin."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bekenlab.pins._table import KeyRow, fill, find_key, find_setting, is_pin_like
from bekenlab.pins._values import gpio, is_code, is_unused, level, number, shown
from bekenlab.pins.model import Evidence, Pin, Source, UnknownKey

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bekenlab.chips import OtherChip
    from bekenlab.pins.model import Polarity

_CHANNELS = 64


@dataclass(frozen=True, slots=True)
class Found:
    """A pin and the table row it comes from.

    Attributes:
        pin: The pin.
        row: Row of the table.
        reserved: Whether another role on the same GPIO is not a conflict.
    """

    pin: Pin
    row: KeyRow
    reserved: bool


@dataclass(slots=True)
class Reading:
    """The results so far; filled by ``read_pins`` and the package's other readers.

    ``chip`` is the chip whose pins these are, if it is not one of Beken's.
    """

    values: Mapping[str, object]
    source: Source
    chip: OtherChip | None = None
    found: list[Found] = field(default_factory=list)
    unknown: list[UnknownKey] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    commands: list[str] = field(default_factory=list)
    flags: set[int] = field(default_factory=set)

    def note(self, text: str) -> None:
        """Add a note once."""
        if text not in self.notes:
            self.notes.append(text)

    def command(self, text: str) -> None:
        """Add a startup command once."""
        if text not in self.commands:
            self.commands.append(text)

    def number(self, key: str) -> int | None:
        """A setting as a number."""
        return number(self.values.get(key))

    def by_pattern(self, pattern: str) -> Found | None:
        """The first pin from the row with this pattern."""
        return next((item for item in self.found if item.row.pattern == pattern), None)


def read_pins(
    values: Mapping[str, object], source: Source, chip: OtherChip | None = None
) -> Reading:
    """Look up every key; a key that names a pin ends up in pins, unknown keys or notes."""
    reading = Reading(values, source, chip)
    for key in values:
        _read_key(key, reading)
    return reading


def _read_key(key: str, reading: Reading) -> None:
    value = reading.values[key]
    match = find_key(key)
    if match is None:
        setting = find_setting(key)
        if setting is None:
            _read_unknown(key, value, reading)
        elif setting.note and (not setting.when or number(value) in setting.when):
            reading.note(fill(setting.note, 0, key=key, value=shown(value)))
        return
    if is_unused(value):
        reading.note(f"{shown(key)} is not used ({shown(value) or 'empty'}).")
        return
    row, n = match
    pin = _pin(key, row, n, reading)
    if pin is None:
        reading.unknown.append(UnknownKey(key, shown(value), reading.source))
        return
    reading.found.append(Found(pin, row, row.reserved))
    if row.note:
        note = row.note.replace("P{gpio}", pin.place)
        reading.note(fill(note, n, gpio=_in_openbeken(pin, reading.chip), value=shown(value)))
    for command in row.commands:
        reading.command(command)


def _read_unknown(key: str, value: object, reading: Reading) -> None:
    """Keep an unknown key if its name suggests a pin and its value may be one."""
    if is_pin_like(key) and not is_code(value):
        reading.unknown.append(UnknownKey(key, shown(value), reading.source))


def _pin(key: str, row: KeyRow, n: int, reading: Reading) -> Pin | None:
    found = gpio(reading.values[key])
    channel = row.channel_of(n)
    if found is None or channel >= _CHANNELS:
        return None
    stated = _stated_polarity(row, n, reading)
    return Pin(
        gpio=found,
        role=row.role,
        channel=channel,
        polarity=stated or row.default,
        label=fill(row.label, n),
        evidence=(Evidence(reading.source, key),),
        assumed=stated is None,
        name=_name(found, reading.chip),
    )


def _name(gpio: int, chip: OtherChip | None) -> str:
    pin = chip.pin(gpio) if chip else None
    return pin.name if pin else ""


def _in_openbeken(pin: Pin, chip: OtherChip | None) -> int:
    """The pin's number in OpenBeken's commands."""
    other = chip.pin(pin.gpio) if chip else None
    return other.openbeken if other else pin.gpio


def _stated_polarity(row: KeyRow, n: int, reading: Reading) -> Polarity | None:
    """Active level from the lv key, or None if it is absent or invalid."""
    key = fill(row.lv, n)
    if not key or key not in reading.values:
        return None
    value = reading.values[key]
    stated = level(value)
    if stated is None:
        reading.note(f"{key} is neither low nor high ({shown(value)}).")
    return stated
