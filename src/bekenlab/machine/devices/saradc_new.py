"""The A/D converter of BK7238 and BK7252N.

Source of the registers: ``saradc_bk7238.h`` of Beken's FreeRTOS SDK.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from bekenlab.machine.devices.base import Device, State, Wiring, int_of, ints_of

if TYPE_CHECKING:
    from collections.abc import Mapping

_START, _SAMPLING, _STATE, _DATA = 0x00, 0x08, 0x0C, 0x10
_BEGIN, _QUIT = 1 << 0, 1 << 1
_CHANNEL = 0xF
_FIFO, _CONVERTED, _TIMEOUT = 1 << 4, 1 << 15, 1 << 17
_FLAGS = _FIFO | _CONVERTED | _TIMEOUT
_ENABLES = _FLAGS >> 1  # each flag's enable is the bit below it
_EMPTY, _FULL = 1 << 30, 1 << 31
_SAMPLE_HZ = 20_000
_DEPTH = 32


class NewSaradc(Device):
    """Samples while it is started and at least one of its interrupts is enabled.

    Args:
        wiring: Its connections.
        values: Sample values by channel.
        default: Sample value of all other channels.
    """

    registers: ClassVar[Mapping[int, str]] = {
        _START: "CONFIG0",
        4: "CONFIG1",
        _SAMPLING: "CONFIG2",
        _STATE: "STATE",
        _DATA: "DATA",
    }

    def __init__(self, wiring: Wiring, values: Mapping[int, int], default: int) -> None:
        super().__init__(wiring)
        self.values = dict(values)
        self._default = default
        self._fifo: list[int] = []
        self._flags = 0
        self._deadline = f"{wiring.name}.sample"
        self.clock.handle(self._deadline, self._sampled)

    def read(self, offset: int) -> int:
        """DATA removes and gives the oldest sample; STATE has flags and the state of the FIFO."""
        if offset == _DATA:
            return self._fifo.pop(0) if self._fifo else self._sample()
        word = super().read(offset)
        if offset == _STATE:
            word |= self._flags | (0 if self._fifo else _EMPTY)
            word |= _FULL if len(self._fifo) >= _DEPTH else 0
        return word

    def write(self, offset: int, value: int) -> None:
        """Writing 1 to a flag of STATE clears it."""
        if offset == _STATE:
            self._flags &= ~value
            value &= ~(_FLAGS | _EMPTY | _FULL)
        elif offset == _START and value & _QUIT:
            value &= ~(_BEGIN | _QUIT)
            self._fifo.clear()
        super().write(offset, value)
        self._restart()
        self._update()

    def _restart(self) -> None:
        runs = self.words.get(_START, 0) & _BEGIN and self.words.get(_STATE, 0) & _ENABLES
        if not runs:
            self.clock.cancel(self._deadline)
        elif not self.clock.is_set(self._deadline):
            self.clock.after(self._deadline, self.clock.hz // _SAMPLE_HZ)

    def _sample(self) -> int:
        return self.values.get(self.words.get(_SAMPLING, 0) & _CHANNEL, self._default)

    def _sampled(self, due: int) -> None:
        if len(self._fifo) < _DEPTH:
            self._fifo.append(self._sample())
        self._flags |= _FIFO | _CONVERTED
        self.clock.at(self._deadline, max(due + self.clock.hz // _SAMPLE_HZ, self.clock.now + 1))
        self._update()

    def _update(self) -> None:
        self.wiring.irq(bool(self._flags >> 1 & self.words.get(_STATE, 0)))

    def save(self) -> State:
        """Registers, flags and pending samples."""
        return {**super().save(), "flags": self._flags, "fifo": list(self._fifo)}

    def load(self, state: State) -> None:
        """Restore what :meth:`save` returned."""
        super().load(state)
        self._flags = int_of(state["flags"])
        self._fifo = ints_of(state["fifo"])
