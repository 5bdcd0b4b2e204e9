"""OpenBeken's pin roles: names, numbers, and the active level each name stands for."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from bekenlab.data import read_table
from bekenlab.pins.model import Colour, Polarity

if TYPE_CHECKING:
    from bekenlab.pins.model import Pin


@dataclass(frozen=True, slots=True)
class Role:
    """One role.

    Attributes:
        id: Number in the configuration sector.
        name: ``"Rel_n"``.
        label: Name for people, ``"Relay {n}"``, with places for channel and pin; OpenBeken's own
            where a role has none.
        channels: How many channel numbers it takes: 0, 1 or 2.
        active: Active level this name stands for, or None if the role has none.
        twin: Name of the same role with the other active level, or None.
    """

    id: int
    name: str
    label: str
    channels: int
    active: Polarity | None
    twin: str | None


@cache
def roles() -> tuple[Role, ...]:
    """All roles; the index is the id."""
    return tuple(
        Role(
            id=raw["id"],
            name=raw["name"],
            label=raw.get("label", raw["name"]),
            channels=raw["channels"],
            active=Polarity(raw["active"]) if "active" in raw else None,
            twin=raw.get("twin"),
        )
        for raw in read_table("openbeken", "roles.toml")["role"]
    )


def find_role(name: str) -> Role | None:
    """A role by name, ignoring case as OpenBeken does; None for an unknown name."""
    return _by_name().get(name.strip().lower())


def role_id(name: str) -> int:
    """Number of a role.

    Raises:
        KeyError: OpenBeken has no such role.
    """
    return _by_name()[name.strip().lower()].id


def role_name(base: str, polarity: Polarity | None) -> str:
    """Name of a base role (``"Rel"``) with an active level, e.g. ``"Rel_n"``.

    A plain button is active low and its ``_n`` form active high; for relays and LEDs it is the
    other way round. Without a level, or for roles that have none, returns the plain name.
    """
    role = find_role(base)
    if role is None or polarity is None or role.active in (None, polarity):
        return role.name if role else base
    return role.twin or role.name


def role_of_pin(pin: Pin) -> str:
    """Name of the role that a pin gets in OpenBeken.

    A level means the same there, but for the PWM of a colour temperature: Tuya's firmware drives it
    towards cold and OpenBeken towards warm, so it gets the other level. Seen in the virtual chip
    with four of Tuya's lamp firmwares and with OpenBeken (docs/pins.md, "White lamps").
    """
    return role_name(pin.role, _turned(pin.polarity) if _is_turned(pin) else pin.polarity)


def level_from_openbeken(polarity: Polarity | None, *, temperature: bool) -> Polarity | None:
    """The level of a pin with a role in OpenBeken, in the sense of ``Pin``."""
    return _turned(polarity) if temperature else polarity


def _is_turned(pin: Pin) -> bool:
    return pin.colour is Colour.TEMPERATURE


def _turned(polarity: Polarity | None) -> Polarity:
    """The other level; high is the usual one."""
    low = polarity is Polarity.ACTIVE_LOW
    return Polarity.ACTIVE_HIGH if low else Polarity.ACTIVE_LOW


def base_of(name: str) -> tuple[str, Polarity | None]:
    """Base role and active level of a name, e.g. ``("Btn", active_high)`` for ``"Btn_n"``."""
    role = find_role(name)
    if role is None:
        return name, None
    if role.twin is None:
        return role.name, None
    return min(role.name, role.twin, key=role_id), role.active


def says_polarity(base: str) -> bool:
    """True if OpenBeken has a name for each active level of a role."""
    role = find_role(base)
    return role is not None and role.twin is not None


@cache
def _by_name() -> dict[str, Role]:
    return {role.name.lower(): role for role in roles()}
