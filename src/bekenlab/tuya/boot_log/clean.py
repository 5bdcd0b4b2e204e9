"""Removes what terminals add to a log: colours, timestamps, other line endings, UTF-16."""

from __future__ import annotations

import codecs
import re

from bekenlab.tuya.boot_log.facts import boot_log_facts

MAX_LOG = 4 << 20
MAX_BOOTS = 256

_COLOUR = re.compile(r"\x1b\[[0-9;?]{0,16}[A-Za-z]")
_LINE_END = re.compile(r"\r{0,8}\n|\r")
# A timestamp as terminal programs add it: in brackets or with an arrow, with or without a date.
_STAMP = re.compile(
    r"^[\[(]?(?:\d{4}[-/]\d\d[-/]\d\d[ T]{1,2})?"
    r"\d\d:\d\d:\d\d[.,:]\d{1,6}Z?[\])]?(?: ?(?:->|>|\|))?[ \t]?",
    re.MULTILINE,
)
_MARKS = ((codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
_TEXT = bytes(range(0x20, 0x7F)) + b"\t\r\n\x1b"
_MIN_GARBAGE = 64


def decode(log: str | bytes) -> str:
    """Return the log, or its last 4 MiB, as text, one character per byte unless it is UTF-16."""
    if isinstance(log, str):
        return log[-MAX_LOG:]
    for mark, encoding in _MARKS:
        if log.startswith(mark):
            return log[len(mark) :].decode(encoding, "replace")[-MAX_LOG:]
    return log[-MAX_LOG:].decode("latin-1")


def clean(text: str) -> str:
    """Return the text without colours and timestamps, its lines ending in LF only."""
    text = _COLOUR.sub("", text.removeprefix("\ufeff"))
    return _STAMP.sub("", _LINE_END.sub("\n", text))


def is_garbled(log: str | bytes) -> bool:
    """Whether so much of the log is not text that the baud rate was probably wrong."""
    raw = log if isinstance(log, bytes) else log[:MAX_LOG].encode("latin-1", "replace")
    if raw.startswith(tuple(mark for mark, _ in _MARKS)):
        return False
    odd = len(raw[:MAX_LOG].translate(None, _TEXT))
    return odd >= _MIN_GARBAGE and odd * 4 > min(len(raw), MAX_LOG)


def split_boots(text: str) -> list[str]:
    """Split a cleaned text where boots begin; the part before the first boot counts as one.

    If there are more than 256 boots, all earlier ones stay together in the first part.
    """
    marks = sorted(
        (match.start(), rank)
        for rank, pattern in boot_log_facts().boots
        for match in pattern.finditer(text)
    )
    starts = []
    highest = -1
    for at, rank in marks:
        if rank <= highest:
            starts.append(at)
        highest = rank
    starts = starts[-(MAX_BOOTS - 1) :]
    ends = [*starts, len(text)]
    return [text[start:end] for start, end in zip([0, *starts], ends, strict=True)]
