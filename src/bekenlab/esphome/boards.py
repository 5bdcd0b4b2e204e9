"""Which of LibreTiny's boards a device is compiled for, and what its pins can do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bekenlab.chips import chip, find_module
from bekenlab.errors import UnsupportedError
from bekenlab.esphome._tables import boards

if TYPE_CHECKING:
    from collections.abc import Iterable


@dataclass(frozen=True, slots=True)
class Board:
    """A board of LibreTiny.

    Attributes:
        name: As ESPHome takes it, e.g. ``"cb2s"``.
        chip: Name of the chip on it.
        family: Chip family, where ESPHome has to be told, else empty.
        gpios: GPIO numbers that it has pins for.
        analog: Those of them that have an analogue input.
        pwm: GPIO numbers that can do PWM.
        notes: What to know about the choice, a sentence each.
    """

    name: str
    chip: str
    family: str
    gpios: frozenset[int]
    analog: frozenset[int]
    pwm: frozenset[int]
    notes: tuple[str, ...] = ()


def board_named(name: str, chip_name: str, notes: Iterable[str] = ()) -> Board:
    """A board of boards.toml.

    Args:
        name: Its name.
        chip_name: The chip on it.
        notes: What to know about it.

    Raises:
        UnsupportedError: Its pins are not known; a test compares boards.toml with modules.toml.
    """
    module = find_module(name)
    if module is None:
        raise UnsupportedError(f"The pins of the board {name} are not known.", board=name)
    row = boards().chips.get(chip_name)
    gpios = module.gpios - set(boards().lacks.get(name, ()))
    analog = {
        pad.gpio
        for pad in module.pads
        if pad.gpio is not None and any(job.startswith("ADC") for job in pad.functions)
    }
    return Board(
        name=name,
        chip=chip_name,
        family=row.family if row and name == row.board else "",
        gpios=gpios,
        analog=gpios & analog,
        pwm=frozenset(chip(chip_name).pwm_gpios),
        notes=tuple(notes),
    )


def choose_board(
    chip_name: str, module_name: str | None, needed: Iterable[int], *, tuya: bool
) -> Board:
    """The board of the module, or the chip's own where that has pins the module's lacks.

    Args:
        chip_name: Name of the chip.
        module_name: Name of the module, if known.
        needed: GPIO numbers in use.
        tuya: Whether flash is laid out as Tuya does.

    Raises:
        UnsupportedError: ESPHome has no board for the chip.
    """
    found = chip(chip_name)
    row = boards().chips.get(found.name)
    if row is None:
        known = ", ".join(sorted(boards().chips))
        raise UnsupportedError(
            f"ESPHome has no board for the {found.name}",
            hint=f"it has boards for {known}; OpenBeken runs on the others too",
            chip=found.name,
        )
    general = (tuya and row.tuya) or row.board
    notes = [row.note] if row.note else []
    module = find_module(module_name) if module_name else None
    own = boards().modules.get(module.key) if module and module.chip == found.name else None
    if own:
        missing = sorted(set(needed) - board_named(own, found.name).gpios)
        if not missing or not set(missing) & board_named(general, found.name).gpios:
            return board_named(own, found.name, notes)
        pins = ", ".join(f"P{gpio}" for gpio in missing)
        notes.append(
            f"Not the board {own}, which lacks {pins} although the device seems to use it."
        )
    return board_named(general, found.name, notes)
