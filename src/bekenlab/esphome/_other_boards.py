"""Boards for other chips than Beken's, as rows of ``data/other_boards.toml``."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from bekenlab.chips import find_module
from bekenlab.data import read_table
from bekenlab.errors import UnsupportedError
from bekenlab.esphome._board import Board

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bekenlab.chips import OtherChip


def other_board(chip: OtherChip, module_name: str | None, needed: Iterable[int]) -> Board:
    """The board of the module, or the chip's own if the module's lacks pins in use.

    Args:
        chip: The chip.
        module_name: Name of the module, if known.
        needed: GPIO numbers in use.

    Raises:
        UnsupportedError: ESPHome does not run on the chip.
    """
    row = _rows().get(chip.name)
    if row is None:
        raise UnsupportedError(
            f"ESPHome has no board for the {chip.name}",
            hint="OpenBeken runs on it",
            chip=chip.name,
        )
    module = find_module(module_name, chip.name) if module_name else None
    own = module if module and module.key in row["modules"] else None
    gpios, notes = frozenset(row["gpios"]), []
    name = row["board"]
    if own is not None:
        has = own.gpios - set(row.get("lacks", {}).get(own.key, ()))
        missing = sorted(set(needed) - has)
        if set(missing) & gpios:
            pins = ", ".join(_place(chip, gpio) for gpio in missing)
            notes.append(
                f"Not the board {own.key}, which lacks {pins} although the device seems to use it."
            )
        else:
            name, gpios = own.key, has
    return Board(
        name=name,
        chip=chip.name,
        family="",
        gpios=gpios,
        analog=gpios & set(row["analog"]),
        pwm=gpios - set(row["no_pwm"]),
        notes=tuple(notes),
        platform=row["platform"],
        pwm_platform=row["pwm_platform"],
        names={pin.gpio: pin.esphome for pin in chip.pins if pin.esphome},
        log_pins=frozenset(
            pin.gpio
            for named in (chip.flashing.tx, chip.flashing.rx)
            if (pin := chip.pin_called(named))
        ),
    )


def _place(chip: OtherChip, gpio: int) -> str:
    pin = chip.pin(gpio)
    return pin.name if pin else f"P{gpio}"


@cache
def _rows() -> dict[str, dict[str, Any]]:
    return read_table("esphome", "other_boards.toml")
