"""Makes, changes and compares configurations of OpenBeken."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from bekenlab.chips import chip as chip_named
from bekenlab.errors import Action, UnsupportedError
from bekenlab.openbeken.config.defaults import new_config
from bekenlab.openbeken.flags import MQTT_STATE_ON_CONNECT, flags_from_number
from bekenlab.openbeken.settings import PinSetting, parse_settings
from bekenlab.openbeken.start_values import take_start_values, with_start_values

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from bekenlab.openbeken.config.sector import Config
    from bekenlab.openbeken.config.values import Value
    from bekenlab.secret import Secret


@dataclass(frozen=True, slots=True)
class Changes:
    """What to change in a configuration.

    Attributes:
        values: New values of fields.
        pins: New settings of pins; role ``None`` clears one.
        flags_on: Flags to set.
        flags_off: Flags to clear.
    """

    values: Mapping[str, Value] = field(default_factory=dict)
    pins: tuple[PinSetting, ...] = ()
    flags_on: frozenset[int] = frozenset()
    flags_off: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Made:
    """A new configuration.

    Attributes:
        chip: Name of the chip it is for.
        config: The configuration.
        address: Physical address of its sector on that chip.
        left_out: One sentence for each invalid part of the template.
    """

    chip: str
    config: Config
    address: int
    left_out: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Difference:
    """A field or pin that two configurations differ in.

    Attributes:
        name: Name of the field, or ``"P26"``.
        left: Value in the first; None where its version lacks the field.
        right: Value in the second.
    """

    name: str
    left: Value | None
    right: Value | None


def changed(config: Config, changes: Changes) -> Config:
    """A configuration with changes.

    Raises:
        BadValueError: A change is invalid.
    """
    config = config.with_values(changes.values).with_pins(changes.pins)
    flags = config.value("flags")
    if isinstance(flags, frozenset) and (changes.flags_on or changes.flags_off):
        config = config.with_values({"flags": (flags | changes.flags_on) - changes.flags_off})
    return config


def make_config(
    template: Mapping[str, Any] | None,
    changes: Changes,
    *,
    unique: bytes,
    chip: str | None = None,
) -> Made:
    """Make a configuration for a device that OpenBeken will be flashed to.

    Args:
        template: Pins, flags, startup command and chip of the device, or None.
        changes: What to set in addition.
        unique: Four bytes of the device's MAC address, or random ones, for its names.
        chip: Name of the chip; otherwise that of the template.

    Raises:
        UnsupportedError: The chip is not given, or there is no such chip.
        BadValueError: A change is invalid.
    """
    told = template or {}
    name = chip or str(told.get("chip") or "")
    if not name:
        raise UnsupportedError(
            "nothing says which chip the configuration is for", action=Action("name-chip")
        )
    facts = chip_named(name)
    pins, left_out = parse_settings(told.get("pins") or {})
    flags, odd = _template_flags(told)
    values: dict[str, Value] = {"flags": flags}
    command, starts = take_start_values(str(told.get("command") or "").replace("\r\n", "\n"))
    if command:
        values["startup_command"] = command
    if starts:
        values["start_values"] = with_start_values((), starts)
    config = new_config(
        chip=facts.name, unique=unique, pins=pins, values=values | dict(changes.values)
    )
    config = changed(config, replace(changes, values={}))
    return Made(facts.name, config, facts.config_address, (*left_out, *odd))


def unique_bytes(mac: Secret | None, random: Callable[[int], bytes]) -> bytes:
    """Four bytes for a device's names: from its MAC address, or random if that is unknown."""
    return mac.reveal() if mac else random(4)


def _template_flags(template: Mapping[str, Any]) -> tuple[frozenset[int], tuple[str, ...]]:
    usual = frozenset({MQTT_STATE_ON_CONNECT})
    text = str(template.get("flags") or "").strip()
    if not text:
        return usual, ()
    try:
        return flags_from_number(int(text)), ()
    except ValueError:
        return usual, (f"flags {text[:20]!r} are not a number; the default flags were used",)


def compare_configs(left: Config, right: Config) -> tuple[Difference, ...]:
    """The differences of two configurations: fields, bytes that belong to no field, then pins."""
    ours, theirs = left.values(), right.values()
    names = [name for name in ours | theirs if name not in _PIN_FIELDS]
    found = [Difference("version", left.version, right.version)]
    found += [Difference(name, ours.get(name), theirs.get(name)) for name in names]
    if left.layout == right.layout:
        for start, end in left.layout.gaps():
            gap = slice(start, end)
            found.append(
                Difference(f"bytes 0x{start:03x}", left.body[gap].hex(), right.body[gap].hex())
            )
    mine, others = _by_gpio(left.pins()), _by_gpio(right.pins())
    found += [
        Difference(f"P{gpio}", mine.get(gpio, ""), others.get(gpio, ""))
        for gpio in sorted(mine.keys() | others.keys())
    ]
    return tuple(each for each in found if not _same(each.left, each.right))


_PIN_FIELDS = frozenset({"pin_roles", "pin_channels", "pin_channels2"})


def _same(left: Value | None, right: Value | None) -> bool:
    """Equality in which NaN equals itself."""
    return left == right or (isinstance(left, float | tuple) and repr(left) == repr(right))


def _by_gpio(pins: Iterable[PinSetting]) -> dict[int, str]:
    return {pin.gpio: pin.text for pin in pins}
