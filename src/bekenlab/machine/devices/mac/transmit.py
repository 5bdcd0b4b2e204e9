"""The five transmit queues: beacons and four access categories, one frame on air at a time.

A queue is a list of headers in memory. The hardware stops at the last one and remembers it, so that
firmware can append to the list and say "new tail".
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bekenlab.machine.devices.base import ints_of
from bekenlab.machine.devices.mac.airtime import FCS, Rate, exchange
from bekenlab.machine.devices.mac.memory import BadDescriptorError

if TYPE_CHECKING:
    from collections.abc import Callable

    from bekenlab.machine.clock import Clock
    from bekenlab.machine.devices.mac.antenna import Antenna
    from bekenlab.machine.devices.mac.memory import Words

QUEUES = 5
_BEACONS = 0
#: Queues by priority: beacons, then AC3 to AC0.
_ORDER = (0, 4, 3, 2, 1)
_HEADER, _PAYLOAD = 0xCAFE_BABE, 0xCAFE_FADE
_HEADER_WORDS = 16
_NEXT, _NEXT_MPDU, _FIRST_PAYLOAD, _START, _END, _POLICY, _CONTROL2 = 1, 2, 3, 4, 5, 9, 14
_STATUS_OFFSET, _PAYLOAD_CONTROL_OFFSET = 0x3C, 0x10
_DONE, _SUCCESS, _RETRY_LIMIT = 1 << 31, 1 << 23, 1 << 16
_AGGREGATE = 1 << 21
_RATE_OFFSET = 0x14
_HT_FORMATS = {2, 3}
_MOST_PAYLOADS = 16
_LONGEST = 4096
_MICROSECONDS = 1_000_000
_GROUP = 1


@dataclass(slots=True)
class _Queue:
    """A queue: the header it is at, and whether that header still has to be sent."""

    header: int = 0
    waiting: bool = False


class Transmitter:
    """Sends what is queued.

    Args:
        name: Name of its deadline.
        clock: Virtual time.
        words: Memory.
        active: Tells whether the MAC is in its active state.
        done: Called with the number of a queue (0 is the beacon's) after each frame.
    """

    def __init__(
        self,
        name: str,
        clock: Clock,
        words: Words,
        active: Callable[[], bool],
        done: Callable[[int], None],
    ) -> None:
        self.antenna: Antenna | None = None
        self._name = name
        self._clock = clock
        self._words = words
        self._active = active
        self._done = done
        self._queues = [_Queue() for _ in range(QUEUES)]
        self._sending: int | None = None
        clock.handle(name, self._sent)

    def reset(self) -> None:
        """Forget everything."""
        self._queues = [_Queue() for _ in range(QUEUES)]
        self._sending = None
        self._clock.cancel(self._name)

    def header(self, queue: int) -> int:
        """The header a queue is at."""
        return self._queues[queue].header

    def new_head(self, queue: int, header: int) -> None:
        """Start a queue with a list of headers."""
        self._queues[queue] = _Queue(header, header != 0)

    def new_tail(self, queue: int) -> None:
        """Headers were appended."""
        if not self._queues[queue].waiting:
            self._advance(queue)

    def start(self) -> None:
        """Begin to send the most urgent frame, unless one is being sent."""
        while self._sending is None and self._active() and self.antenna is not None:
            queue = next((n for n in _ORDER if self._queues[n].waiting), None)
            if queue is None:
                return
            try:
                frame, rate = self._frame(self._queues[queue].header)
            except BadDescriptorError:
                self._queues[queue].waiting = False
                continue
            self._sending = queue
            acknowledged = not frame[4] & _GROUP
            busy = exchange(rate, len(frame) + FCS, acknowledged=acknowledged)
            ahead = self.antenna.reserve(busy)
            self._clock.after(self._name, ahead * self._clock.hz // _MICROSECONDS)

    def _sent(self, _due: int) -> None:
        queue, self._sending = self._sending, None
        if queue is None or self.antenna is None:
            return
        header = self._queues[queue].header
        try:
            frame, rate = self._frame(header)
            aggregate = self._words.word(header + 4 * _CONTROL2) & _AGGREGATE
            # Nobody here agreed to aggregation (see machine.air), and what is not expected is lost.
            heard = not aggregate and self.antenna.transmit(frame, rate)
            self._mark(header, heard=heard or bool(frame[4] & _GROUP))
        except BadDescriptorError:
            self._queues[queue].waiting = False
        else:
            self._advance(queue)
            self._done(queue)
        self.start()

    def _advance(self, queue: int) -> None:
        """Go on to the next header of the list, or wait at the last one."""
        place = self._queues[queue]
        place.waiting = False
        if not place.header:
            return
        try:
            following = self._words.block(place.header, 2)[_NEXT]
        except BadDescriptorError:
            return
        if following:
            self._queues[queue] = _Queue(following, waiting=True)

    def _mark(self, header: int, *, heard: bool) -> None:
        status = _DONE | (_SUCCESS if heard else _RETRY_LIMIT)
        payload = self._words.word(header + 4 * _FIRST_PAYLOAD)
        for _ in range(_MOST_PAYLOADS):
            if not payload:
                break
            control = payload + _PAYLOAD_CONTROL_OFFSET
            self._words.set(control, self._words.word(control) | _DONE)
            payload = self._words.word(payload + 4)
        self._words.set(header + _STATUS_OFFSET, status)

    def _frame(self, header: int) -> tuple[bytes, Rate]:
        words = self._words.block(header, _HEADER_WORDS)
        if words[0] != _HEADER:
            raise BadDescriptorError
        parts = [self._range(words[_START], words[_END])]
        payload = words[_FIRST_PAYLOAD]
        for _ in range(_MOST_PAYLOADS):
            if not payload:
                break
            pattern, following, start, end = self._words.block(payload, 4)
            if pattern != _PAYLOAD:
                raise BadDescriptorError
            parts.append(self._range(start, end))
            payload = following
        frame = b"".join(parts)
        if not 10 <= len(frame) <= _LONGEST:
            raise BadDescriptorError
        return frame, self._rate(words[_POLICY])

    def _range(self, start: int, end: int) -> bytes:
        """From the first byte to the last; empty for an empty buffer."""
        if end + 1 == start or not start:
            return b""
        if not 0 < end + 1 - start <= _LONGEST:
            raise BadDescriptorError
        return self._words.data(start, end + 1 - start)

    def _rate(self, policy: int) -> Rate:
        control = self._words.word(policy + _RATE_OFFSET) if policy else 0
        ht = control >> 11 & 7 in _HT_FORMATS
        index = control & 7 if ht else min(control & 0x7F, 11)
        return Rate(index, ht=ht, short_preamble=not control >> 10 & 1)

    def save(self) -> list[int]:
        """Its state, for a snapshot."""
        saved = [-1 if self._sending is None else self._sending]
        for queue in self._queues:
            saved += [queue.header, int(queue.waiting)]
        return saved

    def load(self, saved: object) -> None:
        """Restore what :meth:`save` returned."""
        sending, *rest = ints_of(saved)
        self._sending = None if sending < 0 else sending
        pairs = zip(rest[::2], rest[1::2], strict=True)
        self._queues = [_Queue(header, bool(waiting)) for header, waiting in pairs]
