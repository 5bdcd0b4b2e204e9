"""The Bluetooth controller as a device: the part of it that firmware cannot do without.

Firmware contains the controller's link layer, which waits for this block: for its time, targets in
time, sleep, AES, and for the end of each activity. There is no radio; see ``activities.py``.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from bekenlab.machine.devices.base import WORD, Device, State, Wiring, int_of
from bekenlab.machine.devices.ble import registers as reg
from bekenlab.machine.devices.ble.activities import Activities
from bekenlab.machine.devices.ble.timing import PER_HALF_SLOT, BleTime

if TYPE_CHECKING:
    from collections.abc import Mapping

_LOW_POWER_HZ = 32_000
_BLOCK = 16
_FINE_MASK = 0x3FF
# Interrupt, and the registers of its target: half slot, fine part.
_TARGETS = (
    (reg.FINE_REACHED, reg.FINE_TARGET, None),
    (reg.TARGET_1_REACHED, reg.CLOCK_TARGET_1, reg.FINE_TARGET_1),
    (reg.TARGET_2_REACHED, reg.CLOCK_TARGET_2, reg.FINE_TARGET_2),
)


class Ble(Device):
    """The Bluetooth controller.

    Args:
        wiring: Its connections; the interrupt line is that of the common block.
        reset: Values after reset, by register offset.
    """

    registers = reg.NAMES

    def __init__(self, wiring: Wiring, reset: Mapping[int, int]) -> None:
        super().__init__(wiring, reset)
        self._time = BleTime(self.clock)
        self._pending = 0
        self._slept_from = 0
        self._memory = Device(wiring)
        self._activities = Activities(wiring.name, self._time, self._happened)
        self._wakes, self._half_slot = f"{wiring.name}.wake", f"{wiring.name}.half_slot"
        self.clock.handle(self._wakes, self._woke)
        self.clock.handle(self._half_slot, self._half_slot_began)
        for interrupt, _, _ in _TARGETS:
            self.clock.handle(self._deadline(interrupt), partial(self._reached, interrupt))

    def use_memory(self, memory: Device) -> None:
        """Set the exchange memory."""
        self._memory = memory
        self._activities.use_memory(memory)

    def read(self, offset: int) -> int:
        """Status registers show what is pending and enabled."""
        if offset == reg.STATUS:
            return self._pending & self.words.get(reg.ENABLE, 0)
        if offset == reg.ACTIVITY:
            return self._activities.told[0] if self._activities.told else 0
        return super().read(offset)

    def write(self, offset: int, value: int) -> None:
        """Most registers only store; these act."""
        if offset in {reg.CONTROL, reg.LE_CONTROL}:
            self._control(offset, value)
        elif offset == reg.ACKNOWLEDGE:
            self._acknowledge(value)
        elif offset == reg.CLOCK:
            self._sample(value)
        else:
            super().write(offset, value)
            self._stored(offset, value)

    def _stored(self, offset: int, value: int) -> None:
        if offset == reg.ENABLE:
            self._plan_half_slot()
            self._update()
        elif offset == reg.SLEEP and value & reg.SLEEP_ON:
            self._fall_asleep()
        elif offset == reg.AES and value & 1:
            self._encrypt()
        elif offset == reg.START and value & reg.START_NOW:
            self.words[offset] = value & ~reg.START_NOW
            self._activities.program(value & reg.ENTRY_MASK, self.words.get(reg.LE_ENABLE, 0))
        else:
            self._target_changed(offset)

    # control and interrupts -------------------------------------------------------------------

    def _control(self, offset: int, value: int) -> None:
        """Resets and requests are done at once."""
        if offset == reg.CONTROL and value & reg.RESETS:
            self._activities.reset()
            self._pending = 0
        if value & reg.SOFTWARE_REQUEST:
            self._raise(reg.SOFTWARE)
        if value & (reg.ADVERTISING_ABORT | reg.SCAN_ABORT):
            self._activities.abort()
        done = reg.RESETS | reg.SOFTWARE_REQUEST | reg.ADVERTISING_ABORT | reg.SCAN_ABORT
        self.words[offset] = value & ~done & WORD
        self._update()

    def _acknowledge(self, value: int) -> None:
        self._pending &= ~value
        if value & reg.HAPPENED and self._activities.told:
            del self._activities.told[0]
        if self._activities.told:
            self._pending |= reg.HAPPENED
        self._update()

    def _happened(self) -> None:
        self._raise(reg.HAPPENED)

    def _raise(self, interrupt: int) -> None:
        self._pending |= interrupt
        self._update()

    def _update(self) -> None:
        self.wiring.irq(bool(self._pending & self.words.get(reg.ENABLE, 0)))

    # time -------------------------------------------------------------------------------------

    def _sample(self, value: int) -> None:
        if value & reg.SET_CLOCK:
            self._time.set(value & reg.CLOCK_MASK)
        self.words[reg.CLOCK], self.words[reg.FINE_CLOCK] = self._time.sample()

    def _target_changed(self, offset: int) -> None:
        for interrupt, slot, fine in _TARGETS:
            if offset in {slot, fine}:
                at = self.words.get(slot, 0) & reg.CLOCK_MASK
                part = PER_HALF_SLOT - 1 if fine is None else self.words.get(fine, 0) & _FINE_MASK
                moment = self._time.next(at, part)
                self.clock.cancel(self._deadline(interrupt))
                if moment is not None:
                    tick = max(self._time.tick(moment), self.clock.now + 1)
                    self.clock.at(self._deadline(interrupt), tick)

    def _deadline(self, interrupt: int) -> str:
        return f"{self.name}.{interrupt:#x}"

    def _reached(self, interrupt: int, _due: int) -> None:
        self._raise(interrupt)

    def _plan_half_slot(self) -> None:
        if not self.words.get(reg.ENABLE, 0) & reg.HALF_SLOT:
            self.clock.cancel(self._half_slot)
        elif not self.clock.is_set(self._half_slot):
            following = (self._time.now // PER_HALF_SLOT + 1) * PER_HALF_SLOT
            self.clock.at(self._half_slot, max(self._time.tick(following), self.clock.now + 1))

    def _half_slot_began(self, _due: int) -> None:
        self._raise(reg.HALF_SLOT)
        self._plan_half_slot()

    # sleep ------------------------------------------------------------------------------------

    def _fall_asleep(self) -> None:
        self.words[reg.SLEEP] |= reg.SLEEPS
        self._slept_from = self.clock.now
        counts = self.words.get(reg.SLEEP_FOR, 0)
        if counts:
            self.clock.after(self._wakes, counts * self.clock.hz // _LOW_POWER_HZ)

    def wake(self) -> None:
        """Wake it from outside, which takes the time that firmware has set."""
        if self.words.get(reg.SLEEP, 0) & reg.SLEEPS:
            counts = self.words.get(reg.SETTLES, 0) >> reg.EXTERNAL_SHIFT
            due = self.clock.now + max(1, counts * self.clock.hz // _LOW_POWER_HZ)
            self.clock.at(self._wakes, min(due, self.clock.due_at(self._wakes) or due))

    def _woke(self, _due: int) -> None:
        self.words[reg.SLEEP] &= ~(reg.SLEEPS | reg.SLEEP_ON)
        slept = self.clock.now - self._slept_from
        self.words[reg.SLEPT] = slept * _LOW_POWER_HZ // self.clock.hz
        self._raise(reg.SLEPT_ENOUGH)

    # AES --------------------------------------------------------------------------------------

    def _encrypt(self) -> None:
        """AES-128 of a block; key and blocks begin with their last bytes, as in Bluetooth."""
        key = b"".join(
            self.words.get(reg.AES_KEY + n, 0).to_bytes(4, "little") for n in range(0, _BLOCK, 4)
        )
        at = (self.words.get(reg.AES_DATA, 0) & 0x3FFF) << 2
        plain = b"".join(
            self._memory.read(at + n).to_bytes(4, "little") for n in range(0, _BLOCK, 4)
        )
        aes = Cipher(algorithms.AES(key[::-1]), modes.ECB()).encryptor()  # noqa: S305
        done = (aes.update(plain[::-1]) + aes.finalize())[::-1]
        for n in range(0, _BLOCK, 4):
            self._memory.write(at + _BLOCK + n, int.from_bytes(done[n : n + 4], "little"))
        self.words[reg.AES] &= ~1
        self._raise(reg.ENCRYPTED)

    # state ------------------------------------------------------------------------------------

    def save(self) -> State:
        """Registers, time, what is pending, and the activities."""
        return {
            **super().save(),
            "shift": self._time.shift,
            "pending": self._pending,
            "slept_from": self._slept_from,
            "activities": self._activities.save(),
        }

    def load(self, state: State) -> None:
        """Restore what :meth:`save` returned."""
        super().load(state)
        self._time.shift = int_of(state["shift"])
        self._pending = int_of(state["pending"])
        self._slept_from = int_of(state["slept_from"])
        activities = state["activities"]
        if not isinstance(activities, dict):
            raise TypeError("expected a table")
        self._activities.load(activities)
