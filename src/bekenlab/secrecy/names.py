"""Decides by a name whether what it names is secret. The list is ``data/secret_names.toml``."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fnmatch import translate
from functools import cache, lru_cache
from typing import TYPE_CHECKING

from bekenlab.data import read_table

if TYPE_CHECKING:
    from collections.abc import Iterable

OTHER = "other"
"""Kind of a secret of unknown meaning."""

_WORD = re.compile(r"[a-z]{3,}")


@dataclass(frozen=True, slots=True)
class NameFacts:
    """The rows of ``data/secret_names.toml``; each pattern matches a whole name in lower case.

    Attributes:
        kinds: (kind, pattern) of names that are secret wherever they occur.
        hidden: The same, including names that are secret only in a value hidden as a whole.
        plain: Names that are no secret although they fit one of ``kinds``.
        public: Values that are no secret.
        commands: Kind of secret by name of an OpenBeken command, without "_".
        query: Names of arguments of a web address that log in.
        cores: Matches where a name of ``kinds`` may be, in lower-case text.
    """

    kinds: tuple[tuple[str, re.Pattern[str]], ...]
    hidden: tuple[tuple[str, re.Pattern[str]], ...]
    plain: re.Pattern[str]
    public: re.Pattern[str]
    commands: dict[str, str]
    query: frozenset[str]
    cores: re.Pattern[str]


@cache
def name_facts() -> NameFacts:
    """Return the table, read once."""
    table = read_table("secrecy", "secret_names.toml")
    rows = table["kind"]
    kinds = tuple((row["kind"], any_of(row["names"])) for row in rows if "names" in row)
    hidden = tuple((row["kind"], any_of(row["hidden"])) for row in rows if "hidden" in row)
    return NameFacts(
        kinds=kinds,
        hidden=(*kinds, *hidden),
        plain=any_of(table["plain"]["names"]),
        public=any_of(table["public"]["values"]),
        commands={name: row["kind"] for row in table["command"] for name in row["names"]},
        query=frozenset(table["query"]["names"]),
        cores=_cores([name for row in rows for name in row.get("names", ())]),
    )


def any_of(names: Iterable[str]) -> re.Pattern[str]:
    """Shell patterns as one regular expression: it matches what fits one of them whole.

    They are asked about every value with a name, where one by one would take ten times as long.
    """
    return re.compile("|".join(map(translate, names)) or r"(?!)")


def _cores(patterns: list[str]) -> re.Pattern[str]:
    """The longest word of each pattern."""
    words = {max(_WORD.findall(name) or [name.strip("*?")], key=len) for name in patterns}
    return re.compile("|".join(map(re.escape, sorted(words))))


@lru_cache(maxsize=4096)
def secret_kind(name: str) -> str:
    """Kind of secret that a field, parameter or stored value holds, or ``"other"``.

    This is for values that are hidden as a whole; elsewhere see ``named_kind``.
    """
    return _first(name.lower(), name_facts().hidden) or OTHER


@lru_cache(maxsize=4096)
def named_kind(name: str) -> str | None:
    """Kind of secret a name says, wherever it occurs; None if it does not say one."""
    lowered = name.lower()
    facts = name_facts()
    if facts.plain.match(lowered):
        return None
    return _first(lowered, facts.kinds)


def is_secret_name(name: str) -> bool:
    """Whether what has this name must be hidden, wherever it occurs."""
    return named_kind(name) is not None


def is_public(value: str) -> bool:
    """Whether a value is no secret, whatever its name says."""
    return name_facts().public.match(value.lower()) is not None


def command_kind(name: str) -> str | None:
    """Kind of secret that an OpenBeken command takes, or None."""
    return name_facts().commands.get(name.lower().replace("_", ""))


def _first(name: str, rows: tuple[tuple[str, re.Pattern[str]], ...]) -> str | None:
    return next((kind for kind, pattern in rows if pattern.match(name)), None)
