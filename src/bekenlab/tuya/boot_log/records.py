"""Finds the records of a boot log that carry configuration, wherever they are in a line.

Two tasks print at once and messages are cut without a line feed, so lines mean nothing here.
A record counts only with its terminator, since half a pin number is a different pin.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from bekenlab import stopping
from bekenlab.tuya.boot_log.facts import LineRow, boot_log_facts
from bekenlab.tuya.boot_log.text import BODY, Chunk, join_chunks, read_text
from bekenlab.tuya.boot_log.titled import titled_values
from bekenlab.tuya.parameters.parser import scalar

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from bekenlab.tuya.parameters.model import ParameterValue

DEFAULT_FAMILY = "default"
_TITLED_FAMILY = "io_lines"
_LEVELS = {"low": 0, "high": 1}
_MIN_STRIPPED = 3
_MIN_KNOWN = 2
_NAMES = re.compile(r'[\[{,]"?([A-Za-z0-9_]{1,40})"?:')
_BRACKET = re.compile(r"[\[\]{}]")
_MAX_FAILED = 1 << 20  # characters of brackets that hold something else and are looked into
_MAX_GPIO = 63
# The rest of a value that another task interrupted: alone on a line, with the record's terminator.
_ORPHAN = re.compile(r"\d{1,6}\n|[\w.-]{0,20} \n")


@dataclass(frozen=True, slots=True)
class Record:
    """One record, or one text joined from several chunks.

    Attributes:
        family: Its kind, a name in ``data/boot_log.toml``.
        at: Where it begins in the cleaned text.
        values: Parameters it gives, each known to be complete.
        truncated: Whether part of it is missing.
        checked: Whether it has its own, correct checksum.
    """

    family: str
    at: int
    values: dict[str, ParameterValue]
    truncated: bool = False
    checked: bool = False


@dataclass(frozen=True, slots=True)
class Records:
    """All configuration records of a text.

    Attributes:
        found: The records, in order of position.
        cut: Positions of key records that were interrupted and left out.
        crc_ok: Whether the checksum in a complete text is correct; None without one.
        defaults: Whether an example of the SDK was printed (and left out).
    """

    found: tuple[Record, ...]
    cut: tuple[int, ...] = ()
    crc_ok: bool | None = None
    defaults: bool = False


def find_records(text: str) -> Records:
    """Find all configuration records.

    Args:
        text: Cleaned text: line feeds only, no colours, no timestamps of a terminal.
    """
    texts, defaults, crc_ok = _text_records(text)
    stopping.check()
    keys, cut = _key_records(text)
    lines: list[Record] = []
    for row in boot_log_facts().lines:
        stopping.check()
        lines += _line_records(text, row)
    titled = [
        Record(_TITLED_FAMILY, at, dict(values))
        for at, values in titled_values(text, boot_log_facts().titled)
    ]
    found = sorted([*texts, *keys, *lines, *titled], key=lambda record: record.at)
    return Records(tuple(found), tuple(cut), crc_ok, defaults)


@cache
def _text_pattern() -> re.Pattern[str]:
    return re.compile(f"(?P<start>{boot_log_facts().text_start.pattern}){BODY}")


def _text_records(text: str) -> tuple[list[Record], bool, bool | None]:
    chunks = []
    taken = []
    defaults = False
    family_of = cache(_family)  # thousands of texts begin in the same few ways
    for match in _text_pattern().finditer(text):
        taken.append(match.span())
        family = family_of(match["start"])
        if family == DEFAULT_FAMILY:
            defaults = True
        else:
            followed = match["next"] is not None
            chunks.append(Chunk(family, match.start(), match["body"], followed))
    records = []
    crc_ok: bool | None = None
    read = cache(read_text)  # and are often the same
    for chunk in (*join_chunks(chunks), *_bracketed(text, taken)):
        reading = read(chunk.body, followed=chunk.followed)
        crc_ok = reading.crc_ok if crc_ok is None else crc_ok
        checked = bool(reading.crc_ok)
        if reading.values:
            records.append(
                Record(chunk.family, chunk.at, reading.values, reading.truncated, checked)
            )
    return records, defaults, crc_ok


@cache
def _bracketed_pattern() -> re.Pattern[str]:
    return re.compile(
        f"(?={boot_log_facts().bracketed.start.pattern})"
        + BODY.replace("(?P<body>", r"(?P<body>\[?", 1)
    )


def _bracketed(text: str, taken: list[tuple[int, int]]) -> list[Chunk]:
    """Configurations in brackets, outside the ranges (in order) that are taken already."""
    family = boot_log_facts().bracketed.family
    chunks = []
    at = free = 0
    budget = _MAX_FAILED
    while match := _bracketed_pattern().search(text, at):
        while free < len(taken) and taken[free][1] <= match.start():
            free += 1
        if free < len(taken) and taken[free][0] <= match.start():
            at = taken[free][1]
        elif _is_known(_NAMES.findall(_first_brackets(match["body"]))):
            followed = match["next"] is not None
            chunks.append(Chunk(family, match.start(), match["body"], followed))
            at = match.end()
        else:
            budget -= len(match["body"])
            at = match.start() + 1 if budget > 0 else match.end()
    return join_chunks(chunks)


def _first_brackets(body: str) -> str:
    """A text up to where its first bracket is closed; all of it if that never happens."""
    depth = 0
    for match in _BRACKET.finditer(body):
        depth += 1 if match[0] in "[{" else -1
        if not depth:
            return body[: match.end()]
    return body


def _is_known(names: Iterable[str]) -> bool:
    facts = boot_log_facts()
    known = [name for name in names if facts.known_key.fullmatch(name)]
    needed = facts.bracketed.needed
    return len(known) >= _MIN_KNOWN and any(needed.fullmatch(name) for name in known)


def _family(start: str) -> str:
    return next(family for family, row in boot_log_facts().texts if row.fullmatch(start))


def _key_records(text: str) -> tuple[list[Record], list[int]]:
    facts = boot_log_facts()
    records = []
    for family, pattern in facts.keys:
        records += _matches(text, pattern, family)
    heads = [match.start() for match in facts.key_head.finditer(text)]
    if heads and not records:
        stripped = _matches(text, facts.stripped, facts.keys[0][0])
        records = stripped if len(stripped) >= _MIN_STRIPPED else []
    whole = {record.at for record in records}
    return records, [at for at in heads if at not in whole]


def _matches(text: str, pattern: re.Pattern[str], family: str) -> list[Record]:
    records = []
    for match in pattern.finditer(text):
        groups = match.groupdict()
        if "length" in groups and int(groups["length"]) != len(groups["value"]):
            continue
        if not _ORPHAN.match(text, match.end()):
            value = {groups["key"]: scalar(groups["value"])}
            records.append(Record(family, match.start(), value))
    return records


def _line_records(text: str, row: LineRow) -> Iterator[Record]:
    for match in row.pattern.finditer(text):
        if match[0].endswith("\n") and _ORPHAN.match(text, match.end()):
            continue
        number = match.groupdict().get("n")
        fields = match.groups()[1:] if number is not None else match.groups()
        count = str(int(number) + row.offset) if number is not None else ""
        values = {
            key.replace("{n}", count): _LEVELS.get(field, scalar(field))
            for key, field in zip(row.keys, fields, strict=True)
        }
        if row.pin is not None and number is not None:
            values[row.pin[0].replace("{n}", number)] = row.pin[1][int(number)]
        for stem in [key[:-4] for key in values if key.endswith("_pin")]:
            if not _is_pin(values[f"{stem}_pin"], first=int(row.zero_is_none)):
                for suffix in ("_pin", "_lv", "_type"):
                    values.pop(stem + suffix, None)
        if values:
            yield Record(row.family, match.start(), dict(values))


def _is_pin(value: ParameterValue, *, first: int) -> bool:
    return isinstance(value, int) and first <= value <= _MAX_GPIO
