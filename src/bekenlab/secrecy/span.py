"""The place, kind and encoding of a secret."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

Form = Literal["raw", "base64", "number"]


@dataclass(frozen=True, slots=True)
class SecretSpan:
    """A secret within a larger sequence of bytes.

    Attributes:
        start: Offset of the first byte.
        end: One past the last.
        kind: Kind of secret, e.g. ``"wifi-password"``; ``"other"`` if unknown.
        form: Its encoding: raw, base64, or a JSON number.
    """

    start: int
    end: int
    kind: str
    form: Form = "raw"

    def moved(self, by: int) -> SecretSpan:
        """Return the same secret ``by`` bytes further on."""
        return replace(self, start=self.start + by, end=self.end + by)
