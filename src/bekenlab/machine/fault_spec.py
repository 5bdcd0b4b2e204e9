"""The text that asks for faults: ``NAME[@N][:M][=VALUE]``, several with commas between.

``@N`` says where (what is counted depends on the fault), ``:M`` how many from there on, ``=VALUE``
how. Left out, both numbers are 1. Numbers may be hexadecimal (``0x40``).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from bekenlab.errors import UsageError

_NUMBER = r"0[xX][0-9a-fA-F]+|\d+"
_TERM = re.compile(rf"(?P<name>[a-z-]+)(@(?P<at>{_NUMBER}))?(:(?P<count>\d+))?(=(?P<value>.+))?")
_MOST = 100_000


@dataclass(frozen=True, slots=True)
class Term:
    """One fault asked for.

    Attributes:
        name: Which, e.g. ``"silence"``.
        at: Where it happens.
        count: How many times, or for how many.
        value: How, or an empty string.
    """

    name: str
    at: int = 1
    count: int = 1
    value: str = ""

    @property
    def places(self) -> range:
        """Every place it happens at."""
        return range(self.at, self.at + self.count)

    def number(self, usual: float) -> float:
        """The value as a number, ``usual`` if there is none.

        Raises:
            UsageError: It is no number, or not above zero.
        """
        if not self.value:
            return usual
        try:
            found = float(int(self.value, 16) if self.value[:2] == "0x" else self.value)
        except ValueError:
            found = -1.0
        if not 0 <= found < float("inf"):
            raise UsageError(f"The fault {self.name} takes a number, not {self.value!r}.")
        return found


def parse_terms(text: str) -> tuple[Term, ...]:
    """Read a list of faults; an empty text has none.

    Raises:
        UsageError: It is not written as described above.
    """
    return tuple(_term(part.strip()) for part in text.split(",") if part.strip())


def unknown(name: str, known: tuple[str, ...]) -> UsageError:
    """The error for a fault that nobody knows."""
    return UsageError(
        f"There is no fault called {name!r}.", hint="Faults: " + ", ".join(known) + ".", fault=name
    )


def _term(text: str) -> Term:
    found = _TERM.fullmatch(text)
    count = int(found["count"] or 1) if found else 0
    if found is None or not 0 < count <= _MOST:
        raise UsageError(
            f"{text!r} is no fault.", hint="Write NAME, NAME@N, NAME@N:M or NAME@N=VALUE."
        )
    return Term(found["name"], int(found["at"] or "1", 0), count, found["value"] or "")
