"""The interface of the port that a served chip offers to another program."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Arrived:
    """Bytes the program sent.

    Attributes:
        data: The bytes.
        baud: The rate its end was set to; None if the port has no rate.
    """

    data: bytes
    baud: int | None


class PortEvent(Enum):
    """What else a program does with a port."""

    OPENED = "opened"
    RELEASED_RESET = "released reset"
    CLOSED = "closed"


class ServedPort(Protocol):
    """The port that another program opens.

    Attributes:
        name: What that program has to open.
    """

    name: str

    @property
    def is_open(self) -> bool:
        """Whether a program has it open."""
        ...

    @property
    def baud(self) -> int | None:
        """The rate its end is set to; None if the port has no rate and any will do."""
        ...

    def wait(self, seconds: float) -> None:
        """Wait until the program does something, ``seconds`` at most."""
        ...

    def take(self) -> list[Arrived | PortEvent]:
        """What the program did since the last call, in order."""
        ...

    def send(self, data: bytes) -> None:
        """Send bytes to the program; they are dropped if it has gone or does not read."""
        ...

    def close(self) -> None:
        """Close the port."""
        ...
