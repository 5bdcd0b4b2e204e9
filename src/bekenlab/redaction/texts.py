"""Finds secrets in bytes of no known format: random-looking strings."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from bekenlab.secrecy.span import SecretSpan

if TYPE_CHECKING:
    from collections.abc import Iterator

# A separate C string: NULs or erased flash on both sides.
_ALONE = re.compile(rb"(?:(?<=[\x00\xff])|\A)([\x21-\x7e]{16,1024})(?=[\x00\xff]|\Z)")
_TOKEN = re.compile(rb"[A-Za-z0-9+/=_:.~-]+")
# No character can belong to two repetitions, or the time would double with each of them.
_HOST = re.compile(
    rb"(?:[a-z][a-z0-9]*:/+)?[a-z][a-z0-9-]*(?:\.[a-z0-9-]+)*\.[a-z]{2,}(?:[:/][\w./-]*)?",
    re.IGNORECASE,
)
_MIN_DIFFERENT = 8


def lone_token_spans(data: bytes) -> Iterator[SecretSpan]:
    """Yield texts that look like keys, ids or tokens: long, without blanks, letters and digits.

    For unknown firmware, so it errs on the side of redacting too much.
    """
    for match in _ALONE.finditer(data):
        text = match[1]
        mixed = any(48 <= c <= 57 for c in text) and any(c >= 65 for c in text)
        random = len(set(text)) >= _MIN_DIFFERENT and _TOKEN.fullmatch(text)
        if mixed and random and not _HOST.fullmatch(text):
            yield SecretSpan(*match.span(1), "other")
