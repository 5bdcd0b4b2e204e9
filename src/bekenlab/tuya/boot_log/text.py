"""A configuration printed as one text: joins its chunks and decides which values are reliable.

A log message is cut at about 250 characters, and another task's message may begin anywhere in it.
Half a pin number is a different pin, so a value counts only if what follows shows that it is
complete: a comma and the next name, or the end of a properly closed text.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bekenlab.tuya.boot_log.facts import boot_log_facts
from bekenlab.tuya.parameters.parser import MAX_DEPTH, parse_parameters

if TYPE_CHECKING:
    from bekenlab.tuya.parameters.model import ParameterValue

# Printable ASCII up to the next record's prefix.
BODY = (
    r"(?P<body>[ -Z\\-~]{0,4096}(?:\[(?!\d\d-\d\d \d\d:)[ -Z\\-~]{0,512}){0,16})"
    r"(?P<next>(?=\[\d\d-\d\d \d\d:\d\d:\d\d ))?"
)
_LEXEME = re.compile(r'"(?:[^"\\]|\\.){0,256}"|[A-Za-z0-9_.\-]+|[{}\[\],:]')
_NAME = re.compile(r'"?(?=[0-9]{0,6}[A-Za-z_])[A-Za-z0-9_]{1,64}"?')
_NAME_CUT = re.compile(r"[A-Za-z0-9_]{0,64}")
_PUNCTUATION = frozenset("{}[],:")
_WHOLE_PAIR = re.compile(r",[A-Za-z0-9_]+:[A-Za-z0-9_.\-]*,")


@dataclass(frozen=True, slots=True)
class Chunk:
    """One message with a configuration's text, or a part of it.

    Attributes:
        family: The kind of record, by the words before it.
        at: Where the message begins.
        body: The text as printed.
        followed: Whether another record's prefix follows immediately, as after a message cut at the
            log's limit; otherwise a line break or garbage ended it.
    """

    family: str
    at: int
    body: str
    followed: bool


@dataclass(frozen=True, slots=True)
class TextReading:
    """The values read from a text.

    Attributes:
        values: Flat values known to be complete.
        crc_ok: Whether the checksum in the text is correct; None if it has none or was cut.
        truncated: Whether something was left out.
    """

    values: dict[str, ParameterValue]
    crc_ok: bool | None
    truncated: bool


@dataclass(slots=True)
class _Joining:
    """Chunks being joined, as parts: a text that grew with each would be copied as often."""

    first: Chunk
    parts: list[str]
    followed: bool

    def end(self, size: int) -> str:
        """The last ``size`` characters, or all if there are fewer."""
        taken: list[str] = []
        missing = size
        for part in reversed(self.parts):
            if missing <= 0:
                break
            taken.append(part)
            missing -= len(part)
        text = "".join(reversed(taken))
        return text[max(0, len(text) - size) :]

    def whole(self) -> Chunk:
        return Chunk(self.first.family, self.first.at, "".join(self.parts), self.followed)


def join_chunks(chunks: list[Chunk]) -> list[Chunk]:
    """Join chunks of one family where the end of one overlaps the beginning of the next."""
    joined: list[_Joining] = []
    for chunk in chunks:
        last = joined[-1] if joined and joined[-1].first.family == chunk.family else None
        size = _overlap(last.end(len(chunk.body)), chunk.body) if last else 0
        if last is None or not size:
            joined.append(_Joining(chunk, [chunk.body], chunk.followed))
        else:
            if size < len(chunk.body):
                last.parts.append(chunk.body[size:])
            last.followed = chunk.followed
    return [each.whole() for each in joined]


def _overlap(left: str, right: str) -> int:
    """Length of the longest end of ``left`` that ``right`` begins with; 0 if it is inconclusive.

    No configuration has the same name twice, so a complete ``,name:value,`` in both is conclusive,
    and only where ``left`` has that pair can such an end begin.
    """
    pair = None if right[:1] in ("{", ",") else _WHOLE_PAIR.search(right)
    if pair is None:
        return 0
    least = right[: pair.end()]
    at = left.find(least)
    while at >= 0:
        if right.startswith(left[at:]):
            return len(left) - at
        at = left.find(least, at + 1)
    return 0


def read_text(body: str, *, followed: bool) -> TextReading:
    """Read the reliable part of a text, from its first complete name on.

    Args:
        body: The text.
        followed: As of ``Chunk``.
    """
    if body[:1] == "[":
        body = _in_braces(body)
    elif body[:1] == ",":
        body = "{" + body[1:]  # the plugs' firmware replaces the brace
    elif body[:1] != "{":
        body = "{" + body.partition(",")[2]
    scan = _Scan(body, followed=followed)
    scan.run()
    if scan.closed_at:
        whole = parse_parameters(body[: scan.closed_at])
        if whole.crc_ok or (whole.crc_ok is None and _ends_safely(body[: scan.closed_at])):
            return TextReading(whole.flat(), whole.crc_ok, truncated=False)
    if not followed:
        scan = _Scan(body, followed=False, strict=True)
        scan.run()
    parsed = parse_parameters(body[: scan.confirmed])
    return TextReading(parsed.flat(), None, truncated=True)


def _in_braces(body: str) -> str:
    """A text in square brackets, with braces instead; its values are whole if it is closed."""
    inside = body[1:].lstrip(", ")
    end = min((at for at in (inside.find("]"), inside.find("}")) if at >= 0), default=-1)
    if end < 0 or inside[end] == "}" or "[" in inside[:end]:
        return "{" + inside
    return "{" + inside[:end].rstrip(", ") + ",}"


def _ends_safely(text: str) -> bool:
    """Whether the last value is complete: in Tuya's format only a comma shows that."""
    json_like = text.startswith('{"')
    return json_like or text.endswith((",}", "}}", "]}", '"}'))


@dataclass(slots=True)
class _Scan:
    """Follows the grammar and records how far everything is known to be complete.

    Attributes:
        confirmed: End of the last pair followed by another name, or by the part of one that fits
            into a message cut at the log's limit.
        closed_at: End of the closing brace; 0 if there is none.
    """

    body: str
    followed: bool
    strict: bool = False
    confirmed: int = 1
    closed_at: int = 0

    def run(self) -> None:
        stack = ["{"]
        at, pending = 1, 0
        expect = "name"
        while stack:
            match = _LEXEME.match(self.body, at)
            if match is None:
                break
            word = match[0]
            if expect == "name" and self._is_pair_head(word, match.end()):
                if pending:
                    if self.strict and not self._known(word):
                        return
                    self.confirmed = pending
                at, expect, pending = match.end() + 1, "value", 0
                continue
            step = _step(expect, word, stack)
            if step is None:
                break
            at, expect = match.end(), step
            if word in "},]" and stack and stack[-1] == "{":
                pending = at
        if not stack:
            self.closed_at = at
        elif self.followed and pending and _NAME_CUT.fullmatch(self.body, pending):
            self.confirmed = pending

    def _is_pair_head(self, word: str, end: int) -> bool:
        return _NAME.fullmatch(word) is not None and self.body[end : end + 1] == ":"

    @staticmethod
    def _known(word: str) -> bool:
        return boot_log_facts().known_key.fullmatch(word.strip('"')) is not None


def _step(expect: str, word: str, stack: list[str]) -> str | None:
    """Return what may follow ``word``, or None if it is not allowed here; updates the stack."""
    if word in ("{", "["):
        if expect not in ("value", "item") or len(stack) >= MAX_DEPTH:
            return None
        stack.append(word)
        return "name" if word == "{" else "item"
    if word in ("}", "]"):
        if stack[-1] != ("{" if word == "}" else "["):
            return None
        stack.pop()
        return "end"
    if word == ",":
        return "name" if stack[-1] == "{" else "item"
    if word in _PUNCTUATION or expect not in ("value", "item"):
        return None
    return "end"
