"""Chooses the LibreTiny board a device is compiled for, with the abilities of its pins."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bekenlab.chips import chip, decrypts, find_module, find_other_chip
from bekenlab.errors import UnsupportedError
from bekenlab.esphome._board import Board
from bekenlab.esphome._other_boards import other_board
from bekenlab.esphome._tables import boards
from bekenlab.image.cipher import PLAIN_KEY, TUYA_KEY
from bekenlab.image.keys import same_key

__all__ = ["Board", "board_named", "choose_board", "other_key", "update_address"]

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bekenlab.esphome._tables import ChipRow
    from bekenlab.image import Image
    from bekenlab.image.cipher import CodeKey


def board_named(name: str, chip_name: str, notes: Iterable[str] = ()) -> Board:
    """A board of boards.toml.

    Args:
        name: Its name.
        chip_name: The chip on it.
        notes: Sentences about it.

    Raises:
        UnsupportedError: Its pins are not known; a test compares boards.toml with modules.toml.
    """
    module = find_module(name)
    if module is None:
        raise UnsupportedError(f"The pins of the board {name} are not known.", board=name)
    gpios = module.gpios - set(boards().lacks.get(name, ()))
    analog = {
        pad.gpio
        for pad in module.pads
        if pad.gpio is not None and any(job.startswith("ADC") for job in pad.functions)
    }
    return Board(
        name=name,
        chip=chip_name,
        family=boards().families.get(name, ""),
        gpios=gpios,
        analog=gpios & analog,
        pwm=frozenset(chip(chip_name).pwm_gpios),
        notes=tuple(notes),
    )


def choose_board(
    chip_name: str, module_name: str | None, needed: Iterable[int], *, ota: int | None = None
) -> Board:
    """The board of the module, or the chip's generic one if the module's board lacks pins in use.

    Args:
        chip_name: Name of the chip.
        module_name: Name of the module, if known.
        needed: GPIO numbers in use.
        ota: Physical address from which the boot loader takes updates, or None where no dump tells.
            A board with another address flashes well over the wire, and later updates over the air
            are without effect (libretiny issues 342 and 390).

    Raises:
        UnsupportedError: ESPHome has no board for the chip.
    """
    other = find_other_chip(chip_name)
    if other is not None:
        return other_board(other, module_name, needed)
    found = chip(chip_name)
    row = boards().chips.get(found.name)
    if row is None:
        known = ", ".join(sorted(boards().chips))
        raise UnsupportedError(
            f"ESPHome has no board for the {found.name}",
            hint=f"it has boards for {known}; OpenBeken runs on the others too",
            chip=found.name,
        )
    general = row.ota.get(ota or 0, row.board)
    notes = [row.note] if row.note else []
    module = find_module(module_name) if module_name else None
    own = boards().modules.get(module.key) if module and module.chip == found.name else None
    if own and ota in row.ota and ota != boards().ota.get(own, row.usual_ota):
        notes.append(f"Not the board {own}: the boot loader takes updates from elsewhere.")
        own = None
    notes += _doubts(row, ota, known=own is not None)
    if own:
        missing = sorted(set(needed) - board_named(own, found.name).gpios)
        if not missing or not set(missing) & board_named(general, found.name).gpios:
            return board_named(own, found.name, notes)
        pins = ", ".join(f"P{gpio}" for gpio in missing)
        notes.append(
            f"Not the board {own}, which lacks {pins} although the device seems to use it."
        )
    return board_named(general, found.name, notes)


def other_key(board: Board, key: CodeKey | None) -> CodeKey | None:
    """The key to build with, if it is not the one LibreTiny uses for a board; else None.

    Args:
        board: The board.
        key: The key of the device's code; None if it is not known.
    """
    if key is None or board.platform != "bk72xx" or not decrypts(chip(board.chip).chip_id):
        return None
    usual = PLAIN_KEY if board.name in boards().plain else TUYA_KEY
    return None if same_key(key, usual) else key


def _doubts(row: ChipRow, ota: int | None, *, known: bool) -> list[str]:
    """Warnings if the boot loader may take updates from an address other than the board's."""
    if ota in row.ota or not row.ota:
        return []
    choices = " or ".join(f"{board} (0x{at:06X})" for at, board in row.ota.items())
    if ota is not None:
        text = (
            f"The boot loader takes updates from 0x{ota:06X}, and no board does: flashing works "
            f"over the wire only. Boards are {choices}."
        )
        return [text]
    if known or not row.unsure:
        return []
    text = (
        "No dump tells where the boot loader takes updates from. Updates over the air are without "
        f"effect with the wrong board: {choices}."
    )
    return [text]


def update_address(image: Image) -> int | None:
    """The physical address from which a dump's boot loader takes updates, or None.

    From its partition table, or for known loaders without one, by their name.
    """
    download = image.partition("download")
    if download is not None:
        return download.start
    known = image.loader.known if image.loader else None
    return boards().loaders.get(known.name) if known else None
