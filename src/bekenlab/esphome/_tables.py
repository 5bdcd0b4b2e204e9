"""Loads the tables of ESPHome's boards, LED drivers, lights, and components for pins."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any

from bekenlab.data import read_table
from bekenlab.pins import Colour, Polarity, pattern_of

if TYPE_CHECKING:
    from bekenlab.pins import Pin


@dataclass(frozen=True, slots=True)
class JobRow:
    """One row of jobs.toml; its head explains the fields."""

    kind: str
    role: str = ""
    key: str = ""
    usual: Polarity = Polarity.ACTIVE_HIGH
    pull: str = "none"
    device_class: str = ""
    model: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class LightRow:
    """One row of lights.toml; its head explains the fields."""

    platform: str
    options: dict[str, Colour]
    white: str = ""
    interlock: bool = False
    constant: bool = False

    @property
    def colours(self) -> frozenset[Colour]:
        """The colours that make this light."""
        return frozenset(self.options.values())


@dataclass(frozen=True, slots=True)
class DriverRow:
    """One row of led_drivers.toml; its head explains the fields."""

    name: str
    platform: str
    first: int
    unit: str
    choices: tuple[int, int, int]
    rgb: str = ""
    white: str = ""
    white_last: int = 0
    each: str = ""

    def choice(self, current: int, *, white: bool) -> int:
        """The highest current that can be set without exceeding this one, if any."""
        first, last, step = self.choices
        last = self.white_last or last if white else last
        return min(max(first + (current - first) // step * step, first), last)


@dataclass(frozen=True, slots=True)
class ChipRow:
    """A chip of boards.toml; its head explains the fields."""

    board: str
    note: str = ""
    unsure: bool = False
    ota: dict[int, str] = field(default_factory=dict)

    @property
    def usual_ota(self) -> int | None:
        """Update address of a module's board that has none of its own in the table."""
        return next(iter(self.ota), None)


@dataclass(frozen=True, slots=True)
class BoardsTable:
    """The content of boards.toml."""

    modules: dict[str, str]
    lacks: dict[str, tuple[int, ...]]
    families: dict[str, str]
    ota: dict[str, int]
    loaders: dict[str, int]
    plain: frozenset[str]
    chips: dict[str, ChipRow]


@cache
def boards() -> BoardsTable:
    """Boards by module and by chip."""
    raw = _read("boards.toml")
    return BoardsTable(
        modules=raw["modules"],
        lacks={name: tuple(gpios) for name, gpios in raw["lacks"].items()},
        families=raw["families"],
        ota=raw["ota"],
        loaders=raw["loaders"],
        plain=frozenset(raw["keys"]["plain"]),
        chips={name: _chip_row(row) for name, row in raw["chips"].items()},
    )


def _chip_row(row: dict[str, Any]) -> ChipRow:
    return ChipRow(
        **{**row, "ota": {int(key, 0): board for key, board in row.get("ota", {}).items()}}
    )


@cache
def lights() -> tuple[LightRow, ...]:
    """Lights in the order of the file."""
    return tuple(
        LightRow(**{**row, "options": {k: Colour(v) for k, v in row["options"].items()}})
        for row in _read("lights.toml")["light"]
    )


@cache
def drivers() -> dict[str, DriverRow]:
    """LED drivers by OpenBeken's name."""
    rows = _read("led_drivers.toml")["driver"]
    return {row["name"]: DriverRow(**{**row, "choices": tuple(row["choices"])}) for row in rows}


def job_of(pin: Pin) -> JobRow:
    """The row for a pin: that of its key, else that of its role."""
    patterns = [pattern_of(evidence.key) for evidence in pin.evidence]
    for row in _jobs():
        if row.key and row.key in patterns and row.role in ("", pin.role):
            return row
    for row in _jobs():
        if not row.key and row.role == pin.role:
            return row
    return JobRow("left_out", reason="ESPHome has no part for it that bekenlab knows")


@cache
def _jobs() -> tuple[JobRow, ...]:
    levels = {"low": Polarity.ACTIVE_LOW, "high": Polarity.ACTIVE_HIGH}
    return tuple(
        JobRow(**{**row, "usual": levels[row.get("usual", "high")]})
        for row in _read("jobs.toml")["job"]
    )


def _read(name: str) -> dict[str, Any]:
    return read_table("esphome", name)
