"""OpenBeken's flags: numbers, names, and their decimal form in templates."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from bekenlab.data import read_table
from bekenlab.errors import BadValueError

if TYPE_CHECKING:
    from collections.abc import Iterable

FLAG_BITS = 64
"""Number of flags that fit in a configuration; not all of them have a meaning."""

MQTT_STATE_ON_CONNECT = 10
"""The flag that every set-up of ours has: the state is sent when the broker answers."""


@dataclass(frozen=True, slots=True)
class Flag:
    """One flag.

    Attributes:
        number: Its bit number.
        name: bekenlab's name for it, e.g. ``"led-remember"``.
        about: What it does.
    """

    number: int
    name: str
    about: str


@cache
def flags() -> tuple[Flag, ...]:
    """All flags that have a meaning; the index is the number."""
    rows = (
        row.split(maxsplit=2) for row in read_table("openbeken", "flags.toml")["flags"].splitlines()
    )
    return tuple(Flag(int(number), name, about) for number, name, about in rows)


def flag_name(number: int) -> str:
    """Name of a flag, or its number as text."""
    return flags()[number].name if number < len(flags()) else str(number)


def flag_number(text: str) -> int:
    """Number of a flag given as a number or a name.

    Raises:
        BadValueError: There is no such flag.
    """
    wanted = text.strip().lower().replace("_", "-")
    if wanted.isdecimal() and len(wanted) <= len(str(FLAG_BITS)) and int(wanted) < FLAG_BITS:
        return int(wanted)
    for flag in flags():
        if flag.name == wanted:
            return flag.number
    raise BadValueError(
        f"OpenBeken has no flag {text!r}",
        hint="a flag is a number from 0 to 63, or a name: the documentation's page on OpenBeken's "
        "configuration lists them",
    )


def flags_from_number(number: int) -> frozenset[int]:
    """The flags in a template's number, which may be signed, with 32 or 64 bits."""
    bits = 32 if -(1 << 31) <= number < 0 else FLAG_BITS
    mask = number & ((1 << bits) - 1)
    return frozenset(bit for bit in range(FLAG_BITS) if mask >> bit & 1)


def flags_to_number(numbers: Iterable[int]) -> int:
    """The number by which a template represents these flags."""
    return sum(1 << number for number in set(numbers))
