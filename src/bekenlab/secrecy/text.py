r"""Finds secrets in text of any form, by the names before them.

Understood are ``name:value`` and ``name=value`` with any quotation marks (as in JSON, in JSON
inside JSON, in Tuya's parameters and in addresses), nested values, OpenBeken's commands
(``Password1 "my secret"``), logins in addresses (``http://me:secret@host``), HTTP authorization,
and private keys.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from bekenlab.secrecy.names import OTHER, command_kind, is_public, name_facts, named_kind
from bekenlab.secrecy.span import SecretSpan

if TYPE_CHECKING:
    from collections.abc import Iterator

_LONGEST_NAME = 40
_NAME_HEAD = re.compile(rf"[A-Za-z0-9_]{{0,{_LONGEST_NAME}}}\Z")
_NAME_TAIL = re.compile(rf"[A-Za-z0-9_]{{0,{_LONGEST_NAME}}}")
# The records of Tuya's boot logs put a word between name and value.
_GIVES = re.compile(
    r"""\\{0,3}["']?[ \t]{0,4}(?:[:=]|->)[ \t]{0,12}"""
    r"""(?:is[ \t](?!not\b)|--[ \t]\d{1,3}[ \t]--[ \t]|value:)?"""
)
_VALUE = re.compile(
    r"""(?:(?P<slash>\\{0,3})"(?P<double>(?:(?!(?P=slash)")[^"\x00-\x1f]|(?<=\\)"){1,1024})"""
    r"""|'(?P<single>[^'\x00-\x1f]{1,1024})'"""
    r"""|(?P<nested>[{\[])"""
    r"""|(?P<bare>[^\s,;}{&"'<>\x00-\x20\]\[][^\s,;}{&"'<>\x00-\x20\]]{0,511}))"""
)
_ARGUMENT = re.compile(
    r'[ \t]+(?:"(?P<quoted>[^"\x00\n]{1,512})"?|(?P<bare>[^\s;"\x00][^;"\x00\r\n]{0,511}))'
)
_SHORT_NUMBER = re.compile(r"-?\d{1,3}")
# Between a scheme and an @; a password may hold a slash, a host with a port may not.
_LOGIN = re.compile(
    r"""(?i)(?<![a-z0-9])[a-z][a-z0-9+.-]{0,15}://(?P<login>[^\s/@:"'<>\x00]{0,128}"""
    r"""(?::(?!\d{1,5}/)[^\s@"'<>\x00]{0,256})?)@"""
)
_QUERY = re.compile(r"""[?&](?P<name>[A-Za-z_]{1,20})=(?P<value>[^\s&;"'<>\x00]{1,256})""")
_AUTHORIZATION = re.compile(r"(?i)\b(?:basic|bearer)[ \t]+(?P<value>[A-Za-z0-9+/=_.~-]{8,1024})")
_PRIVATE_KEY = re.compile(
    r"-----BEGIN [A-Z ]{0,20}PRIVATE KEY-----(?P<body>[^-\x00]{16,8192})-----END"
)
_KEY_LINE = re.compile(r"[A-Za-z0-9+/=]{4,}")
_MAX_NESTED = 2000
_HIDDEN = "<redacted"


def text_spans(text: str) -> list[SecretSpan]:
    """Return the secrets in a text, in order, without overlaps."""
    found = sorted(_all(text), key=lambda span: (span.start, -span.end))
    kept: list[SecretSpan] = []
    for span in found:
        if not kept or span.start >= kept[-1].end:
            kept.append(span)
        elif span.end > kept[-1].end:
            kept[-1] = SecretSpan(kept[-1].start, span.end, kept[-1].kind)
    return kept


def byte_spans(data: bytes, base: int = 0, *, shortest: int = 1) -> Iterator[SecretSpan]:
    """Yield the secrets in flash bytes, where zeros and erased flash end a text.

    Args:
        data: The bytes.
        base: Added to all offsets.
        shortest: Length of the shortest value that counts.
    """
    for span in text_spans(data.replace(b"\xff", b"\x00").decode("latin-1")):
        if span.end - span.start >= shortest:
            yield span.moved(base)


def _all(text: str) -> Iterator[SecretSpan]:
    yield from named_spans(text)
    if "://" in text:
        for match in _LOGIN.finditer(text):
            if match["login"]:
                yield SecretSpan(*match.span("login"), OTHER)
    if "=" in text:
        query = name_facts().query
        for match in _QUERY.finditer(text):
            if match["name"].lower() in query:
                yield SecretSpan(*match.span("value"), OTHER)
    for match in _AUTHORIZATION.finditer(text):
        yield SecretSpan(*match.span("value"), "token")
    yield from private_key_spans(text)


def private_key_spans(text: str) -> Iterator[SecretSpan]:
    """Yield the lines of PEM private keys; certificates are public."""
    for match in _PRIVATE_KEY.finditer(text):
        for line in _KEY_LINE.finditer(text, *match.span("body")):
            yield SecretSpan(*line.span(), "key")


def named_spans(text: str) -> Iterator[SecretSpan]:
    """Yield the values after names in the list; a number of up to three digits is no secret."""
    done = 0
    lowered = text.lower()
    if len(lowered) != len(text):  # a few letters have no lower case of the same length
        lowered = "".join(char.lower() if char.isascii() else char for char in text)
    for core in name_facts().cores.finditer(lowered):
        if core.start() < done:
            continue
        start = core.start() - len(_head(text, core.start()))
        end = _tail(text, core.end())
        done = end
        span = _after(text, text[start:end], end)
        if span is not None:
            done = max(end, span.end)
            yield span


def _head(text: str, at: int) -> str:
    if not at or not (text[at - 1].isalnum() or text[at - 1] == "_"):
        return ""
    match = _NAME_HEAD.search(text, max(0, at - _LONGEST_NAME), at)
    return match[0] if match else ""


def _tail(text: str, at: int) -> int:
    match = _NAME_TAIL.match(text, at)
    return match.end() if match else at


def _after(text: str, name: str, end: int) -> SecretSpan | None:
    kind = command_kind(name)
    if kind is not None:
        argument = _ARGUMENT.match(text, end)
        if argument is not None and not argument[0].lstrip().startswith(("=", ":", "->")):
            group = "quoted" if argument["quoted"] is not None else "bare"
            if argument[group].startswith(_HIDDEN) or is_public(argument[group].strip()):
                return None
            return SecretSpan(*_trimmed(text, *argument.span(group)), kind)
    kind = named_kind(name)
    if kind is None:
        return None
    gives = _GIVES.match(text, end)
    value = _VALUE.match(text, gives.end()) if gives else None
    return _value_span(text, value, kind) if value else None


def _value_span(text: str, value: re.Match[str], kind: str) -> SecretSpan | None:
    if value["nested"]:
        return SecretSpan(value.start(), _closing(text, value.start()), kind)
    group = value.lastgroup or "bare"  # the last that took part; a slash is before its value
    said = value[group]
    # A format such as "%s" is no value, and neither is what was hidden before.
    if "%" in said[:2] or said.startswith(_HIDDEN) or _SHORT_NUMBER.fullmatch(said):
        return None
    if is_public(said):
        return None
    return SecretSpan(*value.span(group), kind)


def _closing(text: str, start: int) -> int:
    """The end of a nested value, or where the search for it ends."""
    depth = 0
    end = min(len(text), start + _MAX_NESTED)
    for at in range(start, end):
        depth += (text[at] in "{[") - (text[at] in "}]")
        if depth == 0:
            return at + 1
    return end


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    return start, start + len(text[start:end].rstrip())
