"""When a run ends, and what it came to."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

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
    """The level at a pin changing to another.

    Attributes:
        gpio: Number.
        level: 0 or 1.
    """

    gpio: int
    level: int


@dataclass(frozen=True, slots=True)
class Until:
    """When to stop; the first condition that holds wins. All limits count from the run's start.

    Attributes:
        match: Regular expression to be found in what UART2 prints during this run.
        condition: Asked when UART2 has printed a line; True ends the run with ``condition``.
        pin: The level at this pin changes to this one (reported as ``match``).
        device_seconds: Virtual time.
        instructions: Executed instructions.
        wall_seconds: Real time, checked between slices.
        quiet_seconds: Virtual time in which UART2 prints no line it has not printed before;
            lines that differ in their numbers only count as the same.
        interrupted: Asked between slices; True ends the run with ``wall``.
    """

    match: str | re.Pattern[bytes] | None = None
    condition: Callable[[], bool] | None = None
    pin: PinEdge | None = None
    device_seconds: float | None = None
    instructions: int | None = None
    wall_seconds: float | None = None
    quiet_seconds: float | None = None
    interrupted: Callable[[], bool] | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a run came to.

    Attributes:
        reason: Why it ended.
        detail: For people: what matched, what failed and where, or what was waited for.
        pc: Where the processor stood.
        device_seconds: Virtual time since the machine was built.
        instructions: Instructions since the machine was built.
        wall_seconds: Real time of this run.
        hangs: Whether the code was in a loop that only a reset ends.
    """

    reason: StopReason
    detail: str
    pc: int
    device_seconds: float
    instructions: int
    wall_seconds: float
    hangs: bool = False


class Novelty:
    """Notices when a log stops saying anything new."""

    def __init__(self) -> None:
        self._seen: set[bytes] = set()
        self._rest = b""

    def feed(self, data: bytes) -> bool:
        """Whether these bytes complete a line of a new shape."""
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
    """Searches a growing log without searching all of it each time."""

    def __init__(self, pattern: str | re.Pattern[bytes], start: int) -> None:
        self._pattern = re.compile(pattern.encode()) if isinstance(pattern, str) else pattern
        self._start = start

    def search(self, log: bytearray) -> str | None:
        """The text that matched, looking back at most 8 KiB."""
        begin = max(self._start, len(log) - _WINDOW)
        found = self._pattern.search(bytes(log[begin:]))
        return found.group(0).decode("utf-8", "replace") if found else None
