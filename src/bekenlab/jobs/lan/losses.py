"""What a command would irrevocably lose on a device."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from bekenlab.data import read_table

if TYPE_CHECKING:
    from collections.abc import Iterator


def losses(text: str) -> tuple[str, ...]:
    """What a command would irrevocably lose, one phrase per loss; empty for most commands."""
    known = _known()
    return tuple(dict.fromkeys(known[name] for name in _names(text) if name in known))


def _names(text: str) -> Iterator[str]:
    name, _, rest = text.strip().partition(" ")
    if name.lower() == "backlog":
        for part in rest.split(";"):
            yield from _names(part)
    elif name:
        yield name.lower()


@cache
def _known() -> dict[str, str]:
    loses: dict[str, str] = read_table("jobs/lan", "commands.toml")["loses"]
    return loses
