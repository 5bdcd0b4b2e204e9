"""Runs live chips in the air for whoever waits for them, e.g. a client of their network."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bekenlab.errors import BootFailedError

if TYPE_CHECKING:
    from collections.abc import Callable

    from bekenlab.live.chip import LiveChip
    from bekenlab.machine.air import Air

_MILLION = 1_000_000
_STEP = 0.02
# Several chips take turns. None is ahead of another by more than this and a slice of its machine.
_TURN = 1000


class ChipRunner:
    """Lets virtual time pass, across restarts of the chip.

    Args:
        chip: The chip.
        air: The air it is in.
        others: The chips at places 1, 2 and so on in the same air.
    """

    def __init__(self, chip: LiveChip, air: Air, *others: LiveChip) -> None:
        self._chips = (chip, *others)
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
        end = self._air.now + round(seconds * _MILLION)
        while self._air.now < end:
            turn = end if len(self._chips) == 1 else min(end, self._air.now + _TURN)
            for place, chip in enumerate(self._chips):
                while (left := turn - self._air.time_of(place)) > 0:
                    if chip.stop is not None:
                        raise BootFailedError(f"the chip stopped: {chip.stop.detail}")
                    chip.run_to(chip.tick + max(1, chip.ticks(left / _MILLION)))

    def run_until(self, holds: Callable[[], bool], seconds: float) -> bool:
        """Let time pass until something holds; False if it does not in that time."""
        end = self.seconds + seconds
        while not holds():
            if self.seconds >= end:
                return False
            self.run(_STEP)
        return True
