"""Undoes what forums, chats and editors do to posted text.

Curly quotation marks, backticks, ``>`` of quoted lines, HTML entities and tags, Python's quotes,
UTF-16 saved by terminals. Knows nothing about configurations.
"""

from __future__ import annotations

import codecs
import re

MAX_TEXT = 1 << 20
"""Longest text read, in bytes; Tuya's own limit for a configuration is 4096."""

_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))
_MOST_ODD = 0.02

_CHARACTERS = str.maketrans(
    {
        **dict.fromkeys("\u201c\u201d\u201e\u201f\u00ab\u00bb\u2033\uff02", '"'),
        **dict.fromkeys("\u2018\u2019\u201a\u201b\u2032\u00b4\uff07", "'"),
        **dict.fromkeys("\u00a0\u202f\u2007\u3000", " "),
        **dict.fromkeys("\u200b\u200c\u200d\u2060\ufeff\u00ad`", None),
        "\uff1a": ":",
        "\uff0c": ",",
        "\uff5b": "{",
        "\uff5d": "}",
    }
)
_QUOTED_LINE = re.compile(r"^[ \t]{0,8}(?:>[ \t]?){1,8}", re.MULTILINE)
_BREAK = re.compile(r"<(?:br|/p|/div|/li)\s{0,4}/?>", re.IGNORECASE)
_TAG = re.compile(r"</?[A-Za-z][^<>]{0,200}>")
_PYTHON_TEXT = re.compile(r"'([^'\n\\\"]{0,200})'")
_PYTHON_WORD = re.compile(r"(?<=[:\[,])(\s{0,8})(True|False|None)(?=\s{0,8}[,}\]])")
_WORDS = {"True": "true", "False": "false", "None": "null"}


def decode(data: bytes) -> str | None:
    """The text of a file in UTF-8, UTF-16 or Latin-1, or None if it is not text."""
    if len(data) > MAX_TEXT:
        return None
    for mark, name in _BOMS:
        if data.startswith(mark):
            return _decoded(data[len(mark) :], name.removesuffix("-sig"))
    stripped = data.rstrip(b"\0")
    if b"\0" in stripped:
        return _without_mark(data)
    try:
        return stripped.decode("utf-8").strip()
    except UnicodeDecodeError:
        text = stripped.decode("latin-1")
    return text.strip() if _is_readable(text) else None


def as_utf8(data: bytes) -> bytes:
    """Convert UTF-16, as saved by some terminal programs, to UTF-8; return other data unchanged."""
    if data[:2] not in (b"\xff\xfe", b"\xfe\xff") and not data[:64].count(0) > 16:
        return data
    text = decode(data)
    return data if text is None else text.encode("utf-8", "replace")


def _without_mark(data: bytes) -> str | None:
    """UTF-16 without a byte order mark: every second byte of ASCII text is zero."""
    for name, first in (("utf-16-le", 1), ("utf-16-be", 0)):
        zeros = data[first::2].count(0)
        if zeros > len(data) // 2 * 0.9 and 0 not in data[1 - first :: 2]:
            return _decoded(data, name)
    return None


def _decoded(data: bytes, name: str) -> str | None:
    try:
        text = data.decode(name).rstrip("\0")
    except UnicodeDecodeError:
        return None
    return text.strip() if "\0" not in text else None


def _is_readable(text: str) -> bool:
    """Whether bytes that are not UTF-8 are text nevertheless: hardly any control characters."""
    odd = sum(1 for char in text if char < " " and char not in "\t\r\n\f\x1b")
    return odd <= len(text) * _MOST_ODD


def tidy(text: str) -> str:
    """Restore the text to what it was before it was posted, as far as configurations need it."""
    if "&" in text:
        import html  # here: its table of characters is large, and dumps need none of it

        text = html.unescape(html.unescape(text))
    if "<" in text:
        text = _TAG.sub("", _BREAK.sub("\n", text))
    text = _QUOTED_LINE.sub("", text.translate(_CHARACTERS))
    if '\\"' in text:
        text = text.replace("\\n", "\n").replace("\\t", " ").replace('\\"', '"')
    if "'" in text:
        text = _PYTHON_TEXT.sub(lambda match: f'"{match[1]}"', text)
    return _PYTHON_WORD.sub(lambda match: match[1] + _WORDS[match[2]], text)
