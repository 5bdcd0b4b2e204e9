"""Pins under titles: ``[RELAY] - pin:6, io_drive:2`` below ``ch[0]``, ``<Light PWM> pin-6``.

Numbers after the pin give the level of outputs; what they mean for inputs differs between
firmwares, so inputs get no level.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_PIN = re.compile(
    r"[\[<](?P<title>[A-Za-z0-9][A-Za-z0-9/+ -]{1,23})[\]>][ \t]{0,3}-?[ \t]{0,3}"
    r"pin[ \t]{0,2}[-:][ \t]{0,2}(?P<pin>\d{1,2})(?!\d)"
    r"(?P<rest>(?:,[ \t]{0,4}[^\n\[<,]{1,40}){0,8})"
)
_FACT = re.compile(r"(io_drive|driver|level|type|freq)[ \t]{0,2}[-:][ \t]{0,2}(\d{1,6})(?!\d)")
_SECTION = re.compile(r"\bch\[(?P<n>\d{1,2})\]|\*{3} ?system ?\*{3}")
_DRIVES = {"1": 0, "2": 1}  # io_drive: 1 drives low, 2 high


@dataclass(frozen=True, slots=True)
class TitledRow:
    """What a title means, a row of ``data/boot_log.toml``.

    Attributes:
        title: In lower case.
        key: The key of a configuration it stands for; ``{n}`` is the number of the section.
        level: Key of the active level, for outputs; empty for inputs.
        hertz: Key of the frequency, or empty.
        typed: Keys for certain types.
    """

    title: str
    key: str
    level: str = ""
    hertz: str = ""
    typed: tuple[tuple[str, str], ...] = ()


def titled_values(
    text: str, rows: dict[str, TitledRow]
) -> Iterator[tuple[int, dict[str, int | str]]]:
    """Yield (position, parameters) of each pin under a known title."""
    sections = [(match.start(), match["n"]) for match in _SECTION.finditer(text)]
    at = 0
    number = None
    for match in _PIN.finditer(text):
        while at < len(sections) and sections[at][0] < match.start():
            number = sections[at][1]
            at += 1
        row = rows.get(" ".join(match["title"].lower().split()))
        if row is not None:
            yield match.start(), dict(_values(row, match, int(number or 0) + 1))


def _values(row: TitledRow, match: re.Match[str], n: int) -> Iterator[tuple[str, int | str]]:
    facts = dict(_FACT.findall(match["rest"]))
    key = dict(row.typed).get(facts.get("type", ""), row.key)
    yield key.replace("{n}", str(n)), int(match["pin"])
    if row.level and "level" in facts:
        yield row.level.replace("{n}", str(n)), int(facts["level"])
    elif row.level and facts.get("io_drive") in _DRIVES:
        yield row.level.replace("{n}", str(n)), _DRIVES[facts["io_drive"]]
    if row.hertz and "freq" in facts:
        yield row.hertz, int(facts["freq"])
