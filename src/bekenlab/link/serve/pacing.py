"""Relates device time to real time: how far a served chip may run.

*Paced*, a device second is a real second: a program sees the chip at its true speed. Otherwise the
chip carries out requests as fast as this computer can, and follows the real clock while there are
none. Its clock stops while a request is incomplete, since the operating system may split what a
program writes.

In both modes a chip tolerates a slow program for a second. Some loaders listen only for
milliseconds after a reset and give up on a host that is silent for a tenth of a second, as a
program on a busy computer may be. So until the chip has answered once, its clock only advances with
what the program sends; after that it runs slowly while there is no request.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bekenlab.chips import BITS_PER_BYTE
from bekenlab.link.commands import link_check
from bekenlab.link.frames import LONG_REQUEST, REQUEST, FrameReader

if TYPE_CHECKING:
    from collections.abc import Callable

    from bekenlab.machine.wire import Sent, WireDevice

# Most real time before the program's end is served again.
_BUDGET = 0.004
# Device time, not paced: how long an answer may take, and how long the chip runs on after one.
_LONGEST_ANSWER = 10.0
_AFTER_AN_ANSWER = 0.01
# Device time between two checks of the budget.
_STEP = 0.001
# Not paced, a chip waits this long in real time for the rest of an incomplete request.
_REST = 0.5
# Real time in which a chip tolerates a slow program, after a reset and after each byte either way.
_PATIENCE = 1.0
_PATIENT_SPEED = 0.05
# Device time granted after what a program sends, before the chip has answered: enough for the
# answer to a link check, so that the program need not send another one.
_PAUSE = 0.0015
# Bytes beyond this many on their way to the chip are lost, as in an adapter's buffer.
_MOST_ON_THE_WAY = 1 << 16
# Most real time to catch up on after this process or the computer was busy.
_MOST_MISSED = 0.02
_MOST_BEHIND = 1.0

_LINK_CHECK = link_check().raw


class Pacer:
    """Advances a chip's time, paced by real time or as fast as possible.

    Args:
        chip: The chip.
        paced: Whether a device second is a real second.
        monotonic: Real time in seconds.

    Attributes:
        busy: Whether there is more to do immediately.
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
        self._hold_until = 0.0
        self._request = bytearray()
        self._replies = FrameReader()
        self._owed = 0
        self._last_sent = chip.now
        self._granted = self._arrives = chip.now
        self._reset_at = self._seen
        self._patient_until = self._seen + _PATIENCE

    def feed(self, data: bytes, baud: int) -> None:
        """Put a program's bytes on the wire."""
        if data and not self._answered and not data.replace(_LINK_CHECK, b""):
            # A program repeats link checks until one is answered. It would not have sent so many
            # to a real chip: they piled up while this computer was busy.
            if self._granted > self._chip.now:
                return
            data = _LINK_CHECK
        line_time = len(data) * BITS_PER_BYTE / baud
        if (self._arrives - self._chip.now) * baud > _MOST_ON_THE_WAY * BITS_PER_BYTE:
            return
        self._arrives = max(self._arrives, self._chip.now) + line_time
        self._chip.feed(data, baud)
        self._request += data
        self._owed += _drop_whole(self._request)
        now = self._monotonic()
        self._granted = max(self._granted, self._chip.now) + line_time + _PAUSE
        self._hold_until = now + _REST if self._request else 0.0
        self._patient_until = now + _PATIENCE
        if self._answered and not self._paced:
            self._answer_by = self._chip.now + line_time + _LONGEST_ANSWER

    def reset(self) -> None:
        """Reset the chip."""
        self._chip.reset()
        self._answered = False
        self._answer_by = None
        self._due = self._chip.now
        self._request.clear()
        self._replies.clear()
        self._owed = 0
        self._hold_until = 0.0
        self._granted = self._last_sent = self._arrives = self._chip.now
        self._reset_at = self._monotonic()

    def run(self) -> tuple[Sent, ...]:
        """Run for at most a few real milliseconds; return what the chip sent."""
        began = self._monotonic()
        passed = min(began - self._seen, _MOST_MISSED)
        self._seen = began
        self.busy = False
        if not self._answered and began < self._reset_at + _PATIENCE:
            self._due = self._granted
        elif self._paced:
            due = self._due + passed * self._speed(began)
            self._due = min(due, self._chip.now + _MOST_BEHIND)
        elif began < self._hold_until:
            return ()
        else:
            self._due = self._chip.now + passed * self._speed(began)
        sent: list[Sent] = []
        while self._chip.now < (until := self._until()):
            if self._monotonic() - began > _BUDGET:
                self.busy = True
                break
            sent += self._advance(until)
        return tuple(sent)

    def _speed(self, now: float) -> float:
        """Device seconds per real second."""
        quiet = self._chip.now > self._last_sent + _AFTER_AN_ANSWER
        waits = self._answered and quiet and not self._owed
        return _PATIENT_SPEED if waits and now < self._patient_until else 1.0

    def _until(self) -> float:
        if self._answer_by is not None and self._chip.now >= self._answer_by:
            self._answer_by = None
            self._owed = 0
        return self._due if self._answer_by is None else self._answer_by

    def _advance(self, until: float) -> tuple[Sent, ...]:
        sent = self._chip.advance(min(until, self._chip.now + _STEP))
        if sent:
            if not self._answered:
                self._owed = 0  # some of what was sent before arrived too early
            self._answered = True
            self._last_sent = sent[-1].at
            replies = sum(len(self._replies.feed(piece.data)) for piece in sent)
            self._owed = max(0, self._owed - replies)
            self._patient_until = self._monotonic() + _PATIENCE
            if self._answer_by is not None:
                self._answer_by = sent[-1].at + _AFTER_AN_ANSWER
        return sent


def _drop_whole(data: bytearray) -> int:
    """Remove complete requests and return their number; keep what may be the start of another."""
    count = 0
    while data and (size := _size(data)) <= len(data):
        count += data.startswith(REQUEST)
        del data[:size]
    return count


def _size(data: bytearray) -> int:
    """Size of the request at the start, as far as known; without a request, that of all data."""
    if data.startswith(LONG_REQUEST):
        head = len(LONG_REQUEST) + 2
        return head + int.from_bytes(data[len(LONG_REQUEST) : head], "little")
    if data.startswith(REQUEST):
        return len(REQUEST) + 1 + (data[len(REQUEST)] if len(data) > len(REQUEST) else 0)
    return len(REQUEST) if REQUEST.startswith(bytes(data)) else len(data)
