"""The grammar of Tuya's parameters, read without ever failing.

``{name:value,...,}``: names and values unquoted, or quoted as in JSON; a value may be an object
or a list; a comma may precede the closing brace; NUL or FF padding may follow. An unquoted value
ends at ``,``, ``}`` or ``]``. Whole decimal numbers are integers; what has a leading zero, or is
no number, is text. ``HEX:`` before the whole text says it is written in hex digits.
"""

from __future__ import annotations

import re

from bekenlab.errors import Notice
from bekenlab.json_text import JsonError, read_json
from bekenlab.tuya.parameters.model import Parameters, ParameterValue, parameter_crc

MAX_TEXT = 0x10000
MAX_DEPTH = 16

_INTEGER = re.compile(r"0|-?[1-9][0-9]{0,37}")
_FLOAT = re.compile(r"-?(0|[1-9][0-9]{0,37})(\.[0-9]{1,40})?([eE][+-][0-9]{1,3})?")
_NAME = re.compile(r"[^:,{}\[\]\"]*")
_BARE = re.compile(r"[^,}\]]*")
_QUOTED = re.compile(r'"(?:[^"\\]|\\.)*"', re.DOTALL)
_SPACE = re.compile(r"\s*")
_BETWEEN_PAIRS = re.compile(r"[\s,]*(?P<odd>[\]{\[]?)[\s,\]{\[]*")
_NAMES_ALONE = re.compile(r"[\s,\]{\[]*(?:[^\s:,{}\[\]\"][^:,{}\[\]\"]*[,\]{\[][\s,\]{\[]*)*")
_BETWEEN_VALUES = re.compile(r"[\s,]*(?P<odd>\}?)[\s,}]*")
_CRC = re.compile(r",?crc:([0-9]{1,3}),?\}$")
_WORDS: dict[str, bool | None] = {"true": True, "false": False, "null": None}


def parse_parameters(text: str | bytes) -> Parameters:
    """Parse parameters of any shape and state.

    Args:
        text: As stored: with padding, cut off, or not parameters at all. What is past 64 KiB
            is left out.

    Returns:
        What could be read, and notices about the rest. A name that occurs twice keeps its first
        value, as in Tuya's own parser. An unquoted value the end of the text cuts into is left
        out: half a pin number is another pin.
    """
    notices: list[Notice] = []
    clean = _clean(text, notices)
    start = clean.find("{")
    if start < 0:
        if clean:
            notices.append(Notice("parameters-none", "The text holds no parameters."))
        return Parameters({}, None, tuple(notices))
    reader = _Reader(clean, start)
    values = reader.read()
    notices += reader.notices
    crc = _CRC.search(clean)
    crc_ok = None if crc is None else int(crc[1]) == parameter_crc(clean[start:])
    if crc_ok is False:
        text_ = "The parameters' own checksum (crc) is wrong: they were edited or are damaged."
        notices.append(Notice("parameters-crc", text_))
    return Parameters(values, crc_ok, tuple(notices))


def scalar(word: str) -> ParameterValue:
    """Return what an unquoted word means: a number, true, false, null, or the text itself."""
    if word in _WORDS:
        return _WORDS[word]
    if _INTEGER.fullmatch(word):
        return int(word)
    if _FLOAT.fullmatch(word) and word != "-0":
        number = float(word)
        return number if abs(number) != float("inf") else word
    return word


def _clean(text: str | bytes, notices: list[Notice]) -> str:
    """Return the text without padding, out of hex digits if need be, cut to the limit."""
    if len(text) > MAX_TEXT:
        notices.append(Notice("parameters-limit", "Only the first 64 KiB were read."))
        text = text[:MAX_TEXT]
    if isinstance(text, bytes):
        text = text.partition(b"\x00")[0].rstrip(b"\xff").decode("utf-8", "replace")
    text = text.partition("\x00")[0].strip("\ufeff \t\r\n")
    if text.startswith("HEX:"):
        try:
            raw = bytes.fromhex(text[4:])
        except ValueError:
            return text
        return raw.partition(b"\x00")[0].rstrip(b"\xff").decode("utf-8", "replace").strip()
    return text


class _CutError(Exception):
    """The text ended, or nested too deep, inside a value."""


class _Reader:
    """Reads one object; every byte of the text is looked at a bounded number of times."""

    __slots__ = ("_at", "_noted", "_text", "notices")

    def __init__(self, text: str, start: int) -> None:
        self._text = text
        self._at = start
        self._noted: set[str] = set()
        self.notices: list[Notice] = []

    def read(self) -> dict[str, ParameterValue]:
        values: dict[str, ParameterValue] = {}
        try:
            self._object(values, 1)
        except _CutError as error:
            self.notices.append(Notice("parameters-truncated", str(error)))
        else:
            if self._text[self._at :].strip():
                self._note("parameters-trailing", "Text follows the closing brace; left out.")
        return values

    def _note(self, code: str, message: str) -> None:
        """Add a notice, once a code."""
        if code not in self._noted:
            self._noted.add(code)
            self.notices.append(Notice(code, message))

    def _peek(self) -> str:
        """Skip space and return the next character; the text must not end here."""
        match = _SPACE.match(self._text, self._at)
        self._at = match.end() if match else self._at
        if self._at >= len(self._text):
            message = "The parameters are cut off: the closing brace is missing."
            raise _CutError(message)
        return self._text[self._at]

    def _object(self, values: dict[str, ParameterValue], depth: int) -> None:
        """Fill ``values`` from the object that starts here."""
        self._at += 1
        while (char := self._peek()) != "}":
            if char in ",]{[":
                self._skip(_BETWEEN_PAIRS)
                continue
            name = self._name()
            if self._peek() != ":":
                self._note("parameters-odd", "A name without a value was skipped.")
                self._skip_names()
                continue
            self._at += 1
            self._pair(values, name, depth)
        self._at += 1

    def _skip(self, pattern: re.Pattern[str]) -> None:
        """Skip commas and what should not be there, all at once: there may be thousands."""
        match = pattern.match(self._text, self._at)
        if match is None:
            return
        self._at = match.end()
        if match["odd"]:
            self._note("parameters-odd", f"An unexpected {match['odd']!r} was skipped.")

    def _skip_names(self) -> None:
        """Skip further names without values, all at once."""
        match = _NAMES_ALONE.match(self._text, self._at)
        self._at = match.end() if match else self._at

    def _pair(self, values: dict[str, ParameterValue], name: str, depth: int) -> None:
        if not name or name in values:
            what = f"A second value of {name!r}" if name else "A value without a name"
            self._note("parameters-odd", f"{what} was left out.")
            self._value({}, "", depth)
        else:
            self._value(values, name, depth)

    def _value(
        self,
        into: dict[str, ParameterValue],
        name: str,
        depth: int,
    ) -> None:
        """Read a value and keep it under ``name``; an object or list is kept as far as it goes."""
        char = self._peek()
        if char in "{[":
            if depth == MAX_DEPTH:
                message = f"The parameters nest deeper than {MAX_DEPTH} levels; the rest is out."
                raise _CutError(message)
            if char == "{":
                inner: dict[str, ParameterValue] = {}
                into[name] = inner
                self._object(inner, depth + 1)
            else:
                items: list[ParameterValue] = []
                into[name] = items
                self._list(items, depth + 1)
        else:
            into[name] = self._quoted() if char == '"' else self._bare()

    def _list(self, items: list[ParameterValue], depth: int) -> None:
        self._at += 1
        while (char := self._peek()) != "]":
            if char in ",}":
                self._skip(_BETWEEN_VALUES)
                continue
            holder: dict[str, ParameterValue] = {}
            try:
                self._value(holder, "", depth)
            finally:
                items.extend(holder.values())
        self._at += 1

    def _name(self) -> str:
        if self._peek() == '"':
            return self._quoted()
        match = _NAME.match(self._text, self._at)
        name = match[0] if match else ""
        self._at += len(name)
        return name.strip()

    def _quoted(self) -> str:
        match = _QUOTED.match(self._text, self._at)
        if not match:
            message = "The parameters are cut off inside a quoted text."
            raise _CutError(message)
        self._at = match.end()
        if "\\" not in match[0]:  # then there is nothing to decode
            return match[0][1:-1]
        try:
            return str(read_json(match[0], strict=False, halves=True))
        except JsonError:
            return match[0][1:-1]

    def _bare(self) -> ParameterValue:
        match = _BARE.match(self._text, self._at)
        token = match[0] if match else ""
        if self._at + len(token) >= len(self._text):
            message = "The parameters are cut off; a last, incomplete value was left out."
            raise _CutError(message)
        self._at += len(token)
        return scalar(token.strip())
