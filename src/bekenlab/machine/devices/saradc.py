"""The A/D converter: samples of fixed voltages and a fixed temperature, in virtual time."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from bekenlab.machine.devices.base import Device, State, Wiring, ints_of

if TYPE_CHECKING:
    from collections.abc import Mapping

CONFIG = 0x00
_MODE, _ENABLE, _CHANNEL_SHIFT = 3, 1 << 2, 3
_SAMPLE_HZ = 20_000
_DEPTH = 32


class Saradc(Device):
    """Samples the channel in the configuration's bits 3 and up while enabled.

    Source of each chip's bits: ``saradc.h`` of Beken's FreeRTOS SDK.

    Args:
        wiring: Its connections.
        data: Offsets of registers that return samples.
        channels: Mask of the channel number.
        clear: Bit of the configuration that drops the interrupt.
        busy: Its bit that shows sampling; the next two show an empty and a full FIFO.
        values: Channel to sample value.
        default: Value of the other channels.
    """

    registers: ClassVar[Mapping[int, str]] = {CONFIG: "CONFIG", 4: "DATA", 0x10: "DATA_N"}

    def __init__(
        self,
        wiring: Wiring,
        data: tuple[int, ...],
        channels: int,
        clear: int,
        busy: int,
        values: Mapping[int, int],
        default: int,
    ) -> None:
        super().__init__(wiring)
        self._data = data
        self._channels = channels
        self._clear = 1 << clear
        self._empty, self._full = 2 << busy, 4 << busy
        self._shown = 7 << busy
        self.values = dict(values)
        self._default = default
        self._fifo: list[int] = []
        self._deadline = f"{wiring.name}.sample"
        self.clock.handle(self._deadline, self._sampled)

    def read(self, offset: int) -> int:
        """DATA removes and gives the oldest sample."""
        if offset == CONFIG:
            word = super().read(offset) & ~self._shown
            word |= 0 if self._fifo else self._empty
            return word | (self._full if len(self._fifo) >= _DEPTH else 0)
        if offset in self._data:
            return self._fifo.pop(0) if self._fifo else self._sample()
        return super().read(offset)

    def write(self, offset: int, value: int) -> None:
        """Enabling starts sampling; disabling empties the FIFO and drops the interrupt."""
        super().write(offset, value & ~self._clear if offset == CONFIG else value)
        if offset != CONFIG:
            return
        if value & self._clear:
            self.wiring.irq(False)  # noqa: FBT003 - the level
        if value & _ENABLE and value & _MODE:
            if not self.clock.is_set(self._deadline):
                self.clock.after(self._deadline, self.clock.hz // _SAMPLE_HZ)
        else:
            self.clock.cancel(self._deadline)
            self._fifo.clear()
            self.wiring.irq(False)  # noqa: FBT003 - the level

    def _sample(self) -> int:
        channel = self.words.get(CONFIG, 0) >> _CHANNEL_SHIFT & self._channels
        return self.values.get(channel, self._default)

    def _sampled(self, due: int) -> None:
        if len(self._fifo) < _DEPTH:
            self._fifo.append(self._sample())
        self.wiring.irq(True)  # noqa: FBT003 - the level
        self.clock.at(self._deadline, max(due + self.clock.hz // _SAMPLE_HZ, self.clock.now + 1))

    def save(self) -> State:
        """Registers and pending samples."""
        return {**super().save(), "fifo": list(self._fifo)}

    def load(self, state: State) -> None:
        """Restore what :meth:`save` returned."""
        super().load(state)
        self._fifo = ints_of(state["fifo"])
