"""Where in a dump OpenBeken's configuration is."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from bekenlab.chips import SECTOR, chips, find_chip
from bekenlab.errors import Action, BekenlabError, NoConfigError
from bekenlab.openbeken.config.sector import MAGIC, Config, decode_config

if TYPE_CHECKING:
    from collections.abc import Iterator


# A checksum takes milliseconds, and a file made up of nothing but beginnings must end too.
_MOST_PLACES = 64


@dataclass(frozen=True, slots=True)
class Found:
    """A configuration in a file.

    Attributes:
        offset: Of its sector in the file, in bytes; 0 for a file that is only the sector.
        config: What it says.
    """

    offset: int
    config: Config


def find_config(data: bytes, chip: str | None = None) -> Found:
    """The configuration in a sector, a dump or a part of one.

    In a dump the address of the chip counts first, then those of all chips, then any sector: dumps
    may begin in the middle of flash. A damaged one does not hide a good one elsewhere.

    Args:
        data: Bytes of the file.
        chip: Name of the chip, where it is known.

    Raises:
        NoConfigError: There is none that is whole.
        UnsupportedError: There is one of a version that is not understood.
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
