"""Advice in the words of the command line: its options and commands."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bekenlab.data import Table
    from bekenlab.errors import Action


def wording(action: Action) -> str:
    """An action, as something to be typed. See ``bekenlab.errors.Wording``."""
    template: str = _table()["action"][action.name]
    return template.format(**action.facts)


def notice_advice(code: str) -> str:
    """What a warning's reader can do at the command line; empty where there is no such thing."""
    return str(_table()["notice"].get(code, ""))


@cache
def _table() -> Table:
    from bekenlab.data import read_table  # here, because most runs have no advice to give

    return read_table("cli", "advice.toml")
