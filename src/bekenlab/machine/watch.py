"""Decides between slices whether a run is over."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from bekenlab.machine.run import Matcher, Novelty, StopReason, Until

if TYPE_CHECKING:
    from collections.abc import Callable

    from bekenlab.machine.clock import Clock
    from bekenlab.machine.serial import SerialPort

_ANY_NUMBER = 1 << 32
_PATIENCE = 1.0


class Running(Protocol):
    """The parts of a machine needed to decide whether its run is over.

    Attributes:
        clock: Virtual time.
        uart2: The log port.
        monotonic: Real time in seconds.
        bitten: Whether the watchdog has expired; cleared when a run reports it.
    """

    clock: Clock
    uart2: SerialPort
    monotonic: Callable[[], float]
    bitten: bool

    @property
    def instructions(self) -> int:
        """Executed so far."""
        ...

    @property
    def asleep(self) -> bool:
        """Whether the chip is in deep sleep."""
        ...


class Watch:
    """Checks the conditions of one run between slices.

    Args:
        machine: The machine that runs.
        until: The conditions.
        started: Real time at the start, by the machine's ``monotonic``.

    Attributes:
        detail: What happened, once a condition holds.
    """

    def __init__(self, machine: Running, until: Until, started: float) -> None:
        self.detail = ""
        self._machine = machine
        self._until = until
        self._started = started
        self._first_instruction = machine.instructions
        self._first_tick = machine.clock.now
        self._news_tick = machine.clock.now
        self._novelty = Novelty()
        self._edge = False
        self._matcher = None
        if until.match is not None:
            self._matcher = Matcher(until.match, machine.uart2.total)
        self._deadline_tick = self._ticks(until.device_seconds)

    def _ticks(self, seconds: float | None) -> int | None:
        if seconds is None:
            return None
        return self._first_tick + round(seconds * self._machine.clock.hz)

    def pin_changed(self, gpio: int, level: int) -> None:
        """The level at a pin changed."""
        wanted = self._until.pin
        if wanted is not None and (gpio, level) == (wanted.gpio, wanted.level):
            self._edge = True

    def close(self) -> None:
        """The run is over."""
        if self._matcher is not None:
            self._matcher.close()

    def _patience(self) -> float:
        """Seconds that one search may take: the limit of real time is kept all the same."""
        wall = self._until.wall_seconds
        return _PATIENCE if wall is None else min(_PATIENCE, max(0.5, wall / 20))

    def budget(self) -> int:
        """Instructions left."""
        if self._until.instructions is None:
            return _ANY_NUMBER
        done = self._machine.instructions - self._first_instruction
        return max(1, self._until.instructions - done)

    def check(self) -> StopReason | None:
        """The reason to stop, if any."""
        machine, until = self._machine, self._until
        reason = self._output(machine.uart2.pump())
        if reason is not None:
            return reason
        if self._edge and until.pin is not None:
            self.detail = f"P{until.pin.gpio} became {until.pin.level}"
            return StopReason.MATCH
        if machine.bitten:
            machine.bitten = False
            return StopReason.WATCHDOG
        return self._limits()

    def _output(self, data: bytes) -> StopReason | None:
        if not data:
            return None
        if self._novelty.feed(data):
            self._news_tick = self._machine.clock.now
        if self._matcher is not None:
            found = self._matcher.search(self._machine.uart2, self._patience())
            if found is not None:
                self.detail = found
                return StopReason.MATCH
        condition = self._until.condition
        if condition is not None and b"\n" in data and condition():
            return StopReason.CONDITION
        return None

    def _limits(self) -> StopReason | None:
        machine, until = self._machine, self._until
        now = machine.clock.now
        if self._deadline_tick is not None and now >= self._deadline_tick:
            return StopReason.DEVICE_TIME
        if until.instructions is not None and (
            machine.instructions - self._first_instruction >= until.instructions
        ):
            return StopReason.BUDGET
        quiet = until.quiet_seconds
        if quiet is not None and now - self._news_tick >= quiet * machine.clock.hz:
            return StopReason.QUIET
        if until.device_seconds is None and machine.asleep and machine.clock.next() is None:
            self.detail = "in deep sleep until a pin wakes it"
            return StopReason.QUIET
        wall = until.wall_seconds
        later = until.afterwards() if until.afterwards is not None else 0.0
        if wall is not None and machine.monotonic() - self._started + later >= wall:
            return StopReason.WALL
        if until.interrupted is not None and until.interrupted():
            self.detail = "interrupted"
            return StopReason.WALL
        return None
