"""Lookups in the tables of chips, flash parts, modules and packages.

Each table is read from its file on first use and then cached.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from bekenlab.chips import _toml
from bekenlab.chips.errors import OtherChipError
from bekenlab.chips.models import CodeEncryption
from bekenlab.chips.others import find_other_chip
from bekenlab.errors import UnsupportedError

if TYPE_CHECKING:
    from bekenlab.chips.models import Chip, FlashPart, Module


@cache
def chips() -> tuple[Chip, ...]:
    """All chips, in the order of their names."""
    return tuple(_toml.chip_from(table) for table in _toml.read_folder("chips"))


def chip(name: str) -> Chip:
    """The chip with that name or alias, in upper or lower case.

    Raises:
        OtherChipError: It is not one of Beken's.
        UnsupportedError: No chip is called that; the hint lists the known names.
    """
    found = find_chip(name)
    other = find_other_chip(name) if found is None else None
    if other is not None:
        raise OtherChipError(other)
    if found is None:
        known = ", ".join(chip.name for chip in chips())
        raise UnsupportedError(
            f"There is no chip called {name!r}.", hint=f"Known chips: {known}.", name=name
        )
    return found


def decrypts(chip_id: int | None) -> bool:
    """Whether chips with this id decrypt code with the key in their eFuse.

    Some of them have no key there, and run plain code. Other chips have something in its place,
    but decrypt nothing.
    """
    same = (chip for chip in chips() if chip_id is not None and chip.chip_id == chip_id)
    return any(chip.encryption is CodeEncryption.TUYA_KEY for chip in same)


def find_chip(name: str) -> Chip | None:
    """The chip with that name or alias, in upper or lower case, or None."""
    return _chips_by_name().get(name.strip().upper())


def chip_for_environment(environment: str) -> Chip | None:
    """The chip that a value of Tuya's ``em_sys_env`` stands for, ignoring case, or None."""
    return _chips_by_environment().get(environment.strip("\0 ").lower())


@cache
def usual_chip() -> Chip:
    """The chip that most devices use."""
    return min(chips(), key=lambda chip: chip.rank)


def chip_for_uf2(family: int) -> Chip | None:
    """The chip that the family number of a UF2 file stands for, or None."""
    return next((chip for chip in chips() if family and chip.uf2_family == family), None)


@cache
def flash_parts() -> tuple[FlashPart, ...]:
    """All known flash parts, in the order of the source."""
    rows = _toml.read("flash_parts.toml")["parts"].splitlines()
    return tuple(_toml.flash_part_from(row) for row in rows)


def flash_part(jedec_id: int) -> FlashPart | None:
    """The flash part with that JEDEC id (manufacturer in bits 7:0), or None."""
    return _flash_parts_by_id().get(jedec_id)


@cache
def modules() -> tuple[Module, ...]:
    """All known modules with Beken's chips."""
    return tuple(_toml.module_from(table) for table in _toml.read("modules.toml")["module"])


@cache
def other_modules() -> tuple[Module, ...]:
    """All known modules with other chips (``others``)."""
    rows = _toml.read("other_modules.toml")["module"]
    return tuple(_toml.module_from(table) for table in rows)


def find_module(name: str, chip_name: str | None = None) -> Module | None:
    """The module with that name or key, or None.

    Case and separators (``WB2L_M1``) are ignored, and so are ends of the name that do not change
    the pads (``CBU-NL``, ``WB3S V1.1``).

    Args:
        name: The name, as printed or as written in a configuration.
        chip_name: Name of the chip, if it is known otherwise: makers sell boards with another chip
            under the name of an older module.
    """
    found = _modules_by_name().get(_plain(name)) or _modules_by_name().get(_plain(_shorter(name)))
    if found is None or chip_name in (None, found.chip):
        return found
    twins = (each for each in modules() if _plain(each.printed) == _plain(found.name))
    return next((each for each in twins if each.chip == chip_name), found)


def _shorter(name: str) -> str:
    """A name without the ends that do not change the pads."""
    return _same_pads().sub("", name.strip())


def module_chip(name: str) -> str | None:
    """Name of the chip on a module, or None if that is unknown.

    A module that ``find_module`` knows is looked up. Any other name is judged by its first letters,
    which is a guess: makers have put another chip on a module without renaming it.
    """
    module = find_module(name)
    if module is not None:
        return module.chip
    letters = _plain(name).upper()
    for pattern, chip_name in _module_letters():
        if re.match(pattern, letters):
            return chip_name
    return None


@cache
def packages() -> tuple[Module, ...]:
    """All known packages; their pads are the pins of the bare chip."""
    return tuple(_toml.module_from(table) for table in _toml.read("packages.toml")["package"])


def package(key: str) -> Module:
    """The package with that key, as ``Chip.package`` names it.

    Raises:
        UnsupportedError: No package has it. ``Chip.package`` is empty for an unknown package.
    """
    for found in packages():
        if found.key == key:
            return found
    known = ", ".join(found.key for found in packages())
    raise UnsupportedError(
        f"The package {key!r} is not known.", hint=f"Known packages: {known}.", key=key
    )


def board(module: str | None, chip_name: str | None) -> Module | None:
    """Where a device's pins can be reached: its module if the pads are known, else the bare chip.

    Args:
        module: Name of the module, as written in a configuration.
        chip_name: Name of the chip.

    Returns:
        The module, or the chip's package; None where neither is known.
    """
    found = find_module(module, chip_name) if module else None
    if found and found.pads_known:
        return found
    chip_found = find_chip(chip_name) if chip_name else None
    return package(chip_found.package) if chip_found and chip_found.package else None


@cache
def _module_letters() -> tuple[tuple[str, str | None], ...]:
    """Pattern of module names, and the chip they have; None if several chips may be on them."""
    tables = (_toml.read("other_modules.toml"), _toml.read("modules.toml"))
    rows = (row.split() for table in tables for row in table["letters"].splitlines())
    return tuple((pattern, None if name == "-" else name) for pattern, name in rows)


def _plain(name: str) -> str:
    """A module name without the separators and case that people write differently."""
    return re.sub(r"[\s_.()-]+", "", name).lower()


@cache
def _same_pads() -> re.Pattern[str]:
    return re.compile(rf"(?i)(?:{_toml.read('modules.toml')['same_pads']})\Z")


@cache
def _chips_by_name() -> dict[str, Chip]:
    return {name.upper(): chip for chip in chips() for name in (chip.name, *chip.aliases)}


@cache
def _chips_by_environment() -> dict[str, Chip]:
    return {environment: chip for chip in chips() for environment in chip.environments}


@cache
def _flash_parts_by_id() -> dict[int, FlashPart]:
    return {part.jedec_id: part for part in flash_parts()}


@cache
def _modules_by_name() -> dict[str, Module]:
    return {
        _plain(name): module
        for module in (*modules(), *other_modules())
        for name in (*module.aliases, module.name, module.key)
    }
