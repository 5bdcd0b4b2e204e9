"""The checked parameters of a job request, and the task made from them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bekenlab.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bekenlab.web.manager import Work


@dataclass(frozen=True, slots=True)
class Task:
    """The work of a job.

    Attributes:
        title: Its object, for display: a file or port.
        work: The function that does it.
        port: The port it needs exclusively, or None.
        file: Id of the open file it is about, or None.
    """

    title: str
    work: Work
    port: str | None = None
    file: str | None = None


class Parameters:
    """A JSON object from an untrusted client.

    Args:
        values: The object.
    """

    def __init__(self, values: Mapping[str, Any]) -> None:
        self._values = values

    def text(self, name: str, default: str | None = None) -> str:
        """Read a text.

        Raises:
            UsageError: It is missing, or not a text.
        """
        value = self._values.get(name, default)
        if not isinstance(value, str):
            raise UsageError(f"{name} must be given as a text")
        return value

    def flag(self, name: str) -> bool:
        """Read a boolean; false if missing.

        Raises:
            UsageError: It is not a boolean.
        """
        value = self._values.get(name, False)
        if not isinstance(value, bool):
            raise UsageError(f"{name} must be true or false")
        return value

    def choices(self, name: str, allowed: Sequence[str]) -> frozenset[str]:
        """Read a list of allowed texts; empty if missing.

        Raises:
            UsageError: It is not a list, or holds something else.
        """
        value = self._values.get(name, [])
        if not isinstance(value, list) or any(each not in allowed for each in value):
            raise UsageError(f"{name} must be a list of: {', '.join(allowed)}")
        return frozenset(value)
