"""System control: chip ids, the eFuse, and deep sleep.

Deep sleep removes power from everything but this block; a pin or its 32 kHz timer ends it with a
reset, and the firmware can read here which of them it was. Sources of the registers: Beken's SDK,
and the deep sleep of a battery sensor's firmware.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from bekenlab.machine.devices.base import Device, State, Wiring

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

CHIP_ID, DEVICE_ID, DEBUG13, EFUSE_CONTROL, EFUSE_DATA = 0x00, 0x04, 0x34, 0x74, 0x78
SLEEP, TIMER, WAKE_ENABLE, WAKE_TYPE, WAKE_STATUS, TIMER_HIGH = (
    0x104,
    0x11C,
    0x120,
    0x124,
    0x128,
    0x140,
)
_VALID = 1 << 8
_SLEEP_WORD, _DEEP_SLEEP = 0xFFFF, 0xADC1
_TIMER_ENABLE, _TIMER_ENDED, _TIMER_SHIFT = 1 << 0, 1 << 8, 16
_TIMER_HZ = 32_000
# Not in the SDK's headers: firmware sets it when there is something to do for a Bluetooth
# controller that sleeps, and clears it when that is awake.
_WAKE_BLUETOOTH = 1 << 27
_WAKING_PINS = 32


class Sctrl(Device):
    """System control.

    Args:
        wiring: Its connections.
        chip_id: Value of the first register.
        device_id: Value of the second register.
        efuse: eFuse bytes; reading past them gives 0.

    Attributes:
        asleep: Whether the chip is in deep sleep.
        on_sleep: Called when it enters deep sleep.
        on_wake: Called when it wakes.
        on_bluetooth: Called when the firmware wakes the Bluetooth controller.
    """

    registers: ClassVar[Mapping[int, str]] = {
        CHIP_ID: "CHIP_ID",
        DEVICE_ID: "DEVICE_ID",
        DEBUG13: "DEBUG13",
        EFUSE_CONTROL: "EFUSE_CONTROL",
        EFUSE_DATA: "EFUSE_DATA",
        SLEEP: "SLEEP",
        TIMER: "SLEEP_TIMER",
        WAKE_ENABLE: "GPIO_WAKE_ENABLE",
        WAKE_TYPE: "GPIO_WAKE_TYPE",
        WAKE_STATUS: "GPIO_WAKE_STATUS",
        TIMER_HIGH: "SLEEP_TIMER_HIGH",
    }

    def __init__(self, wiring: Wiring, chip_id: int, device_id: int, efuse: bytes = b"") -> None:
        super().__init__(wiring)
        self._chip_id = chip_id
        self._device_id = device_id
        self._efuse = efuse
        self.asleep = False
        self.on_sleep: Callable[[], None] = lambda: None
        self.on_wake: Callable[[], None] = lambda: None
        self.on_bluetooth: Callable[[], None] = lambda: None
        self._deadline = f"{wiring.name}.wake"
        self.clock.handle(self._deadline, self._timer_ended)

    def read(self, offset: int) -> int:
        """Ids are fixed; eFuse operations complete immediately."""
        if offset == CHIP_ID:
            return self._chip_id
        if offset == DEVICE_ID:
            return self._device_id
        if offset == EFUSE_CONTROL:
            return super().read(offset) & ~1
        if offset == EFUSE_DATA:
            index = self.words.get(EFUSE_CONTROL, 0) >> 8 & 0x1F
            return _VALID | (self._efuse[index] if index < len(self._efuse) else 0)
        return super().read(offset)

    def write(self, offset: int, value: int) -> None:
        """Writing the deep sleep word enters deep sleep; writing 1 to a wake flag clears it."""
        if offset == WAKE_STATUS:
            value = super().read(offset) & ~value
        elif offset == TIMER:
            ended = super().read(offset) & ~value & _TIMER_ENDED
            value = value & ~_TIMER_ENDED | ended
        super().write(offset, value)
        if offset == SLEEP and value & _SLEEP_WORD == _DEEP_SLEEP:
            self._fall_asleep()
        elif offset == DEBUG13 and value & _WAKE_BLUETOOTH:
            self.on_bluetooth()

    def pin_changed(self, gpio: int, level: int) -> None:
        """An edge at a pin from outside; wakes the chip if it is a wake source."""
        pin = 1 << gpio if gpio < _WAKING_PINS else 0
        wanted = 0 if self.words.get(WAKE_TYPE, 0) & pin else 1
        if self.asleep and self.words.get(WAKE_ENABLE, 0) & pin and level == wanted:
            self.words[WAKE_STATUS] = self.words.get(WAKE_STATUS, 0) | pin
            self._wake()

    def _fall_asleep(self) -> None:
        self.asleep = True
        self.clock.cancel_all()
        timer = self.words.get(TIMER, 0)
        if timer & _TIMER_ENABLE:
            counts = self.words.get(TIMER_HIGH, 0) << 16 | timer >> _TIMER_SHIFT
            self.clock.after(self._deadline, counts * self.clock.hz // _TIMER_HZ)
        self.on_sleep()

    def _timer_ended(self, _due: int) -> None:
        self.words[TIMER] = self.words.get(TIMER, 0) | _TIMER_ENDED
        self._wake()

    def _wake(self) -> None:
        self.asleep = False
        self.words[SLEEP] = self.words.get(SLEEP, 0) & ~_SLEEP_WORD
        self.clock.cancel(self._deadline)
        self.on_wake()

    def save(self) -> State:
        """Registers, and whether the chip sleeps."""
        return {**super().save(), "asleep": self.asleep}

    def load(self, state: State) -> None:
        """Restore what :meth:`save` returned."""
        super().load(state)
        self.asleep = bool(state["asleep"])
