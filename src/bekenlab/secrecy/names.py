"""Decides by a name whether what it names is secret. The list is ``data/secret_names.toml``."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fnmatch import fnmatchcase, translate
from functools import cache, lru_cache

from bekenlab.data import read_table

OTHER = "other"
"""Kind of a secret of unknown meaning."""

_WORD = re.compile(r"[a-z]{3,}")


@dataclass(frozen=True, slots=True)
class NameFacts:
    """The rows of ``data/secret_names.toml``; all names are shell patterns in lower case.

    Attributes:
        kinds: (kind, patterns) of names that are secret wherever they occur.
        hidden: The same, including names that are secret only in a value hidden as a whole.
        plain: Patterns of names that are no secret although they fit one of ``kinds``.
        public: Patterns of values that are no secret.
        commands: Kind of secret by name of an OpenBeken command, without "_".
        query: Names of arguments of a web address that log in.
        cores: Matches where a name of ``kinds`` may be, in lower-case text.
    """

    kinds: tuple[tuple[str, tuple[str, ...]], ...]
    hidden: tuple[tuple[str, tuple[str, ...]], ...]
    plain: tuple[str, ...]
    public: tuple[str, ...]
    commands: dict[str, str]
    query: frozenset[str]
    cores: re.Pattern[str]


@cache
def name_facts() -> NameFacts:
    """Return the table, read once."""
    table = read_table("secrecy", "secret_names.toml")
    rows = [(row["kind"], tuple(row.get("names", ()))) for row in table["kind"]]
    hidden = [(row["kind"], tuple(row.get("hidden", ()))) for row in table["kind"]]
    return NameFacts(
        kinds=tuple(rows),
        hidden=(*rows, *hidden),
        plain=tuple(table["plain"]["names"]),
        public=tuple(table["public"]["values"]),
        commands={name: row["kind"] for row in table["command"] for name in row["names"]},
        query=frozenset(table["query"]["names"]),
        cores=_cores([name for _, names in rows for name in names]),
    )


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
    if any(fnmatchcase(lowered, pattern) for pattern in facts.plain):
        return None
    return _first(lowered, facts.kinds)


def is_secret_name(name: str) -> bool:
    """Whether what has this name must be hidden, wherever it occurs."""
    return named_kind(name) is not None


def is_public(value: str) -> bool:
    """Whether a value is no secret, whatever its name says."""
    return _public().match(value.lower()) is not None


@cache
def _public() -> re.Pattern[str]:
    """The patterns of public values as one; it is asked about every value after a name."""
    return re.compile("|".join(map(translate, name_facts().public)))


def command_kind(name: str) -> str | None:
    """Kind of secret that an OpenBeken command takes, or None."""
    return name_facts().commands.get(name.lower().replace("_", ""))


def _first(name: str, rows: tuple[tuple[str, tuple[str, ...]], ...]) -> str | None:
    for kind, patterns in rows:
        if any(fnmatchcase(name, pattern) for pattern in patterns):
            return kind
    return None
