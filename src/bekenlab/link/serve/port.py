"""What a program's end of a served line must offer, whatever it is made of."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Arrived:
    """Bytes the program sent.

    Attributes:
        data: The bytes.
        baud: The rate its end was set to; None where the line has no rate.
    """

    data: bytes
    baud: int | None


class PortEvent(Enum):
    """What else a program does with a line."""

    OPENED = "opened"
    RELEASED_RESET = "released reset"
    CLOSED = "closed"


class ServedPort(Protocol):
    """The end of a line that another program uses.

    Attributes:
        name: What to tell that program to open.
    """

    name: str

    @property
    def is_open(self) -> bool:
        """Whether a program has it open."""
        ...

    @property
    def baud(self) -> int | None:
        """The rate its end is set to; None where the line has no rate and any will do."""
        ...

    def wait(self, seconds: float) -> None:
        """Return when the program did something, or after ``seconds``."""
        ...

    def take(self) -> list[Arrived | PortEvent]:
        """What the program did since the last call, in order."""
        ...

    def send(self, data: bytes) -> None:
        """Let the program read these bytes; they are dropped when it has gone or reads nothing."""
        ...

    def close(self) -> None:
        """End it."""
        ...
