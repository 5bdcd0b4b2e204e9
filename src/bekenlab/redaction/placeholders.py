"""Numbered placeholders that replace secrets: same length, same kind of characters.

``REDACTED01xxxxxx`` for a text of sixteen characters, ``facade010000`` for hexadecimal digits,
``900001`` for digits. The first three bytes of a MAC address are kept. Numbers follow the order in
which secrets are found, so the same dump always gets the same placeholders.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

_SHAPES = tuple(
    re.compile(shape)
    for shape in (
        rb"REDACTED\d{2,4}(?:x*|A*=*)|(?:R|RE|RED|REDA|REDAC|REDACT|REDACTE)\d{2,4}=*",
        rb"redacted\d{2,4}x*|(?:r|re|red|reda|redac|redact|redacte)\d{2,4}",
        rb"facade\d{2,4}0*|facad?\d\d|FACADE\d{2,4}0*|FACAD?\d\d",
        rb"9|90|900|9000|90000|900+\d{2,4}",
    )
)
_HEX_VALUE = re.compile(rb"[0-9a-f]{6,}|[0-9A-F]{6,}")
_LOWER_VALUE = re.compile(rb"[0-9a-z]+")
_BASE64_VALUE = re.compile(rb"[0-9A-Za-z+/]{6,}={1,2}")
_SHORT = 2
_SHORT_NUMBER = 5
_MAC_TAIL = 3
_TAIL = b"FADE"  # for the last two bytes, in hexadecimal digits
_MAX_MAC_NUMBER = 4  # of the middle byte of the tail: 1,023 addresses


@dataclass(frozen=True, slots=True)
class FoundSecret:
    """A secret and its placeholder; both have the same length.

    Attributes:
        kind: What it is, e.g. ``"wifi-password"``.
        value: The secret, decoded.
        placeholder: What replaces it.
        number: Its running number, from 1, in the order found.
    """

    kind: str
    value: bytes = field(repr=False)
    placeholder: bytes
    number: int


@dataclass(slots=True)
class FoundSecrets:
    """All secrets of a dump, each with the placeholder it was given when first seen."""

    by_value: dict[bytes, FoundSecret] = field(default_factory=dict)

    def placeholder(self, kind: str, value: bytes) -> bytes:
        """Return the placeholder of a secret; a placeholder is returned unchanged."""
        return value if is_placeholder(kind, value) else self._found(kind, value).placeholder

    def escaped_placeholder(self, kind: str, value: bytes, stored: bytes) -> bytes:
        """Return the placeholder of a secret that is longer as it is stored, with escapes."""
        made = self.placeholder(kind, value).ljust(len(stored), b"x")
        if is_placeholder(kind, made):
            return made
        # Padded, a short placeholder or one of digits would be taken for a secret the next time.
        return make_placeholder(kind, stored, self._found(kind, value).number)

    def _found(self, kind: str, value: bytes) -> FoundSecret:
        known = self.by_value.get(value)
        if known is None:
            number = len(self.by_value) + 1
            made = make_placeholder(kind, value, number)
            known = self.by_value[value] = FoundSecret(kind, value, made, number)
        return known


def is_placeholder(kind: str, value: bytes) -> bool:
    """Whether a value is a placeholder already, or blank, so that there is nothing to hide."""
    if not value.strip(b"\x00\xff"):
        return True
    if kind == "mac" and len(value) == 2 * _MAC_TAIL:
        return value[_MAC_TAIL] == 0 and value[_MAC_TAIL + 1] < _MAX_MAC_NUMBER
    if kind == "mac" and len(value) == len(_TAIL):
        return value.upper() == _TAIL
    if len(value) <= _SHORT:
        return value == b"RE"[: len(value)]
    return any(shape.fullmatch(value) for shape in _SHAPES)


def make_placeholder(kind: str, value: bytes, number: int) -> bytes:
    """Return the placeholder of a secret with a running number, up to 9,999."""
    size = len(value)
    if kind == "mac" and size == 2 * _MAC_TAIL:
        return value[:_MAC_TAIL] + number.to_bytes(_MAC_TAIL, "big")
    if kind == "mac" and size == len(_TAIL):
        return _TAIL.lower() if value.islower() else _TAIL
    if size <= _SHORT:
        return b"RE"[:size]
    digits = f"{number:02}".encode()[-size + 1 :]
    if value.isdigit():
        # With a running number in it, a short number could be somebody's real one.
        return b"90000"[:size] if size <= _SHORT_NUMBER else b"9" + digits.rjust(size - 1, b"0")
    if _HEX_VALUE.fullmatch(value):
        made = (b"facade"[: size - len(digits)] + digits).ljust(size, b"0")
        return made.upper() if value == value.upper() else made
    if _BASE64_VALUE.fullmatch(value):
        equals = size - len(value.rstrip(b"="))
        body = b"REDACTED"[: size - equals - len(digits)] + digits
        return body.ljust(size - equals, b"A") + b"=" * equals
    word = b"redacted" if _LOWER_VALUE.fullmatch(value) else b"REDACTED"
    return (word[: size - len(digits)] + digits).ljust(size, b"x")
