"""The MAC as a device: registers, states, and the interrupts of its parts.

The timers let a Wi-Fi scan end, which many firmwares wait for before they set up their pins.
Firmware of BK7231Q starts its scan only after the idle interrupt: it writes the state that it wants
(bits 7:4 of STATE), finally idle, and waits until the MAC reports that state. Other firmwares reset
the MAC if that takes too long.

While no antenna is connected, registers of transmission and reception only store what is written.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bekenlab.machine.devices.base import Device, State, Wiring, int_of
from bekenlab.machine.devices.mac import registers as reg
from bekenlab.machine.devices.mac.airtime import Rate, duration
from bekenlab.machine.devices.mac.doze import Doze
from bekenlab.machine.devices.mac.keys import READ, SEARCH, WRITE, KeyMemory
from bekenlab.machine.devices.mac.memory import Words
from bekenlab.machine.devices.mac.receive import Receiver
from bekenlab.machine.devices.mac.timers import MICROSECONDS, MacTimers
from bekenlab.machine.devices.mac.transmit import QUEUES, Transmitter

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bekenlab.machine.devices.mac.antenna import Antenna, Received
    from bekenlab.machine.devices.mac.memory import Memory

_NEXT_SHIFT, _FIELD = 4, 0xF
_IDLE_MICROSECONDS = 20
_REQUESTS = 1 << 31 | 1 << 30
_TIME_UNIT = 1024
_USUAL_BEACON_INTERVAL = 100
_HT_PREAMBLES = {2, 3}
_GROUP = 1
_ANY_UNICAST = 1 << 6


class Mac(Device):
    """The Wi-Fi MAC.

    Args:
        wiring: Its connections; its own interrupt line is that of general events.
        zero: Offsets that always read 0, e.g. the soft reset bit.
        sent_irq: Interrupt line of transmissions.
        received_irq: Interrupt line of receptions.
        wake_irq: Interrupt line that ends a doze.
    """

    registers = reg.NAMES

    def __init__(
        self,
        wiring: Wiring,
        zero: Iterable[int],
        sent_irq: int,
        received_irq: int,
        wake_irq: int,
    ) -> None:
        super().__init__(wiring)
        self._zero = frozenset(zero)
        self._sent_irq, self._received_irq = sent_irq, received_irq
        self._general = 0
        self._events = 0
        self._antenna: Antenna | None = None
        self._memory = words = Words()
        self.keys = KeyMemory()
        self._timers = MacTimers(wiring.name, self.clock, self._update)
        self._transmitter = Transmitter(
            f"{wiring.name}.sent", self.clock, words, self._active, self._was_sent
        )
        self._receiver = Receiver(words, self.keys, self._active, self._was_received)
        self._doze = Doze(wiring.name, self.clock, lambda level: wiring.line(wake_irq, bool(level)))
        self._going_idle = f"{wiring.name}.idle"
        self._next_beacon = f"{wiring.name}.beacon"
        self.clock.handle(self._going_idle, self._became_idle)
        self.clock.handle(self._next_beacon, self._beacon_due)

    # the air ----------------------------------------------------------------------------------

    def use_memory(self, memory: Memory) -> None:
        """Set the memory in which firmware keeps frames and descriptors."""
        self._memory.memory = memory

    def connect(self, antenna: Antenna | None) -> None:
        """Connect the air; None disconnects it."""
        self._antenna = self._transmitter.antenna = antenna

    def _is_mine(self, address: bytes) -> bool:
        """Whether an address is its own; bits set in the mask differ between its interfaces."""
        low, high = int.from_bytes(address[:4], "little"), int.from_bytes(address[4:], "little")
        wrong = (low ^ self.words.get(reg.ADDRESS_LOW, 0)) & ~self.words.get(reg.MASK_LOW, 0)
        wrong |= (high ^ self.words.get(reg.ADDRESS_HIGH, 0)) & ~self.words.get(reg.MASK_HIGH, 0)
        return not wrong

    def receive(self, received: Received) -> bool:
        """A frame arrives; returns whether it is acknowledged (frames to a group never are)."""
        to = received.frame[4:10]
        mine = self._is_mine(to)
        promiscuous = self.words.get(reg.RECEIVE_CONTROL, 0) & _ANY_UNICAST
        if not mine and not to[0] & _GROUP and not promiscuous:
            return False
        taken = self._receiver.offer(received)
        if taken:
            self._doze.heard(received.frame)
        return taken and mine

    def _active(self) -> bool:
        return self.words.get(reg.STATE, 0) & _FIELD == reg.ACTIVE

    # registers --------------------------------------------------------------------------------

    def read(self, offset: int) -> int:
        """The time, pending events, or what was written."""
        if offset == reg.TIME:
            return self._timers.read()
        self._timers.polls = 0
        if offset in self._zero:
            return 0
        if offset == reg.TIMER_STATUS:
            return self._timers.expired & self.words.get(reg.TIMER_ENABLE, 0)
        if offset == reg.GENERAL_STATUS:
            return self._general_events()
        if self._antenna is not None:
            return self._read_air(offset)
        return super().read(offset)

    def _read_air(self, offset: int) -> int:
        """Registers of transmission and reception."""
        if offset == reg.EVENT_STATUS:
            return self._events & self.words.get(reg.EVENT_ENABLE, 0)
        if offset == reg.BEACON_NOW:
            return self._transmitter.header(0)
        if reg.TRANSMIT_NOW <= offset < reg.TRANSMIT_NOW + 4 * (QUEUES - 1):
            return self._transmitter.header(1 + (offset - reg.TRANSMIT_NOW) // 4)
        if offset == reg.HEADER_NOW:
            return self._receiver.header
        if offset == reg.PAYLOAD_NOW:
            return self._receiver.payload
        if offset in {reg.TSF_LOW, reg.TSF_HIGH}:
            return (
                self._timers.microseconds() >> (32 if offset == reg.TSF_HIGH else 0) & 0xFFFF_FFFF
            )
        if offset == reg.DMA:
            return 0
        return super().read(offset)

    def write(self, offset: int, value: int) -> None:
        """Setting a timer starts it; writing 1 to a CLEAR register clears an event."""
        self._timers.polls = 0
        if offset == reg.TIMER_CLEAR:
            self._timers.expired &= ~value
        elif offset == reg.GENERAL_CLEAR:
            self._general &= ~value
        elif offset == reg.STATE:
            self._go_to(value >> _NEXT_SHIFT & _FIELD)
        elif self._antenna is None or not self._write_air(offset, value):
            super().write(offset, value)
        if offset == reg.KEY_CONTROL:
            self._key_command(value)
        elif reg.TIMER <= offset < reg.TIMER + 4 * reg.TIMERS:
            self._timers.plan((offset - reg.TIMER) // 4, value)
        self._update()

    def _write_air(self, offset: int, value: int) -> bool:
        """Registers of transmission and reception; whether this is one of them."""
        if offset == reg.EVENT_CLEAR:
            self._events &= ~value
        elif offset == reg.DMA:
            self._kick(value)
        elif offset == reg.DOZE and value & reg.WAKE:
            if self.words.get(reg.STATE, 0) & _FIELD == reg.DOZING:
                self._became_idle(0)
        elif offset == reg.RESET and value & 1:
            self._transmitter.reset()
            self._receiver.reset()
            self._events = self._general = 0
            self.words[reg.STATE] = 0
            self.clock.cancel(self._going_idle)
            self.clock.cancel(self._next_beacon)
        elif offset == reg.AIR_TIME:
            self._compute_duration()
        else:
            return False
        return True

    def spun(self, offset: int) -> bool:
        """Complete a request whose bit the code waits for (e.g. writing a key, bit 30 at 0xC4)."""
        word = self.words.get(offset, 0)
        self.words[offset] = word & ~_REQUESTS
        return bool(word & _REQUESTS)

    def _kick(self, value: int) -> None:
        for queue in range(QUEUES):
            if value & reg.NEW_HEAD << queue:
                head = reg.BEACON_HEAD + 4 * queue
                self._transmitter.new_head(queue, self.words.get(head, 0))
            elif value & reg.NEW_TAIL << queue:
                self._transmitter.new_tail(queue)
        if value & reg.NEW_HEADERS:
            self._receiver.new_headers(self.words.get(reg.RECEIVE_HEADERS, 0))
        if value & reg.NEW_PAYLOADS:
            self._receiver.new_payloads(self.words.get(reg.RECEIVE_PAYLOADS, 0))
        self._transmitter.start()
        self._receiver.pump()

    def _compute_duration(self) -> None:
        """Put the duration of a frame with given length and rate into AIR_TIME."""
        first, index = self.words.get(reg.AIR_LENGTH, 0), self.words.get(reg.AIR_RATE, 0) & 0x7F
        kind = first >> 24 & 7
        if kind in _HT_PREAMBLES:
            rate = Rate(index & 7, ht=True)
        else:
            rate = Rate(min(index, 11), short_preamble=not kind)
        self.words[reg.AIR_TIME] = 1 << 30 | duration(rate, first & 0xF_FFFF) & 0xFFFF

    def _key_command(self, value: int) -> None:
        low, high = self.words.get(reg.KEY_ADDRESS_LOW, 0), self.words.get(reg.KEY_ADDRESS_HIGH, 0)
        address = low.to_bytes(4, "little") + (high & 0xFFFF).to_bytes(2, "little")
        key = b"".join(self.words.get(reg.KEY + 4 * n, 0).to_bytes(4, "little") for n in range(4))
        if self._antenna is None:
            # As when there was no air: the request ends when it is polled for (see spun).
            self.keys.command(value & ~(READ | SEARCH), address, key)
            return
        if not value & (READ | WRITE | SEARCH):
            return
        self.words[reg.KEY_CONTROL], entry = self.keys.command(value, address, key)
        if entry is not None:
            self.words[reg.KEY_ADDRESS_LOW] = int.from_bytes(entry.address[:4], "little")
            self.words[reg.KEY_ADDRESS_HIGH] = int.from_bytes(entry.address[4:], "little")
            for n in range(4):
                self.words[reg.KEY + 4 * n] = int.from_bytes(entry.key[4 * n : 4 * n + 4], "little")

    # states -----------------------------------------------------------------------------------

    def _go_to(self, state: int) -> None:
        """Any state is reached immediately, except idle."""
        now = self.words.get(reg.STATE, 0) & _FIELD
        if state:
            self.clock.cancel(self._going_idle)
            now = state
        elif now:
            self._after(self._going_idle, _IDLE_MICROSECONDS)
        self.words[reg.STATE] = state << _NEXT_SHIFT | now
        self._doze.end()
        if state == reg.DOZING and self._antenna is not None:
            listens = max(1, self.words.get(reg.DOZE_INTERVAL, 0) & 0xFFFF)
            self._doze.begin(listens * self._beacon_interval())
        if state == reg.ACTIVE and self._antenna is not None:
            self._transmitter.start()
            self._receiver.pump()
            if not self.clock.is_set(self._next_beacon):
                self._after(self._next_beacon, self._beacon_interval())

    def _became_idle(self, _due: int) -> None:
        self._doze.end()
        self.words[reg.STATE] = 0
        self._general |= reg.IDLE_REACHED
        self._update()

    def _after(self, name: str, microseconds: int) -> None:
        self.clock.after(name, microseconds * self.clock.hz // MICROSECONDS)

    def _beacon_interval(self) -> int:
        units = self.words.get(reg.BEACON_CONTROL, 0) & 0xFFFF or _USUAL_BEACON_INTERVAL
        return units * _TIME_UNIT

    def _beacon_due(self, _due: int) -> None:
        """An access point has to send its beacon."""
        if self._antenna is None or not self._active():
            return
        if self.words.get(reg.CONTROL, 0) & reg.ACCESS_POINT:
            self._general |= reg.BEACON_DUE
            self._update()
        self._after(self._next_beacon, self._beacon_interval())

    # interrupts -------------------------------------------------------------------------------

    def _was_sent(self, queue: int) -> None:
        self._events |= reg.SENT_AC0 << (queue - 1) if queue else reg.SENT_BEACON
        self._update()

    def _was_received(self) -> None:
        self._events |= reg.RECEIVED
        self._update()

    def _general_events(self) -> int:
        waiting = self._timers.expired & self.words.get(reg.TIMER_ENABLE, 0)
        return self._general | (reg.TIMERS_EXPIRED if waiting else 0)

    def _update(self) -> None:
        self.wiring.irq(bool(self._general_events() & self.words.get(reg.GENERAL_ENABLE, 0)))
        if self._antenna is not None:
            enabled = self._events & self.words.get(reg.EVENT_ENABLE, 0)
            self.wiring.line(self._sent_irq, bool(enabled & reg.SENT_EVENTS))
            self.wiring.line(self._received_irq, bool(enabled & reg.RECEIVED_EVENTS))

    # snapshots --------------------------------------------------------------------------------

    def save(self) -> State:
        """Registers, pending events, queues, lists and keys."""
        return {
            **super().save(),
            "expired": self._timers.expired,
            "polls": self._timers.polls,
            "general": self._general,
            "events": self._events,
            "keys": self.keys.save(),
            "transmit": self._transmitter.save(),
            "receive": self._receiver.save(),
            "doze": self._doze.save(),
        }

    def load(self, state: State) -> None:
        """Restore what :meth:`save` returned."""
        super().load(state)
        self._timers.expired = int_of(state["expired"])
        self._timers.polls = int_of(state["polls"])
        self._general = int_of(state["general"])
        self._events = int_of(state["events"])
        self.keys.load(state["keys"])
        self._transmitter.load(state["transmit"])
        self._receiver.load(state["receive"])
        self._doze.load(state["doze"])
