"""The firmware to install: OpenBeken for this chip, recognised by content."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bekenlab.analysis.inputs import load_one
from bekenlab.chips import find_chip
from bekenlab.errors import Action, RefusedError, UsageError
from bekenlab.flashing.flash_file import KIND_MEANS, FileKind, place, recognise
from bekenlab.flashing.pieces import without
from bekenlab.flashing.same_chip import protected_regions
from bekenlab.jobs.install.model import Firmware

if TYPE_CHECKING:
    from pathlib import Path

    from bekenlab.analysis.inputs import InputFile
    from bekenlab.chips import Chip
    from bekenlab.flashing.pieces import Piece
    from bekenlab.link.identity import Identity

_INSTALLABLE = (FileKind.QIO, FileKind.UA)
_NAME = "OpenBK"


def read_firmware(path: Path) -> Firmware:
    """Read a file of OpenBeken firmware.

    Raises:
        UsageError: It is not OpenBeken, or in a form that install does not take.
        BekenlabError: It cannot be read.
    """
    return firmware_of(load_one(path))


def firmware_of(file: InputFile) -> Firmware:
    """The same for a file that has been read.

    Raises:
        UsageError: It is not OpenBeken, or in a form that install does not take.
    """
    known = recognise(file)
    version = f" {known.firmware}" if known.firmware else ""
    name = file.path.name
    if not known.firmware.startswith(_NAME):
        raise UsageError(
            f"{name} is {KIND_MEANS[known.kind]}{version}, not OpenBeken",
            action=Action("name-openbeken"),
        )
    if known.kind not in _INSTALLABLE:
        raise UsageError(
            f"{name} is {KIND_MEANS[known.kind]}{version}; install takes firmware only",
            action=Action("name-qio-file"),
        )
    return Firmware(file.path, known)


def check_chip(firmware: Firmware, chip: Chip, force: frozenset[str]) -> None:
    """Refuse firmware of another chip before anybody waits for a backup.

    Raises:
        RefusedError: It is for another chip.
    """
    meant = find_chip(firmware.file.chip) if firmware.file.chip else None
    if meant is None or meant.name == chip.name or "wrong-chip" in force:
        return
    if meant.chip_id is not None and meant.chip_id == chip.chip_id:
        return  # the same silicon; the plan compares how the code is encrypted
    raise RefusedError(
        f"{firmware.file.name} is for {meant.name}, but this is {chip.name}",
        action=Action("take-firmware-of-chip", chip=chip.name),
        refusals=["wrong-chip"],
    )


def pieces_of(firmware: Firmware, identity: Identity) -> list[Piece]:
    """Where its bytes would go, without the chip's own boot loader and RF calibration."""
    regions = protected_regions(identity)
    start = place(firmware.file, identity.chip) or 0
    return [part for piece in firmware.file.at(start) for part in without(piece, regions)]
