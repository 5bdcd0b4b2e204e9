"""What a page asks for, checked; and what becomes of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bekenlab.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bekenlab.web.manager import Work


@dataclass(frozen=True, slots=True)
class Task:
    """Work to be done.

    Attributes:
        title: What it is done to, for a person.
        work: Does it.
        port: The port it needs for itself, or None.
    """

    title: str
    work: Work
    port: str | None = None


class Parameters:
    """A JSON object from somebody we do not know.

    Args:
        values: The object.
    """

    def __init__(self, values: Mapping[str, Any]) -> None:
        self._values = values

    def text(self, name: str, default: str | None = None) -> str:
        """A text.

        Raises:
            UsageError: It is missing, or no text.
        """
        value = self._values.get(name, default)
        if not isinstance(value, str):
            raise UsageError(f"{name} must be given, as a text")
        return value

    def flag(self, name: str) -> bool:
        """True or false; false where it is missing.

        Raises:
            UsageError: It is neither.
        """
        value = self._values.get(name, False)
        if not isinstance(value, bool):
            raise UsageError(f"{name} must be true or false")
        return value

    def choices(self, name: str, allowed: Sequence[str]) -> frozenset[str]:
        """Some of the allowed texts; none where it is missing.

        Raises:
            UsageError: It is no list of them.
        """
        value = self._values.get(name, [])
        if not isinstance(value, list) or any(each not in allowed for each in value):
            raise UsageError(f"{name} must be a list of: {', '.join(allowed)}")
        return frozenset(value)
