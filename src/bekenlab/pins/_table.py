"""Loads the table of Tuya keys and their meaning."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from itertools import islice
from typing import Any

from bekenlab.data import read_table
from bekenlab.pins.model import Polarity

_DIGITS = re.compile(r"[0-9]{1,3}")
_MOST_NUMBERS = 4
_PIN_LIKE = re.compile(r"(pin|_io|gpio)$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class KeyRow:
    """One row of tuya_keys.toml; its head explains the fields."""

    pattern: str
    role: str
    channel: int | str
    label: str
    source: str
    lv: str = ""
    default: Polarity | None = None
    group: str = ""
    reserved: bool = False
    note: str = ""
    commands: tuple[str, ...] = ()

    def channel_of(self, n: int) -> int:
        """Channel for the number in the key."""
        if isinstance(self.channel, int):
            return self.channel
        return n + int(self.channel[1:] or 0)


@dataclass(frozen=True, slots=True)
class SettingRow:
    """One row of tuya_settings.toml; its head explains the fields."""

    keys: tuple[str, ...]
    when: tuple[int, ...] = ()
    note: str = ""
    curtain: bool = False


@dataclass(frozen=True, slots=True)
class DriverRow:
    """One row of led_drivers.toml; its head explains the fields."""

    name: str
    dmod: tuple[int, ...]
    data: str
    clock: str
    command: str
    rgb: tuple[str, ...]
    white: tuple[str, ...]
    unit: str
    takes: str
    base_ma: int = 0
    step_ma: int = 0


def fill(text: str, n: int, **facts: object) -> str:
    """Fill in the key's number and other facts in a label, key or note of a row."""
    text = text.replace("{n+1}", str(n + 1)).replace("{n}", str(n))
    for name, value in facts.items():
        text = text.replace("{" + name + "}", str(value))
    return text


@cache
def key_rows() -> dict[str, KeyRow]:
    """Rows by pattern."""
    rows: dict[str, KeyRow] = {}
    for raw in _read("tuya_keys.toml")["key"]:
        default = Polarity(raw.pop("default")) if "default" in raw else None
        commands = tuple(raw.pop("commands", ()))
        rows[raw["pattern"]] = KeyRow(**raw, default=default, commands=commands)
    return rows


@cache
def setting_rows() -> dict[str, SettingRow]:
    """Setting rows by each of their patterns."""
    rows: dict[str, SettingRow] = {}
    for raw in _read("tuya_settings.toml")["setting"]:
        row = SettingRow(
            keys=tuple(raw["keys"]),
            when=tuple(raw.get("when", ())),
            note=raw.get("note", ""),
            curtain=raw.get("curtain", False),
        )
        for pattern in row.keys:
            rows.setdefault(pattern, row)
    return rows


@cache
def driver_rows() -> tuple[DriverRow, ...]:
    """LED drivers in the order of the file."""
    rows = []
    for raw in _read("led_drivers.toml")["driver"]:
        fields: dict[str, Any] = {k: tuple(v) if isinstance(v, list) else v for k, v in raw.items()}
        rows.append(DriverRow(**fields))
    return tuple(rows)


def find_key(key: str) -> tuple[KeyRow, int] | None:
    """The row of a key that names a pin, and the number in the key (0 without one)."""
    rows = key_rows()
    return next(((rows[p], n) for p, n in _patterns(key) if p in rows), None)


def pattern_of(key: str) -> str:
    """The key's pattern in the table, ``rl{n}_pin`` for ``rl1_pin``; empty for an unknown key."""
    found = find_key(key)
    return found[0].pattern if found else ""


def find_setting(key: str) -> SettingRow | None:
    """The row of a key that is a setting."""
    rows = setting_rows()
    return next((rows[p] for p, _ in _patterns(key) if p in rows), None)


def is_pin_key(key: str) -> bool:
    """True for a key that is known to name a pin."""
    return find_key(key) is not None


def is_setting_key(key: str) -> bool:
    """True for a known key that does not name a pin: a setting, or an active level."""
    return is_level_key(key) or find_setting(key) is not None


def is_curtain_key(key: str) -> bool:
    """True for a setting that only curtain and shutter switches have."""
    row = find_setting(key)
    return row is not None and row.curtain


def level_keys() -> frozenset[str]:
    """Patterns of all keys that hold an active level."""
    return frozenset(row.lv for row in key_rows().values() if row.lv)


def is_level_key(key: str) -> bool:
    """True for a key that holds the active level of a pin."""
    return any(pattern in level_keys() for pattern, _ in _patterns(key))


def is_pin_like(key: str) -> bool:
    """True for a key whose name suggests a pin, known or not."""
    return bool(_PIN_LIKE.search(key.rstrip("0123456789")))


def _patterns(key: str) -> list[tuple[str, int]]:
    """The key itself, then the key with each or all of its numbers as ``{n}``."""
    found = [(key, 0)]
    spans = list(islice(_DIGITS.finditer(key), _MOST_NUMBERS))
    found += [(f"{key[: m.start()]}{{n}}{key[m.end() :]}", int(m.group())) for m in spans]
    if len(spans) > 1:
        found.append((_DIGITS.sub("{n}", key), 0))
    return found


def _read(name: str) -> dict[str, Any]:
    return read_table("pins", name)
