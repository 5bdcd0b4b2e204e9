"""Device time and real time: how far a served chip may run.

*Paced*, a device second is a real second: a program sees the chip as slow as it is. Otherwise the
chip does what it was asked as fast as this computer can, and while nobody asks, its clock goes with
the real one: the boot window of a chip must not be over before a program has spoken.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bekenlab.machine.wire import PatientDevice

if TYPE_CHECKING:
    from collections.abc import Callable

    from bekenlab.machine.wire import Sent, WireDevice

_BITS_A_BYTE = 10
# Most real time before the program's end is looked after again.
_BUDGET = 0.004
# Device time, not paced: how long an answer may take, and what may follow one.
_LONGEST_ANSWER = 10.0
_AFTER_AN_ANSWER = 0.01
# Not paced, a chip that was reset waits this long in real time for the first byte.
_HOLD = 1.0
# Real time that is made up for at most, after this program or the computer was busy elsewhere.
_MOST_BEHIND = {True: 1.0, False: 0.02}


class Pacer:
    """Lets a chip's time pass as far as real time, or the wish to be quick, allows.

    Args:
        chip: The chip.
        paced: Whether a device second is a real second.
        monotonic: Real time in seconds.

    Attributes:
        busy: Whether there is more to do at once.
    """

    def __init__(self, chip: WireDevice, *, paced: bool, monotonic: Callable[[], float]) -> None:
        self.busy = False
        self._chip = chip
        self._patient = chip if isinstance(chip, PatientDevice) else None
        self._paced = paced
        self._monotonic = monotonic
        self._seen = monotonic()
        self._due = chip.now
        self._answer_by: float | None = None
        self._answered = False
        self._hold_until = self._seen + _HOLD

    def feed(self, data: bytes, baud: int) -> None:
        """Put a program's bytes on the wire."""
        self._hold_until = 0.0
        self._chip.feed(data, baud)
        if self._answered and not self._paced:
            line_time = len(data) * _BITS_A_BYTE / baud
            self._answer_by = max(self._chip.now, self._due) + line_time + _LONGEST_ANSWER

    def reset(self) -> None:
        """Reset the chip."""
        self._chip.reset()
        self._answered = False
        self._answer_by = None
        self._due = self._chip.now
        self._hold_until = self._monotonic() + _HOLD

    def run(self) -> tuple[Sent, ...]:
        """Let time pass for a few real milliseconds at most; what the chip sent meanwhile."""
        began = self._monotonic()
        passed = min(began - self._seen, _MOST_BEHIND[self._paced])
        self._seen = began
        self.busy = False
        if not self._paced and began < self._hold_until:
            return ()
        self._due = max(self._due + passed, self._chip.now - _MOST_BEHIND[self._paced])
        sent: list[Sent] = []
        while self._chip.now < self._until():
            if self._monotonic() - began > _BUDGET:
                self.busy = True
                break
            sent += self._advanced()
        return tuple(sent)

    def _until(self) -> float:
        if self._answer_by is None or (self._patient and self._patient.receiving):
            return self._due
        if self._chip.now >= self._answer_by:
            self._answer_by = None
            self._due = self._chip.now
            return self._due
        return self._answer_by

    def _advanced(self) -> tuple[Sent, ...]:
        # In small steps, so that a chip with nothing to say does not use up the budget at once.
        step = min(self._until(), self._chip.now + _AFTER_AN_ANSWER / 10)
        sent = self._chip.advance(step)
        if sent:
            self._answered = True
            if self._answer_by is not None:
                self._answer_by = sent[-1].at + _AFTER_AN_ANSWER
        return sent
