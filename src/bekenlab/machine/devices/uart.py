"""A UART that sends instantly and receives at the baud rate, in virtual time.

Sending takes no device time: firmware does not depend on it, and a boot would otherwise spend most
of its time printing its log. Received bytes arrive one by one, because the boot loader's ring
buffer overruns when a whole block arrives at once.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, ClassVar

from bekenlab.chips import BITS_PER_BYTE
from bekenlab.machine.devices.base import PERIPHERAL_HZ, Device, State, Wiring, bytes_of, int_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

CONFIG, FIFO_CONFIG, FIFO_STATUS, FIFO_PORT, INT_ENABLE, INT_STATUS = 0, 4, 8, 0xC, 0x10, 0x14
TX_FULL, TX_EMPTY, RX_FULL = 1 << 16, 1 << 17, 1 << 18
RX_EMPTY, WRITE_READY, READ_READY = 1 << 19, 1 << 20, 1 << 21
NEED_WRITE, NEED_READ, OVERFLOW, TX_STOP, RX_STOP = 1 << 0, 1 << 1, 1 << 2, 1 << 5, 1 << 6
_RX_ENABLE = 1 << 1
FIFO_DEPTH = 128
STOP_AFTER_BYTES = 4


class Uart(Device):
    """One of the two UARTs.

    Attributes:
        on_send: Called with each byte the firmware sends.
    """

    registers: ClassVar[Mapping[int, str]] = {
        CONFIG: "CONFIG",
        FIFO_CONFIG: "FIFO_CONFIG",
        FIFO_STATUS: "FIFO_STATUS",
        FIFO_PORT: "FIFO_PORT",
        INT_ENABLE: "INT_ENABLE",
        INT_STATUS: "INT_STATUS",
    }

    def __init__(self, wiring: Wiring) -> None:
        super().__init__(wiring)
        self.on_send: Callable[[int], None] = lambda _byte: None
        self._incoming: deque[int] = deque()
        self._fifo: deque[int] = deque()
        self._status = 0
        self._arrive = f"{wiring.name}.arrive"
        self._idle = f"{wiring.name}.idle"
        self.clock.handle(self._arrive, self._arrived)
        self.clock.handle(self._idle, self._line_idle)

    @property
    def baud(self) -> int:
        """Baud rate set by the firmware; 0 until it sets one."""
        divider = (self.words.get(CONFIG, 0) >> 8) & 0x1FFF
        return round(PERIPHERAL_HZ / (divider + 1)) if divider else 0

    @property
    def listening(self) -> bool:
        """Whether the receiver is enabled."""
        return bool(self.words.get(CONFIG, 0) & _RX_ENABLE)

    @property
    def pending(self) -> int:
        """Number of bytes fed that the firmware has not read yet."""
        return len(self._incoming) + len(self._fifo)

    def feed(self, data: bytes) -> None:
        """Let bytes arrive at the baud rate, after those already in transit."""
        self._incoming.extend(data)
        if self._incoming and not self.clock.is_set(self._arrive):
            self.clock.after(self._arrive, self._byte_ticks())

    def read(self, offset: int) -> int:
        """FIFO_PORT removes a received byte and gives it in bits 7:0 and 15:8."""
        if offset == FIFO_PORT:
            byte = self._fifo.popleft() if self._fifo else 0
            if len(self._fifo) < self._threshold:
                self._status &= ~NEED_READ
            self._update()
            return byte << 8 | byte
        if offset == FIFO_STATUS:
            return self._fifo_status()
        if offset == INT_STATUS:
            return self._status
        return super().read(offset)

    def write(self, offset: int, value: int) -> None:
        """FIFO_PORT sends a byte; INT_STATUS clears the bits written as 1."""
        if offset == FIFO_PORT:
            self.on_send(value & 0xFF)
            self._status |= NEED_WRITE | TX_STOP
        elif offset == INT_STATUS:
            self._status &= ~value
            if len(self._fifo) >= self._threshold:
                self._status |= NEED_READ
        else:
            super().write(offset, value)
            if offset == INT_ENABLE and value & NEED_WRITE:
                self._status |= NEED_WRITE
        self._update()

    @property
    def _threshold(self) -> int:
        return max(1, (self.words.get(FIFO_CONFIG, 0) >> 8) & 0xFF)

    def _fifo_status(self) -> int:
        status = TX_EMPTY | WRITE_READY | len(self._fifo) << 8
        status |= READ_READY if self._fifo else RX_EMPTY
        return status | (RX_FULL if len(self._fifo) >= FIFO_DEPTH else 0)

    def _byte_ticks(self) -> int:
        return self.clock.hz * BITS_PER_BYTE // (self.baud or 115_200)

    def _arrived(self, due: int) -> None:
        byte = self._incoming.popleft()
        if len(self._fifo) < FIFO_DEPTH:
            self._fifo.append(byte)
        else:
            self._status |= OVERFLOW
        if len(self._fifo) >= self._threshold:
            self._status |= NEED_READ
        ticks = self._byte_ticks()
        if self._incoming:
            self.clock.at(self._arrive, due + ticks)
        self.clock.at(self._idle, due + STOP_AFTER_BYTES * ticks)
        self._update()

    def _line_idle(self, _due: int) -> None:
        if self._fifo:
            self._status |= RX_STOP
            self._update()

    def _update(self) -> None:
        self.wiring.irq(bool(self._status & self.words.get(INT_ENABLE, 0)))

    def save(self) -> State:
        """Registers, pending bytes and interrupt status."""
        return {
            **super().save(),
            "incoming": bytes(self._incoming),
            "fifo": bytes(self._fifo),
            "status": self._status,
        }

    def load(self, state: State) -> None:
        """Restore what :meth:`save` returned."""
        super().load(state)
        self._incoming = deque(bytes_of(state["incoming"]))
        self._fifo = deque(bytes_of(state["fifo"]))
        self._status = int_of(state["status"])
