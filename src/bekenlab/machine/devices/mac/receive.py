"""The receive lists: headers, and buffers for what is received.

The hardware stays at the last descriptor that it has used, and goes on at the next one when
firmware has appended some. So the last buffer of a frame carries no data: firmware keeps it until
the next frame has one, and appends only the others.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

from bekenlab.machine.devices.base import bytes_of, int_of, ints_of
from bekenlab.machine.devices.mac.airtime import Rate
from bekenlab.machine.devices.mac.antenna import Received
from bekenlab.machine.devices.mac.keys import CCMP
from bekenlab.machine.devices.mac.memory import BadDescriptorError

if TYPE_CHECKING:
    from collections.abc import Callable

    from bekenlab.machine.devices.mac.keys import KeyMemory
    from bekenlab.machine.devices.mac.memory import Words

_HEADER, _PAYLOAD = 0xBAAD_F00D, 0xC0DE_DBAD
_HEADER_WORDS, _PAYLOAD_WORDS = 17, 5
_NEXT, _START, _END, _STATUS = 1, 2, 3, 16
_DONE, _GOOD, _GROUP_FRAME = 0x4000, 0x2000, 0x400
_KEY_VALID, _KEY_SHIFT = 1 << 25, 15
_NULL_KEY, _CCMP_GOOD = 0x10, 0x1C
_FILLED, _LAST = 2, 1
_MOST_WAITING = 16
_MOST_BUFFERS = 8
_PROTECTED = 0x40
_GROUP = 1
_OFDM_CODES = {4: 0xB, 5: 0xF, 6: 0xA, 7: 0xE, 8: 0x9, 9: 0xD, 10: 0x8, 11: 0xC}


class Receiver:
    """Writes frames into the lists that firmware has set up.

    Args:
        words: Memory.
        keys: The key memory.
        active: Tells whether the MAC is in its active state.
        done: Called after a frame was written.
    """

    def __init__(
        self,
        words: Words,
        keys: KeyMemory,
        active: Callable[[], bool],
        done: Callable[[], None],
    ) -> None:
        self._words = words
        self._keys = keys
        self._active = active
        self._done = done
        self._waiting: deque[Received] = deque()
        self.header = self.payload = 0
        self._header_used = self._payload_used = False

    def new_headers(self, address: int) -> None:
        """Start with a list of headers."""
        self.header, self._header_used = address, False

    def new_payloads(self, address: int) -> None:
        """Start with a list of buffers."""
        self.payload, self._payload_used = address, False

    def reset(self) -> None:
        """Forget everything."""
        self._waiting.clear()
        self.new_headers(0)
        self.new_payloads(0)

    def offer(self, received: Received) -> bool:
        """Take a frame; False if too many are waiting already, or nothing listens."""
        if not self._active() or len(self._waiting) >= _MOST_WAITING:
            return False
        self._waiting.append(received)
        self.pump()
        return True

    def pump(self) -> None:
        """Write waiting frames into memory, as far as there is room."""
        while self._waiting and self._active():
            try:
                if not self._store(self._waiting[0]):
                    return
            except BadDescriptorError:
                self.new_headers(0)
                self.new_payloads(0)
                return
            self._waiting.popleft()
            self._done()

    def _store(self, received: Received) -> bool:
        header = self._free_header()
        payload = self._following(self.payload, used=self._payload_used)
        if not header or not payload:
            return False
        buffers = self._buffers(payload, len(received.frame))
        if buffers is None:
            return False
        left = received.frame
        *filled, last = buffers
        for address, start, size in filled:
            self._words.put(start, left[:size])
            left = left[size:]
            self._set_status(address, _FILLED)
        self._set_status(last[0], _FILLED | _LAST)
        self._write_header(header, received, filled[0])
        self.header, self.payload = header, last[0]
        self._header_used = self._payload_used = True
        return True

    def _following(self, address: int, *, used: bool) -> int:
        """The descriptor to use next, or 0: the lists are as long as firmware has made them.

        Firmware appends buffers again as they are, so that their status says nothing.
        """
        return self._words.word(address + 4) if used and address else address

    def _free_header(self) -> int:
        header = self._following(self.header, used=self._header_used)
        if not header:
            return 0
        words = self._words.block(header, _HEADER_WORDS)
        if words[0] != _HEADER:
            raise BadDescriptorError
        return 0 if words[_STATUS] & _DONE else header

    def _buffers(self, address: int, length: int) -> list[tuple[int, int, int]] | None:
        """Enough buffers for a frame, and one more: address, first byte and size of each."""
        found: list[tuple[int, int, int]] = []
        room = 0
        while len(found) < _MOST_BUFFERS:
            pattern, following, start, end, _ = self._words.block(address, _PAYLOAD_WORDS)
            if pattern != _PAYLOAD or end < start:
                raise BadDescriptorError
            found.append((address, start, end + 1 - start))
            if room >= length:
                return found
            room += end + 1 - start
            if not following:
                return None
            address = following
        return None

    def _set_status(self, address: int, status: int) -> None:
        self._words.put(address + 16, status.to_bytes(2, "little"))

    def _write_header(self, header: int, received: Received, first: tuple[int, int, int]) -> None:
        payload, start, _ = first
        frame = received.frame
        length, vector = len(frame), _vector(received)
        self._words.set(header + 8, payload)
        self._words.set(header + 0x10, start, start + length - 1)
        self._words.put(header + 0x1C, length.to_bytes(2, "little"))
        self._words.set(header + 0x20, received.stamp & 0xFFFF_FFFF, received.stamp >> 32, *vector)
        self._words.set(header + 0x40, self._status(frame))

    def _status(self, frame: bytes) -> int:
        status = _DONE | _GOOD | (_GROUP_FRAME if frame[4] & _GROUP else 0)
        index = self._keys.station(frame[10:16])
        if index is not None:
            status |= _KEY_VALID | index << _KEY_SHIFT
        if frame[1] & _PROTECTED:
            known = index is not None and self._keys.entries[index].cipher == CCMP
            status |= _CCMP_GOOD if known else _NULL_KEY
        return status

    def save(self) -> list[object]:
        """Its state, for a snapshot."""
        used = [int(self._header_used), int(self._payload_used)]
        rows: list[object] = [[self.header, self.payload, *used]]
        for each in self._waiting:
            rate = each.rate
            numbers = [rate.index, int(rate.ht), int(rate.short_preamble), each.dbm, each.stamp]
            rows.append([each.frame, numbers])
        return rows

    def load(self, saved: object) -> None:
        """Restore what :meth:`save` returned."""
        if not isinstance(saved, list):
            raise TypeError("expected a list of frames")
        self.header, self.payload, *used = ints_of(saved[0])
        self._header_used, self._payload_used = (bool(each) for each in used)
        self._waiting.clear()
        for frame, numbers in saved[1:]:
            index, ht, short, dbm, stamp = ints_of(numbers)
            rate = Rate(index, bool(ht), bool(short))
            self._waiting.append(Received(bytes_of(frame), rate, int_of(dbm), stamp))


def _vector(received: Received) -> tuple[int, ...]:
    """The receive vector: length and rate, and the signal strength of each chain."""
    rate = received.rate
    code = _OFDM_CODES.get(rate.index, rate.index) if not rate.ht else 0xB
    strength = (received.dbm & 0xFF) * 0x0101_0101
    return (len(received.frame) & 0xFFF | code << 12, 0, strength, strength, 0, 0)
