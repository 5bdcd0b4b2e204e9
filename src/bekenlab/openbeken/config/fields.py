"""The fields of OpenBeken's configuration sector, read from a table."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cache
from typing import Any

from bekenlab.chips import find_chip
from bekenlab.data import read_table
from bekenlab.errors import BadValueError

VERSIONS = (3, 4, 5)
"""Versions of the configuration that are understood; OpenBeken 1.18.300 writes the last."""

DEFAULT_PINS = 32

_HEAD = 8  # magic, checksum and version


class Kind(StrEnum):
    """How the bytes of a field are interpreted."""

    U8 = "u8"
    U16 = "u16"
    U32 = "u32"
    I16 = "i16"
    F32 = "f32"
    TEXT = "text"
    IPV4 = "ipv4"
    MAC = "mac"
    FLAGS = "flags"


class Hidden(StrEnum):
    """Why a field is not shown unless asked for."""

    NAME = "name"
    PASSWORD = "password"  # noqa: S105  not a password


@dataclass(frozen=True, slots=True)
class Field:
    """One field.

    Attributes:
        name: ``"mqtt_host"``.
        offset: From the start of the sector, in bytes, with 32 pins.
        size: Bytes, with 32 pins.
        kind: How they are interpreted.
        about: Description of the field.
        source: Letters of the sources, see the table.
        since: First version of the configuration that has it.
        moves: Bytes by which it is further back with 48 pins.
        unit: Unit of the number, or an empty string.
        least: Smallest number that can be set.
        most: Largest number that can be set, or None for whatever fits.
        shortest: Minimum length in bytes of a text that is set and not empty.
        longest: Maximum length in bytes of a text that is set, or None for whatever fits.
        hidden: Why it is not shown unless asked for, or None.
        secret: Kind of secret that it holds, as in docs/redact.md, or None.
        tail: Whether it may end in bytes of the MAC address, which are not shown unless asked for.
    """

    name: str
    offset: int
    size: int
    kind: Kind
    about: str
    source: str
    since: int = 3
    moves: int = 0
    unit: str = ""
    least: int = 0
    most: int | None = None
    shortest: int = 0
    longest: int | None = None
    hidden: Hidden | None = None
    secret: str | None = None
    tail: bool = False


@dataclass(frozen=True, slots=True)
class Layout:
    """Where things are in one version on one kind of chip.

    Attributes:
        version: Version of the configuration.
        pins: Number of GPIOs it has room for.
        size: Size in bytes; the checksum covers it from byte 4 on.
        fields: By name, with the offsets and sizes of this layout.
    """

    version: int
    pins: int
    size: int
    fields: dict[str, Field]

    def gaps(self) -> tuple[tuple[int, int], ...]:
        """Half-open ranges of bytes after the head that belong to no field."""
        found = []
        place = _HEAD
        for field in self.fields.values():
            if field.offset > place:
                found.append((place, field.offset))
            place = field.offset + field.size
        return (*found, (place, self.size)) if place < self.size else tuple(found)


def layout(version: int, chip: str | None = None) -> Layout:
    """The layout of a version on a chip.

    Args:
        version: One of ``VERSIONS``.
        chip: Name of the chip; by default, the layout of most chips.
    """
    found = find_chip(chip) if chip else None
    pins = _table()["pins"].get(found.name, DEFAULT_PINS) if found else DEFAULT_PINS
    return _layout(version, pins)


def find_field(name: str) -> Field:
    """A field by name.

    Raises:
        BadValueError: No field has that name.
    """
    for field in all_fields():
        if field.name == name:
            return field
    raise BadValueError(
        f"an OpenBeken configuration has no field {name!r}",
        hint="the documentation's page on OpenBeken's configuration lists the fields",
    )


@cache
def all_fields() -> tuple[Field, ...]:
    """All fields, in the order of the sector, with 32 pins."""
    return tuple(_field(row) for row in _table()["field"])


def defaults() -> dict[str, Any]:
    """OpenBeken's own defaults by field, as in the table; the rest is zero."""
    return dict(_table()["defaults"])


@cache
def _layout(version: int, pins: int) -> Layout:
    size, command = _table()["sizes"][str(version)]
    more = pins - DEFAULT_PINS
    fields = {}
    for field in all_fields():
        if field.since > version:
            continue
        length = field.size
        if field.name == "startup_command":
            length = command
        elif field.name.startswith("pin_"):
            length = pins
        # ``moves`` applies to 16 extra pins; there are either 16 or none.
        offset = field.offset + (field.moves if more else 0)
        fields[field.name] = replace(field, offset=offset, size=length)
    return Layout(version, pins, size, fields)


def _field(row: dict[str, Any]) -> Field:
    hidden = row.get("hidden")
    return Field(
        **(row | {"kind": Kind(row["kind"]), "hidden": Hidden(hidden) if hidden else None})
    )


@cache
def _table() -> dict[str, Any]:
    return read_table("openbeken", "config_fields.toml")
