"""Pins in words, as BK7231 GUI Flash Tool (Easy Flasher) prints them and people post them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from bekenlab.data import read_table
from bekenlab.tuya.parameters.model import Parameters, ParameterValue

_LINE = re.compile(
    r"^[ \t]{0,8}(?:[-*\u2022\u2013][ \t]{1,4})?(?P<what>[A-Za-z0-9][^\n:]{1,60}?)[ \t]{0,4}"
    r"(?:[ \t](?:is[ \t])?on[ \t])P(?P<gpio>\d{1,2})\b",
    re.MULTILINE | re.IGNORECASE,
)
_CHANNEL = re.compile(r"\(channel (\d{1,2})\)", re.IGNORECASE)
_MODULE = re.compile(r"Device seems to be using (\S{2,32}) module", re.IGNORECASE)
_HERTZ = re.compile(r"^[ \t]{0,8}-[ \t]{0,4}PWM Frequency (\d{1,6})\b", re.MULTILINE)
_HEAD = "Device configuration, as extracted from Tuya"
_FEWEST = 2  # a single line may match by chance


@dataclass(frozen=True, slots=True)
class PinList:
    """A list of pins in words.

    Attributes:
        parameters: The equivalent Tuya parameters, without active levels.
        lines: Number of lines understood.
    """

    parameters: Parameters
    lines: int


def read_pin_list(text: str) -> PinList | None:
    """The pins that a text lists line by line, or None if it lists no known ones."""
    values: dict[str, ParameterValue] = {}
    lines = 0
    for match in _LINE.finditer(text):
        key = _key(match["what"])
        if key is not None:
            values.setdefault(key, int(match["gpio"]))
            lines += 1
    if lines < _FEWEST and not (lines and _HEAD in text):
        return None
    module, hertz = _MODULE.search(text), _HERTZ.search(text)
    if module:
        values["module"] = module[1]
    if hertz:
        values["pwmhz"] = int(hertz[1])
    return PinList(Parameters(values, None, ()), lines)


def _key(what: str) -> str | None:
    """The parameter equivalent to words such as ``Relay (channel 2)``."""
    channel = _CHANNEL.search(what)
    words = " ".join(_CHANNEL.sub("", what).replace("(TODO)", "").lower().split())
    key = _words().get(f"{words} n" if channel else words) or _words().get(words)
    if key is None:
        return None
    return key.replace("{n}", str(int(channel[1])) if channel else "1")


@cache
def _words() -> dict[str, str]:
    rows: dict[str, str] = read_table("analysis", "pin_words.toml")["words"]
    return rows
