"""The peripheral bus: maps addresses to devices, and detects code that only waits.

A *spin* is code that reads the same few registers over and over, gets the same values and accesses
nothing else. Each of those reads costs a Python call, so a spin ends the slice, and virtual time
jumps to the next event. The device is asked first: some bits are recognised as busy bits only
because firmware waits for them (see ``devices/radio.py``).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bekenlab.errors import BekenlabError
from bekenlab.machine.devices.base import WORD
from bekenlab.machine.errors import DeviceModelError

if TYPE_CHECKING:
    from collections.abc import Callable

    from bekenlab.machine.clock import Clock
    from bekenlab.machine.cpu import Cpu
    from bekenlab.machine.devices.base import Device

_GRAIN = 6  # devices start and end at multiples of 64 bytes
_SPIN_READS = 64
_SPIN_REGISTERS = 4
# An instruction that stores all registers makes sixteen accesses: a slice of such instructions
# would take a second. A slice has no more instructions than this.
_SLICE_ACCESSES = 20_000


@dataclass(frozen=True, slots=True)
class Window:
    """A range of addresses with devices; ``device`` answers where no other is attached."""

    base: int
    size: int
    device: Device


class Bus:
    """Dispatches reads and writes to devices.

    Args:
        clock: Virtual time; each access advances it by ``access_ticks``.
        access_ticks: Cost of an access in addition to the instruction that makes it.
    """

    def __init__(self, clock: Clock, access_ticks: int) -> None:
        self.accesses = 0
        self.spinning: int | None = None
        self._most = _SLICE_ACCESSES
        self._clock = clock
        self._access_ticks = access_ticks
        self._slots: dict[int, tuple[int, Device]] = {}
        self._windows: list[Window] = []
        self._seen: dict[int, int] = {}
        self._repeats = 0
        self._stop: Callable[[], None] = lambda: None

    def add_window(self, window: Window) -> None:
        """Add a range that is answered even where no device is attached."""
        self._windows.append(window)

    def attach(self, base: int, size: int, device: Device) -> None:
        """Attach a device at ``[base, base + size)``, both multiples of 64 and inside a window."""
        for slot in range(base >> _GRAIN, (base + size) >> _GRAIN):
            self._slots[slot] = (base, device)

    def connect(self, cpu: Cpu) -> None:
        """Map all windows into the processor's address space."""
        self._stop = cpu.stop
        for window in self._windows:
            cpu.map_device(
                window.base, window.size, self._reader(window.base), self._writer(window.base)
            )

    def _reader(self, base: int) -> Callable[[object, int, int, object], int]:
        def read(_engine: object, offset: int, width: int, _data: object) -> int:
            return self.read(base + offset, width)

        return read

    def _writer(self, base: int) -> Callable[[object, int, int, int, object], None]:
        def write(_engine: object, offset: int, width: int, value: int, _data: object) -> None:
            self.write(base + offset, width, value)

        return write

    def find(self, address: int) -> tuple[int, Device]:
        """The device that answers an address, and its base."""
        slot = self._slots.get(address >> _GRAIN)
        if slot is not None:
            return slot
        for window in self._windows:
            if window.base <= address < window.base + window.size:
                found = self._slots[address >> _GRAIN] = (window.base, window.device)
                return found
        raise DeviceModelError("No device answers here", address=address)

    def name_of(self, address: int) -> str:
        """Name of the register at an address, e.g. ``"uart2.FIFO_PORT"``."""
        base, device = self.find(address)
        return device.register_name((address & ~3) - base)

    def read(self, address: int, width: int = 4) -> int:
        """A read of 1, 2 or 4 bytes by the firmware."""
        slot = self._slots.get(address >> _GRAIN)
        base, device = slot if slot is not None else self.find(address)
        offset = (address & ~3) - base
        self._clock.now += self._access_ticks
        self.accesses += 1
        if self.accesses > self._most:
            self._stop()
        try:
            value = device.read(offset)
        except BekenlabError:
            raise
        except Exception as error:
            raise DeviceModelError(
                f"Reading {device.register_name(offset)} failed: {error!r}", address=address
            ) from error
        if self._seen.get(address) != value:
            self._new_read(address, value)
        else:
            self._repeats += 1
            if self._repeats >= _SPIN_READS:
                self._spun(address, offset, device)
        if width == 4:
            return value
        return (value >> 8 * (address & 3)) & ((1 << 8 * width) - 1)

    def write(self, address: int, width: int, value: int) -> None:
        """A write of 1, 2 or 4 bytes by the firmware; narrow writes keep the other bits."""
        slot = self._slots.get(address >> _GRAIN)
        base, device = slot if slot is not None else self.find(address)
        offset = (address & ~3) - base
        self._clock.now += self._access_ticks
        self.accesses += 1
        if self.accesses > self._most:
            self._stop()
        self._seen.clear()
        self._repeats = 0
        try:
            if width != 4:
                shift = 8 * (address & 3)
                mask = ((1 << 8 * width) - 1) << shift
                value = (device.read(offset) & ~mask) | ((value << shift) & mask)
            device.write(offset, value & WORD)
        except BekenlabError:
            raise
        except Exception as error:
            raise DeviceModelError(
                f"Writing {value:#x} to {device.register_name(offset)} failed: {error!r}",
                address=address,
            ) from error

    def begin_slice(self) -> None:
        """Clear the register the last slice waited for, but keep the values it read."""
        self.spinning = None
        self._most = self.accesses + _SLICE_ACCESSES

    def _new_read(self, address: int, value: int) -> None:
        self._repeats = 0
        if address not in self._seen and len(self._seen) >= _SPIN_REGISTERS:
            self._seen.clear()
        self._seen[address] = value

    def _spun(self, address: int, offset: int, device: Device) -> None:
        self._seen.clear()
        self._repeats = 0
        if device.spun(offset):
            return
        self.spinning = address
        self._stop()
