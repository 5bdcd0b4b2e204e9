"""A virtual chip on which a configuration is tried: device time, log, and pins to read or drive."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bekenlab.image import read_image
from bekenlab.machine import FlashImage, Machine, StopReason, Until

if TYPE_CHECKING:
    from bekenlab.machine.devices.base import PwmState
    from bekenlab.machine.devices.gpio import PinState

# Real seconds for everything: a limit for far too slow computers, and for firmware that floods.
_WALL = 120.0
_MOST_EDGES = 50_000


@dataclass(frozen=True, slots=True)
class Mark:
    """A moment: the lengths of the log and of the list of edges."""

    log: int
    edges: int


class VirtualTarget:
    """Firmware running in the virtual chip.

    Args:
        flash: The chip's flash by physical address, configuration included.
        chip: Name of the chip.

    Attributes:
        crash: Why the firmware stopped, or an empty string.
    """

    def __init__(self, flash: bytes, chip: str) -> None:
        image = read_image(flash)
        self._machine = Machine.from_image(FlashImage(image.physical, image.logical), chip=chip)
        self._edges: list[tuple[int, int]] = []
        self._dropped = 0
        self._left = _WALL
        self._machine.listen_pins(self._pin_changed)
        self.crash = ""

    def _pin_changed(self, gpio: int, level: int) -> None:
        self._edges.append((gpio, level))
        if len(self._edges) >= 2 * _MOST_EDGES:
            del self._edges[:_MOST_EDGES]
            self._dropped += _MOST_EDGES

    @property
    def log(self) -> str:
        """The whole log."""
        return self._machine.log

    @property
    def seconds(self) -> float:
        """Device seconds since the start."""
        return self._machine.clock.seconds

    def mark(self) -> Mark:
        """The present moment."""
        return Mark(self._machine.uart2.total, self._dropped + len(self._edges))

    def log_since(self, mark: Mark) -> str:
        """The log since a mark."""
        return self._machine.uart2.since(mark.log).decode("utf-8", "replace")

    def levels_since(self, mark: Mark, gpio: int) -> list[int]:
        """The levels a pin has changed to since a mark, in order."""
        return [
            level for pin, level in self._edges[max(0, mark.edges - self._dropped) :] if pin == gpio
        ]

    def run(self, seconds: float) -> None:
        """Run for so many device seconds."""
        self._run(Until(device_seconds=seconds, wall_seconds=self._left))

    def run_until(self, pattern: str, seconds: float) -> bool:
        """Run until the log matches; False if it did not within so many device seconds."""
        wanted = re.compile(pattern.encode())
        return self._run(Until(match=wanted, device_seconds=seconds, wall_seconds=self._left))

    def _run(self, until: Until) -> bool:
        if self.crash:
            return False
        outcome = self._machine.run(until)
        self._left -= outcome.wall_seconds
        if outcome.reason in (StopReason.FAULT, StopReason.WATCHDOG):
            self.crash = outcome.detail or "the watchdog reset the chip"
        elif outcome.reason is StopReason.WALL:
            self.crash = f"the virtual chip needed more than {_WALL:.0f} s of real time"
        return outcome.reason is StopReason.MATCH

    def pin(self, gpio: int) -> PinState | None:
        """State of a pin; None if the chip does not have it."""
        pins = self._machine.pins()
        return pins[gpio] if gpio < len(pins) else None

    def pwm(self, gpio: int) -> PwmState | None:
        """The PWM signal of a pin, or None."""
        return self._machine.pwm(gpio)

    def drive(self, gpio: int, level: int | None) -> None:
        """Drive a pin from outside; None releases it."""
        self._machine.drive(gpio, level)
