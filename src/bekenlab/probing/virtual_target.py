"""A virtual chip on which a configuration is tried: time, log, pins, and a finger for buttons."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bekenlab.image import read_image
from bekenlab.machine import FlashImage, Machine, StopReason, Until

if TYPE_CHECKING:
    from bekenlab.machine.devices.base import PwmState
    from bekenlab.machine.devices.gpio import PinState

_WALL = 120.0  # seconds; only against a computer that is far too slow


@dataclass(frozen=True, slots=True)
class Mark:
    """A moment: how much of the log and of the pins' changes were there."""

    log: int
    edges: int


class VirtualTarget:
    """Firmware running in the virtual chip.

    Args:
        flash: What the chip holds, physical addresses, configuration included.
        chip: Name of the chip.

    Attributes:
        crash: Why the firmware stopped, or an empty string.
    """

    def __init__(self, flash: bytes, chip: str) -> None:
        image = read_image(flash)
        self._machine = Machine.from_image(FlashImage(image.physical, image.logical), chip=chip)
        self._edges: list[tuple[int, int]] = []
        self._machine.listen_pins(lambda gpio, level: self._edges.append((gpio, level)))
        self.crash = ""

    @property
    def log(self) -> str:
        """All that was printed."""
        return self._machine.log

    @property
    def seconds(self) -> float:
        """Device seconds since the start."""
        return self._machine.clock.seconds

    def mark(self) -> Mark:
        """This moment."""
        return Mark(len(self._machine.uart2.sent), len(self._edges))

    def log_since(self, mark: Mark) -> str:
        """What was printed since."""
        return self._machine.uart2.sent[mark.log :].decode("utf-8", "replace")

    def levels_since(self, mark: Mark, gpio: int) -> list[int]:
        """The levels a pin has taken since, in order."""
        return [level for pin, level in self._edges[mark.edges :] if pin == gpio]

    def run(self, seconds: float) -> None:
        """Let device time pass."""
        self._run(Until(device_seconds=seconds, wall_seconds=_WALL))

    def run_until(self, pattern: str, seconds: float) -> bool:
        """Run until the log says something; False when it did not within so much device time."""
        return self._run(Until(match=pattern, device_seconds=seconds, wall_seconds=_WALL))

    def _run(self, until: Until) -> bool:
        if self.crash:
            return False
        outcome = self._machine.run(until)
        if outcome.reason in (StopReason.FAULT, StopReason.WATCHDOG):
            self.crash = outcome.detail or "the watchdog reset the chip"
        return outcome.reason is StopReason.MATCH

    def pin(self, gpio: int) -> PinState | None:
        """A pin as it is; None for one the chip does not have."""
        pins = self._machine.pins()
        return pins[gpio] if gpio < len(pins) else None

    def pwm(self, gpio: int) -> PwmState | None:
        """The PWM at a pin, or None."""
        return self._machine.pwm(gpio)

    def drive(self, gpio: int, level: int | None) -> None:
        """Connect a pin from outside; None lets go."""
        self._machine.drive(gpio, level)
