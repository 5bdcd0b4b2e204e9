"""What a command would irrevocably lose on a device."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from bekenlab.data import read_table

if TYPE_CHECKING:
    from collections.abc import Iterator


_BACKLOG = re.compile(r"\s*(?:backlog(?:\s+|\Z))+", re.IGNORECASE)


def losses(text: str) -> tuple[str, ...]:
    """What a command would irrevocably lose, one phrase per loss; empty for most commands."""
    known = _known()
    return tuple(dict.fromkeys(known[name] for name in _names(text) if name in known))


def _names(text: str) -> Iterator[str]:
    """The first words of the commands, also of those behind one or several ``backlog``."""
    chain = _BACKLOG.match(text)
    for part in text[chain.end() :].split(";") if chain else [text]:
        begin = _BACKLOG.match(part)
        for name in part[begin.end() if begin else 0 :].split(maxsplit=1)[:1]:
            yield name.lower()


@cache
def _known() -> dict[str, str]:
    loses: dict[str, str] = read_table("jobs/lan", "commands.toml")["loses"]
    return loses
