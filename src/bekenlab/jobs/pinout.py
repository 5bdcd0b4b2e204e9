"""Find a board by name: a module, or a bare chip."""

from __future__ import annotations

from dataclasses import replace
from difflib import get_close_matches
from typing import TYPE_CHECKING

from bekenlab.chips import (
    board,
    chip,
    chips,
    find_chip,
    find_module,
    find_other_chip,
    modules,
    other_modules,
    package,
    packages,
)
from bekenlab.errors import Action, UnsupportedError

if TYPE_CHECKING:
    from bekenlab.analysis.subject import Subject
    from bekenlab.chips import Chip, Module

_NEAR = 4


def find_board(name: str) -> Module:
    """The module, or the package of the chip, with a name.

    Args:
        name: Name of a module, a chip or a package, in any case.

    Raises:
        UnsupportedError: The name is unknown, or its pads are.
    """
    module = find_module(name)
    if module and module.pads_known:
        return _real(module)
    if module:
        raise UnsupportedError(
            f"the pads of {module.name} are not known",
            action=Action("show-chip-pins", chip=module.chip),
        )
    named = find_chip(name)
    if named:
        return _bare_chip(named)
    other = find_other_chip(name)
    if other is not None:
        on = ", ".join(one.name for one in other_modules() if one.chip == other.name)
        raise UnsupportedError(
            f"the package of the {other.name} is not known",
            hint=f"name the module it is on: {on}" if on else "",
            action=() if on else Action("list-boards"),
        )
    found = next((one for one in packages() if one.key == name.strip().lower()), None)
    if found:
        return found
    near = ", ".join(near_names(name))
    raise UnsupportedError(
        f"there is no module or chip called {name!r}",
        hint=f"did you mean {near}?" if near else "",
        action=() if near else Action("list-boards"),
    )


def board_of(subject: Subject) -> Module:
    """The board of a device, according to a file about it.

    Raises:
        UnsupportedError: The file names neither a module nor a chip whose pads are known.
    """
    found = board_known(subject.module, subject.chip)
    if found is None:
        named = subject.module or subject.chip or "no module and no chip"
        raise UnsupportedError(
            f"there is no picture for {subject.name}: it names {named}",
            hint="name the module that is printed on the board",
        )
    return found


def board_known(module: str | None, chip_name: str | None) -> Module | None:
    """The board that shows a device's pins: its module, or its chip under its own name.

    Args:
        module: Name of the module, as a configuration gives it.
        chip_name: Name of the chip.

    Returns:
        The board; None if the pads of neither are known.
    """
    found = board(module, chip_name)
    named = find_chip(chip_name) if chip_name else None
    if found is None:
        return None
    return _bare_chip(named) if named and found in packages() else _real(found)


def near_names(name: str) -> list[str]:
    """Names of modules and chips similar to one, the most similar first."""
    names = {known.upper(): known for known in board_names()}
    near = get_close_matches(name.strip().upper(), names, n=_NEAR, cutoff=0.5)
    return [names[one] for one in near]


def board_names() -> tuple[str, ...]:
    """All names that ``find_board`` knows: modules with their pads, then chips."""
    drawn = [module.name for module in modules() if module.pads_known and not _bare(module)]
    drawn += [module.name for module in other_modules()]
    return (*drawn, *(one.name for one in chips() if one.package))


def _bare(module: Module) -> bool:
    """Whether it is LibreTiny's generic board, whose pad numbers no real board has."""
    return module.key.startswith("generic-")


def _real(module: Module) -> Module:
    return _bare_chip(chip(module.chip)) if _bare(module) else module


def _bare_chip(found: Chip) -> Module:
    """The package of a chip, under the name of the chip."""
    if not found.package:
        raise UnsupportedError(
            f"the pins of {found.name} are not known",
            hint="name the module it is on",
        )
    bare = package(found.package)
    title = f"{found.name}, {bare.name.split(' ')[0]}"
    return replace(bare, name=found.name, title=title, chip=found.name)
