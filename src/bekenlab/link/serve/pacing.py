"""Device time and real time: how far a served chip may run.

*Paced*, a device second is a real second: a program sees the chip as slow as it is. Otherwise the
chip does what it was asked as fast as this computer can, and while nobody asks, its clock goes with
the real one: the boot window of a chip must not be over before a program has spoken. It stands
still while a request is half sent: how the system cuts what a program writes is no fault of the
line.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bekenlab.link.frames import LONG_REQUEST, REQUEST
from bekenlab.machine.line_rate import BITS_A_BYTE

if TYPE_CHECKING:
    from collections.abc import Callable

    from bekenlab.machine.wire import Sent, WireDevice

# Most real time before the program's end is looked after again.
_BUDGET = 0.004
# Device time, not paced: how long an answer may take, and what may follow one.
_LONGEST_ANSWER = 10.0
_AFTER_AN_ANSWER = 0.01
# Device time between two looks at the budget.
_STEP = 0.001
# Not paced, a chip that was reset waits this long in real time for the first byte, and one that was
# sent half a request for the rest.
_FIRST_BYTE = 1.0
_REST = 0.5
# Real time that is made up for at most, after this program or the computer was busy elsewhere.
_MOST_MISSED = 0.02
_MOST_BEHIND = 1.0


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
        self._paced = paced
        self._monotonic = monotonic
        self._seen = monotonic()
        self._due = chip.now
        self._answer_by: float | None = None
        self._answered = False
        self._hold_until = self._seen + _FIRST_BYTE
        self._request = bytearray()

    def feed(self, data: bytes, baud: int) -> None:
        """Put a program's bytes on the wire."""
        self._chip.feed(data, baud)
        self._request += data
        _drop_whole(self._request)
        self._hold_until = self._monotonic() + _REST if self._request else 0.0
        if self._answered and not self._paced:
            line_time = len(data) * BITS_A_BYTE / baud
            self._answer_by = self._chip.now + line_time + _LONGEST_ANSWER

    def reset(self) -> None:
        """Reset the chip."""
        self._chip.reset()
        self._answered = False
        self._answer_by = None
        self._due = self._chip.now
        self._request.clear()
        self._hold_until = self._monotonic() + _FIRST_BYTE

    def run(self) -> tuple[Sent, ...]:
        """Let time pass for a few real milliseconds at most; what the chip sent meanwhile."""
        began = self._monotonic()
        passed = min(began - self._seen, _MOST_MISSED)
        self._seen = began
        self.busy = False
        if self._paced:
            self._due = min(self._due + passed, self._chip.now + _MOST_BEHIND)
        elif began < self._hold_until:
            return ()
        else:
            self._due = self._chip.now + passed
        sent: list[Sent] = []
        while self._chip.now < (until := self._until()):
            if self._monotonic() - began > _BUDGET:
                self.busy = True
                break
            sent += self._advance(until)
        return tuple(sent)

    def _until(self) -> float:
        if self._answer_by is not None and self._chip.now >= self._answer_by:
            self._answer_by = None
        return self._due if self._answer_by is None else self._answer_by

    def _advance(self, until: float) -> tuple[Sent, ...]:
        sent = self._chip.advance(min(until, self._chip.now + _STEP))
        if sent:
            self._answered = True
            if self._answer_by is not None:
                self._answer_by = sent[-1].at + _AFTER_AN_ANSWER
        return sent


def _drop_whole(data: bytearray) -> None:
    """Leave only what may be the first part of a request."""
    while data and (size := _size(data)) <= len(data):
        del data[:size]


def _size(data: bytearray) -> int:
    """Bytes of the request at the start, as far as it is known; all, where there is none."""
    if data.startswith(LONG_REQUEST):
        head = len(LONG_REQUEST) + 2
        return head + int.from_bytes(data[len(LONG_REQUEST) : head], "little")
    if data.startswith(REQUEST):
        return len(REQUEST) + 1 + (data[len(REQUEST)] if len(data) > len(REQUEST) else 0)
    return len(REQUEST) if REQUEST.startswith(bytes(data)) else len(data)
