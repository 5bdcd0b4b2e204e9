"""Find, read and edit OpenBeken configurations in files."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bekenlab.analysis.inputs import load_one
from bekenlab.chips import SECTOR, find_bootloader
from bekenlab.chips import chip as chip_named
from bekenlab.openbeken.config import Config, Found, find_config
from bekenlab.openbeken.config.edit import Changes, changed

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class ConfigFile:
    """A file with a configuration in it.

    Attributes:
        name: Base name.
        chip: Name of the chip, as given or by the dump's boot loader; None if unknown.
        offset: Offset of the sector in the (unpacked) file, in bytes.
        config: The configuration.
        data: The whole file, unpacked.
    """

    name: str
    chip: str | None
    offset: int
    config: Config
    data: bytes = field(repr=False)


def read_config(path: Path, *, chip: str | None = None) -> ConfigFile:
    """Find the configuration in a file: a bare sector, a dump, packed or not.

    Args:
        path: The file.
        chip: Name of the chip; None: by the dump's boot loader.

    Raises:
        BekenlabError: The file cannot be read, or contains no intact configuration.
    """
    file = load_one(path)
    data = file.data
    name = chip_named(chip).name if chip else _chip_of(data)
    found: Found = find_config(data, name)
    return ConfigFile(file.name, name, found.offset, found.config, data)


def _chip_of(data: bytes) -> str | None:
    loader = find_bootloader(data[:SECTOR])
    return loader.chip if loader else None


def edit_config(file: ConfigFile, changes: Changes) -> bytes:
    """The file with a changed configuration; all other bytes stay as they are.

    Raises:
        BadValueError: A change is invalid.
    """
    sector = changed(file.config, changes).encode()
    end = file.offset + len(sector)
    return file.data[: file.offset] + sector + file.data[end:]
