"""Every spelling in which a secret may occur in a dump, and the replacement for each."""

from __future__ import annotations

import base64
import json
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from bekenlab.redaction.placeholders import FoundSecret

MIN_ANYWHERE = 4
"""Shorter secrets are replaced where they are known to be, and searched for nowhere else."""

_MIN_PLAIN = 6  # below that, only as a whole word
_MIN_CODED = 8  # characters of base64 or hexadecimal digits
_MAC = 6
_LETTER = re.compile(rb"[0-9A-Za-z]")


@dataclass(frozen=True, slots=True)
class Spelling:
    """One way a secret may be written.

    Attributes:
        kind: Kind of the secret.
        text: The bytes to search for.
        instead: Their replacement, of the same length.
        word: Whether it matches only as a whole word, with no letter or digit next to it.
    """

    kind: str
    text: bytes = field(repr=False)
    instead: bytes
    word: bool = False

    def places(self, data: bytes) -> Iterator[int]:
        """Yield the offsets at which it occurs in ``data``, without overlaps."""
        at = data.find(self.text)
        while at >= 0:
            end = at + len(self.text)
            beside = data[max(at - 1, 0) : at] + data[end : end + 1]
            if not (self.word and _LETTER.search(beside)):
                yield at
            at = data.find(self.text, end)


def spellings(secrets: Iterable[FoundSecret]) -> tuple[Spelling, ...]:
    """Return all spellings of all secrets worth looking for, longest first."""
    found: dict[bytes, Spelling] = {}
    for secret in secrets:
        make = (
            _mac_spellings
            if secret.kind == "mac" and len(secret.value) == _MAC
            else _text_spellings
        )
        for spelling in make(secret):
            if spelling.text != spelling.instead:
                found.setdefault(spelling.text, spelling)
    return tuple(sorted(found.values(), key=lambda spelling: -len(spelling.text)))


def _text_spellings(secret: FoundSecret) -> Iterator[Spelling]:
    value, instead = secret.value, secret.placeholder
    if len(value) < MIN_ANYWHERE:
        return
    yield Spelling(secret.kind, value, instead, word=len(value) < _MIN_PLAIN)
    for make in (bytes.hex, _upper_hex):
        if 2 * len(value) >= _MIN_CODED:
            yield Spelling(secret.kind, make(value).encode(), make(instead).encode())
    for shift in range(3):
        coded = _base64_core(value, shift)
        if len(coded) >= _MIN_CODED:
            made = _base64_core(instead, shift)
            yield Spelling(secret.kind, coded, made)
            yield Spelling(secret.kind, _url_safe(coded), _url_safe(made))
    yield from _wide_and_escaped(secret)


def _wide_and_escaped(secret: FoundSecret) -> Iterator[Spelling]:
    try:
        text = secret.value.decode("utf-8")
    except UnicodeDecodeError:
        return
    if not text.isprintable():
        return
    marks = secret.placeholder.decode("ascii", "replace")
    for encoding in ("utf-16-le", "utf-16-be"):
        wide = text.encode(encoding)
        yield Spelling(secret.kind, wide, marks.encode(encoding)[: len(wide)])
    for ascii_only in (True, False):
        escaped = json.dumps(text, ensure_ascii=ascii_only)[1:-1].encode()
        yield Spelling(secret.kind, escaped, secret.placeholder.ljust(len(escaped), b"x"))


def _mac_spellings(secret: FoundSecret) -> Iterator[Spelling]:
    """The whole address in any byte order and notation; its device part only as text."""
    value, instead = secret.value, secret.placeholder
    yield Spelling(secret.kind, value, instead)
    yield Spelling(secret.kind, value[::-1], instead[::-1])
    # Related addresses (Bluetooth, the setup access point) differ in the last byte.
    yield Spelling(secret.kind, value[:5], instead[:5])
    yield Spelling(secret.kind, value[4::-1], instead[4::-1])
    for part in (slice(0, 6), slice(0, 5), slice(2, 6), slice(3, 6)):
        for separator in ("", ":", "-"):
            for make in (str.lower, str.upper):
                old = make(_hex(value[part], separator)).encode()
                new = make(_hex(instead[part], separator)).encode()
                yield Spelling(secret.kind, old, new, word=part == slice(3, 6) and not separator)


def _hex(data: bytes, separator: str) -> str:
    return data.hex(separator) if separator else data.hex()


def _upper_hex(data: bytes) -> str:
    return data.hex().upper()


def _base64_core(value: bytes, shift: int) -> bytes:
    """The base64 characters that depend on ``value`` alone when ``shift`` bytes precede it."""
    coded = base64.b64encode(bytes(shift) + value)
    first = -(-8 * shift // 6)
    last = 8 * (shift + len(value)) // 6
    return coded[first:last]


def _url_safe(coded: bytes) -> bytes:
    return coded.translate(bytes.maketrans(b"+/", b"-_"))
