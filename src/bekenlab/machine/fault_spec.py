"""The syntax for faults: ``NAME[@N][:M][=VALUE]``, separated by commas.

``@N`` says where (what is counted depends on the fault), ``:M`` how many from there on, ``=VALUE``
how. N and M default to 1. Numbers may be hexadecimal (``0x40``).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from bekenlab.errors import UsageError

_NUMBER = r"0[xX][0-9a-fA-F]{1,16}|[0-9]{1,16}"
_TERM = re.compile(
    rf"(?P<name>[a-z-]+)(@(?P<at>{_NUMBER}))?(:(?P<count>[0-9]{{1,16}}))?(=(?P<value>.+))?"
)
_MOST = 100_000


@dataclass(frozen=True, slots=True)
class Term:
    """One requested fault.

    Attributes:
        name: For example ``"silence"``.
        at: Where it occurs.
        count: How many times it occurs, or how many bytes or requests it affects.
        value: Its value as text, or an empty string.
    """

    name: str
    at: int = 1
    count: int = 1
    value: str = ""

    @property
    def places(self) -> range:
        """Every position at which it occurs."""
        return range(self.at, self.at + self.count)

    def number(self, usual: float) -> float:
        """The value as a number, or ``usual`` if none was given.

        Raises:
            UsageError: Not a number, or negative.
        """
        if not self.value:
            return usual
        try:
            found = float(int(self.value, 16) if self.value[:2] == "0x" else self.value)
        except (ValueError, OverflowError):
            found = -1.0
        if not 0 <= found < float("inf"):
            raise UsageError(f"The fault {self.name} takes a number, not {self.value!r}.")
        return found


def parse_terms(text: str) -> tuple[Term, ...]:
    """Parse a list of faults; an empty text has none.

    Raises:
        UsageError: The syntax is wrong.
    """
    return tuple(_term(part.strip()) for part in text.split(",") if part.strip())


def unknown(name: str, known: tuple[str, ...]) -> UsageError:
    """The error for an unknown fault."""
    return UsageError(
        f"There is no fault called {name!r}.", hint="Faults: " + ", ".join(known) + ".", fault=name
    )


def _term(text: str) -> Term:
    found = _TERM.fullmatch(text)
    count = int(found["count"] or 1) if found else 0
    if found is None or not 0 < count <= _MOST:
        raise UsageError(
            f"{text!r} is not a fault.", hint="Write NAME, NAME@N, NAME@N:M or NAME@N=VALUE."
        )
    at = found["at"] or "1"
    place = int(at, 16 if at[:2].lower() == "0x" else 10)
    return Term(found["name"], place, count, found["value"] or "")
