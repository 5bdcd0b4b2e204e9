"""Warnings about a whole dump that lacks what its device cannot do without."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bekenlab.chips import APP_LOGICAL, APP_START, MIB, SECTOR, find_chip
from bekenlab.image import rf
from bekenlab.image.condition import Condition
from bekenlab.image.keys import CodeKeys, KeyWitnesses, key_at
from bekenlab.image.loader_check import check_loader

if TYPE_CHECKING:
    from bekenlab.image import Image

_USUAL_SIZE = 2 * MIB


def condition_of(image: Image, chip_name: str | None) -> Condition | None:
    """The condition of a device, by its dump; None if the file is not all of its flash.

    Args:
        image: The dump.
        chip_name: Its chip, if known.
    """
    chip = find_chip(chip_name) if chip_name else None
    size = chip.flash_size if chip else _USUAL_SIZE
    if image.start or len(image.physical) < size:
        return None
    app = key_at(image.physical, APP_START, APP_LOGICAL)
    names = (chip.name,) if chip else ()
    loader = check_loader(image.physical[:APP_START], chips=names, app_key=app)
    address = chip.rf_address if chip else 0
    sector = image.physical[address : address + SECTOR]
    found = image.rf.offset if image.rf else None
    return Condition(
        loader=loader,
        keys=KeyWitnesses(code=CodeKeys(loader.key, app)),
        rf=rf.check(sector) if chip else None,
        rf_address=address,
        rf_found=None if found == address else found,
    )
