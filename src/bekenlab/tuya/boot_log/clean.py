"""Takes away what terminals add to a log: colours, time stamps, other line ends, UTF-16."""

from __future__ import annotations

import codecs
import re

from bekenlab.tuya.boot_log.facts import boot_log_facts

MAX_LOG = 4 << 20
MAX_BOOTS = 256

_COLOUR = re.compile(r"\x1b\[[0-9;?]{0,16}[A-Za-z]")
_LINE_END = re.compile(r"\r{0,8}\n|\r")
# What terminal programs put in front: a time in brackets or with an arrow, with or without a date.
_STAMP = re.compile(
    r"^[\[(]?(?:\d{4}[-/]\d\d[-/]\d\d[ T]{1,2})?"
    r"\d\d:\d\d:\d\d[.,:]\d{1,6}Z?[\])]?(?: ?(?:->|>|\|))?[ \t]?",
    re.MULTILINE,
)
_MARKS = ((codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
_TEXT = bytes(range(0x20, 0x7F)) + b"\t\r\n\x1b"
_MIN_GARBAGE = 64


def decode(log: str | bytes) -> str:
    """Return the log as text, byte by byte; of more than 4 MiB the end."""
    if isinstance(log, str):
        return log[-MAX_LOG:]
    for mark, encoding in _MARKS:
        if log.startswith(mark):
            return log[len(mark) :].decode(encoding, "replace")[-MAX_LOG:]
    return log[-MAX_LOG:].decode("latin-1")


def clean(text: str) -> str:
    """Return the text with line feeds only, without colours and without time stamps."""
    text = _COLOUR.sub("", text.removeprefix("\ufeff"))
    return _STAMP.sub("", _LINE_END.sub("\n", text))


def is_garbled(log: str | bytes) -> bool:
    """Whether so much of it is no text that the baud rate was probably wrong."""
    raw = log if isinstance(log, bytes) else log[:MAX_LOG].encode("latin-1", "replace")
    if raw.startswith(tuple(mark for mark, _ in _MARKS)):
        return False
    odd = len(raw[:MAX_LOG].translate(None, _TEXT))
    return odd >= _MIN_GARBAGE and odd * 4 > min(len(raw), MAX_LOG)


def split_boots(text: str) -> list[str]:
    """Cut a cleaned text where a boot begins; the part before the first is one too.

    Of more than 256 boots the latest are kept apart and the rest is the first part.
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
