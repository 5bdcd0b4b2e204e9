"""What a shell offers to complete: names of modules and chips, ports, backups.

Every function returns quickly and never fails: a key press must not print a traceback.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from click.shell_completion import CompletionItem

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    import click

    Complete = Callable[[click.Context, click.Parameter, str], list[CompletionItem]]


def _of(names: Callable[[], Iterable[str]]) -> Complete:
    def complete(
        _context: click.Context, _parameter: click.Parameter, typed: str
    ) -> list[CompletionItem]:
        try:
            found = sorted(set(names()))
        except Exception:  # noqa: BLE001  no suggestion is better than a traceback at the prompt
            return []
        lower = typed.lower()
        return [CompletionItem(name) for name in found if name.lower().startswith(lower)]

    return complete


def _chips() -> Iterable[str]:
    from bekenlab.chips import chips

    return [chip.name for chip in chips()]


def _boards() -> Iterable[str]:
    from bekenlab.chips import modules

    return [*(module.name for module in modules()), *_chips()]


def _ports() -> Iterable[str]:
    from bekenlab.link.ports import list_ports

    virtual = [f"virtual://{name.lower()}" for name in _chips()]
    return [*(port.device for port in list_ports()), *virtual]


def _backups() -> Iterable[str]:
    from bekenlab.files import is_there
    from bekenlab.flashing.places import Places

    return [str(path) for path in Places.of_user().candidates() if is_there(path)]


CHIPS = _of(_chips)
"""Names of chips."""

BOARDS = _of(_boards)
"""Names of modules and chips."""

PORTS = _of(_ports)
"""Serial ports of this computer, and virtual chips."""

BACKUPS = _of(_backups)
"""Paths of the backups made on this computer."""
