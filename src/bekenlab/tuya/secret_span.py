"""Where secret bytes are, what they are, and how they are written there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Form = Literal["raw", "base64", "number"]


@dataclass(frozen=True, slots=True)
class SecretSpan:
    """Secret bytes inside other bytes.

    Attributes:
        start: Offset of the first byte.
        end: One past the last.
        kind: What it is, e.g. ``"wifi-password"``; ``"other"`` when nobody knows.
        form: How it is written there: as it is, as base64, or as a JSON number.
    """

    start: int
    end: int
    kind: str
    form: Form = "raw"
