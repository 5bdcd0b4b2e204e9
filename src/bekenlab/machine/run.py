"""Conditions that end a run, and its outcome."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from bekenlab.machine.pattern import BoundedSearch

if TYPE_CHECKING:
    from collections.abc import Callable

    from bekenlab.machine.serial import SerialPort

_WINDOW = 8192
_SEEN_LIMIT = 4096
_VARIABLE = re.compile(rb"0x[0-9a-fA-F]+|[0-9]+|-?\d+")


class StopReason(StrEnum):
    """Why a run ended."""

    CONDITION = "condition"
    MATCH = "match"
    QUIET = "quiet"
    DEVICE_TIME = "device_time"
    WALL = "wall"
    BUDGET = "budget"
    FAULT = "fault"
    WATCHDOG = "watchdog"


@dataclass(frozen=True, slots=True)
class PinEdge:
    """A change of the level at a pin.

    Attributes:
        gpio: Number of the pin.
        level: The new level, 0 or 1.
    """

    gpio: int
    level: int


@dataclass(frozen=True, slots=True)
class Until:
    """When to stop; the first condition that holds wins. All limits count from the run's start.

    Attributes:
        match: Regular expression, searched in what UART2 prints during this run. A search for a
            text is bounded in time; a compiled one is trusted.
        condition: Called when UART2 has printed a line; True ends the run with ``condition``.
        pin: A change of level at a pin (reported as ``match``).
        device_seconds: Virtual time.
        instructions: Executed instructions.
        wall_seconds: Real time, checked between slices.
        quiet_seconds: Virtual time in which UART2 prints no new line; lines that differ only in
            their numbers count as the same.
        interrupted: Called between slices; True ends the run with ``wall``.
        afterwards: Called between slices: real seconds that the caller will need for what was
            printed so far, which count for ``wall_seconds``.
    """

    match: str | re.Pattern[bytes] | None = None
    condition: Callable[[], bool] | None = None
    pin: PinEdge | None = None
    device_seconds: float | None = None
    instructions: int | None = None
    wall_seconds: float | None = None
    quiet_seconds: float | None = None
    interrupted: Callable[[], bool] | None = None
    afterwards: Callable[[], float] | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """The outcome of a run.

    Attributes:
        reason: Why it ended.
        detail: For people: what matched, what failed and where, or what the code waited for.
        pc: The program counter at the end.
        device_seconds: Virtual time since the machine was built.
        instructions: Instructions since the machine was built.
        wall_seconds: Real time of this run.
        hangs: Whether the code was in a loop that only a reset can end.
    """

    reason: StopReason
    detail: str
    pc: int
    device_seconds: float
    instructions: int
    wall_seconds: float
    hangs: bool = False


class Novelty:
    """Detects when a log stops containing new lines."""

    def __init__(self) -> None:
        self._seen: set[bytes] = set()
        self._rest = b""

    def feed(self, data: bytes) -> bool:
        """Add bytes; return whether they complete a line of a new form."""
        *lines, self._rest = (self._rest + data).split(b"\n")
        self._rest = self._rest[-_WINDOW:]
        new = False
        for line in lines:
            shape = _VARIABLE.sub(b"#", line[:200])
            if shape not in self._seen and len(self._seen) < _SEEN_LIMIT:
                self._seen.add(shape)
                new = True
        return new


class Matcher:
    """Searches a growing log without rescanning all of it each time.

    Args:
        pattern: A user's expression as text, or one that is trusted.
        start: How much the port had sent when the run began.

    Raises:
        UsageError: The text is not an expression that can be searched for.
    """

    def __init__(self, pattern: str | re.Pattern[bytes], start: int) -> None:
        self._search = BoundedSearch(pattern)
        self._start = start

    def search(self, port: SerialPort, seconds: float) -> str | None:
        """The text that matched, looking back at most 8 KiB.

        Raises:
            UsageError: The search took longer than ``seconds``.
        """
        found = self._search.search(port.since(max(self._start, port.total - _WINDOW)), seconds)
        return None if found is None else found.decode("utf-8", "replace")

    def close(self) -> None:
        """No more is searched."""
        self._search.close()
