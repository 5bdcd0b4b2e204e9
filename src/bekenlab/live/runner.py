"""Runs a live chip in the air for whoever waits for it, e.g. a client of its network."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bekenlab.errors import BootFailedError

if TYPE_CHECKING:
    from collections.abc import Callable

    from bekenlab.live.chip import LiveChip
    from bekenlab.machine.air import Air

_MILLION = 1_000_000
_STEP = 0.02


class ChipRunner:
    """Lets virtual time pass, across restarts of the chip.

    Args:
        chip: The chip.
        air: The air it is in.
    """

    def __init__(self, chip: LiveChip, air: Air) -> None:
        self._chip = chip
        self._air = air

    @property
    def seconds(self) -> float:
        """Time of the air, which goes on when the chip restarts."""
        return self._air.now / _MILLION

    def run(self, seconds: float) -> None:
        """Let time pass.

        Raises:
            BootFailedError: The chip cannot continue.
        """
        end = self.seconds + seconds
        while (left := end - self.seconds) > 0:
            if self._chip.stop is not None:
                raise BootFailedError(f"the chip stopped: {self._chip.stop.detail}")
            self._chip.run_to(self._chip.tick + max(1, self._chip.ticks(left)))

    def run_until(self, holds: Callable[[], bool], seconds: float) -> bool:
        """Let time pass until something holds; False if it does not in that time."""
        end = self.seconds + seconds
        while not holds():
            if self.seconds >= end:
                return False
            self.run(_STEP)
        return True
