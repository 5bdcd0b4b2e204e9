"""The facts of ``data/boot_log.toml``: what the records of a boot log look like."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import Any

from bekenlab.data import read_table

Pattern = re.Pattern[str]


@dataclass(frozen=True, slots=True)
class LineRow:
    """A record with numbered fields: its shape, and which parameters the fields are."""

    family: str
    pattern: Pattern
    keys: tuple[str, ...]
    offset: int
    zero_is_none: bool


@dataclass(frozen=True, slots=True)
class BootLogFacts:
    """The rows of ``data/boot_log.toml``, where the source of each is named.

    Attributes:
        boots: (rank, shape) of what a boot begins with.
        loaders: (shape, chip or nothing) of boot loader banners.
        name_chips: (shape, chip) of firmware names.
        texts: (family, shape of the words before it) of configurations in one text.
        text_start: Any of the shapes of ``texts``.
        known_key: Shape of a name that is certainly configuration.
        keys: (family, shape) of configurations key by key.
        key_head: Beginning of such a record.
        stripped: Such a record without its trailing blank.
        lines: Records with several fields.
        trust: Families, most trustworthy first.
        guesses: Families whose values are guesses.
        after: Records that follow the configuration.
        mcu: (evidence, strength, shape) of signs of a second controller.
        bauds: Speeds a serial port has.
        secrets: (kind, shape with a group ``s``) of personal things.
    """

    boots: tuple[tuple[int, Pattern], ...]
    loaders: tuple[tuple[Pattern, str], ...]
    name_chips: tuple[tuple[Pattern, str], ...]
    texts: tuple[tuple[str, Pattern], ...]
    text_start: Pattern
    known_key: Pattern
    keys: tuple[tuple[str, Pattern], ...]
    key_head: Pattern
    stripped: Pattern
    lines: tuple[LineRow, ...]
    trust: tuple[str, ...]
    guesses: frozenset[str]
    after: Pattern
    mcu: tuple[tuple[str, int, Pattern], ...]
    bauds: frozenset[int]
    secrets: tuple[tuple[str, Pattern], ...]


@cache
def boot_log_facts() -> BootLogFacts:
    """Return the facts about boot logs, read once."""
    table = read_table("tuya", "boot_log.toml")
    compiled = re.compile
    return BootLogFacts(
        boots=tuple((row["rank"], compiled(row["pattern"])) for row in table["boot"]),
        loaders=_pairs(table["loader"], "chip"),
        name_chips=_pairs(table["name_chip"], "chip"),
        texts=tuple((row["family"], compiled(row["pattern"])) for row in table["text"]),
        text_start=compiled("|".join(row["pattern"] for row in table["text"])),
        known_key=compiled(table["known_key"]),
        keys=tuple((row["family"], compiled(row["pattern"])) for row in table["keys"]),
        key_head=compiled(table["head"][0]["pattern"]),
        stripped=compiled(table["stripped"][0]["pattern"]),
        lines=tuple(_line(row) for row in table["line"]),
        trust=tuple(table["trust"]),
        guesses=frozenset(table["guesses"]),
        after=compiled(table["after"]),
        mcu=tuple(
            (row["evidence"], row["strength"], compiled(row["pattern"])) for row in table["mcu"]
        ),
        bauds=frozenset(table["bauds"]),
        secrets=tuple(
            (row["kind"], compiled(row["pattern"], re.MULTILINE)) for row in table["secret"]
        ),
    )


def _pairs(rows: list[dict[str, Any]], key: str) -> tuple[tuple[Pattern, str], ...]:
    return tuple((re.compile(row["pattern"]), row[key]) for row in rows)


def _line(row: dict[str, Any]) -> LineRow:
    return LineRow(
        family=row["family"],
        pattern=re.compile(row["pattern"]),
        keys=tuple(row["keys"]),
        offset=row.get("offset", 0),
        zero_is_none=row.get("zero_is_none", False),
    )
