"""Loads ``data/boot_log.toml``: the patterns of the records in a boot log."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import Any

from bekenlab.data import read_table
from bekenlab.tuya.boot_log.titled import TitledRow

Pattern = re.Pattern[str]


@dataclass(frozen=True, slots=True)
class LineRow:
    """A record with numbered fields: its pattern, and the parameters its fields give.

    ``pin`` is a further parameter, with the GPIO that each number in the record stands for.
    """

    family: str
    pattern: Pattern
    keys: tuple[str, ...]
    offset: int
    zero_is_none: bool
    pin: tuple[str, tuple[int, ...]] | None = None


@dataclass(frozen=True, slots=True)
class Bracketed:
    """How a configuration in brackets begins, and which of its names must be among them."""

    family: str
    start: Pattern
    needed: Pattern


@dataclass(frozen=True, slots=True)
class BootLogFacts:
    """The rows of ``data/boot_log.toml``, which names the source of each.

    Attributes:
        boots: (rank, pattern) of the lines a boot begins with.
        loaders: (pattern, chip or empty) of boot loader banners.
        name_chips: (pattern, chip) of firmware names.
        texts: (family, pattern of the words before it) of configurations printed as one text.
        text_start: Matches any of the patterns of ``texts``.
        known_key: Pattern of names that only configurations have.
        keys: (family, pattern) of configurations printed key by key.
        key_head: Beginning of such a record.
        stripped: Such a record without its trailing space.
        lines: Records with several fields.
        bracketed: Configurations in brackets, whatever stands before them.
        titled: Pins under titles, by title.
        trust: Families, most trustworthy first.
        words: Families that name pins in other words than configurations.
        guesses: Families whose values are guesses.
        after: Records that follow the configuration.
        mcu: (evidence, strength, pattern) of signs of a second controller.
        bauds: Valid baud rates of a serial port.
        secrets: (kind, pattern with a group ``s``, words) of personal data. A pattern can only
            match a text that holds one of the words, in lower case; without words it always may.
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
    bracketed: Bracketed
    titled: dict[str, TitledRow]
    trust: tuple[str, ...]
    words: frozenset[str]
    guesses: frozenset[str]
    after: Pattern
    mcu: tuple[tuple[str, int, Pattern], ...]
    bauds: frozenset[int]
    secrets: tuple[tuple[str, Pattern, tuple[str, ...]], ...]


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
        bracketed=Bracketed(
            table["bracketed"]["family"],
            compiled(table["bracketed"]["start"]),
            compiled(table["bracketed"]["needed"]),
        ),
        titled={row["title"]: _titled(row) for row in table["titled"]},
        trust=tuple(table["trust"]),
        words=frozenset(table["words"]),
        guesses=frozenset(table["guesses"]),
        after=compiled(table["after"]),
        mcu=tuple(
            (row["evidence"], row["strength"], compiled(row["pattern"])) for row in table["mcu"]
        ),
        bauds=frozenset(table["bauds"]),
        secrets=tuple(
            (row["kind"], compiled(row["pattern"], re.MULTILINE), tuple(row.get("words", ())))
            for row in table["secret"]
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
        pin=(row["pin"][0], tuple(row["pin"][1:])) if "pin" in row else None,
    )


def _titled(row: dict[str, Any]) -> TitledRow:
    typed = tuple((kind, key) for kind, key in row.get("typed", ()))
    return TitledRow(**(row | {"typed": typed}))
