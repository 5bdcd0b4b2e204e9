"""Finds OpenBeken's configuration in a dump."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from bekenlab.chips import SECTOR, chips, find_chip
from bekenlab.errors import Action, BekenlabError, NoConfigError
from bekenlab.openbeken.config.sector import MAGIC, Config, decode_config

if TYPE_CHECKING:
    from collections.abc import Iterator


# A checksum takes milliseconds; this bounds the time for a file full of sector beginnings.
_MOST_PLACES = 64


@dataclass(frozen=True, slots=True)
class Found:
    """A configuration in a file.

    Attributes:
        offset: Offset of its sector in the file, in bytes; 0 if the file is just the sector.
        config: The configuration.
    """

    offset: int
    config: Config


def find_config(data: bytes, chip: str | None = None) -> Found:
    """Find the configuration in a sector, a dump or a part of one.

    Tries the address of the chip first, then those of all chips, then any sector, since dumps may
    begin in the middle of flash. A damaged configuration does not hide a good one elsewhere.

    Args:
        data: Bytes of the file.
        chip: Name of the chip, if known.

    Raises:
        NoConfigError: There is no intact configuration.
        UnsupportedError: There is one, in an unknown version.
    """
    problem: BekenlabError | None = None
    for offset in islice(dict.fromkeys(_places(data, chip)), _MOST_PLACES):
        try:
            return Found(offset, decode_config(data[offset : offset + SECTOR], chip))
        except BekenlabError as error:
            problem = problem or error
    raise problem or NoConfigError(
        "there is no configuration of OpenBeken in this file",
        hint="OpenBeken writes one when it is first set up",
        action=Action("make-config"),
    )


def _places(data: bytes, chip: str | None) -> Iterator[int]:
    known = find_chip(chip) if chip else None
    addresses = [known.config_address] if known else []
    addresses += sorted({each.config_address for each in chips()})
    yield from (address for address in addresses if data[address : address + 3] == MAGIC)
    yield from (place for place in range(0, len(data), SECTOR) if data[place : place + 3] == MAGIC)
