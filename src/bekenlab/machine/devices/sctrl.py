"""System control: who the chip is, clocks, and the eFuse."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from bekenlab.machine.devices.base import Device, Wiring

if TYPE_CHECKING:
    from collections.abc import Mapping

CHIP_ID, DEVICE_ID, EFUSE_CONTROL, EFUSE_DATA = 0x00, 0x04, 0x74, 0x78
_VALID = 1 << 8


class Sctrl(Device):
    """System control.

    Args:
        wiring: What it is connected to.
        chip_id: Value of the first register.
        device_id: Value of the second register.
        efuse: eFuse bytes; reading past them gives 0.
    """

    registers: ClassVar[Mapping[int, str]] = {
        CHIP_ID: "CHIP_ID",
        DEVICE_ID: "DEVICE_ID",
        EFUSE_CONTROL: "EFUSE_CONTROL",
        EFUSE_DATA: "EFUSE_DATA",
    }

    def __init__(self, wiring: Wiring, chip_id: int, device_id: int, efuse: bytes = b"") -> None:
        super().__init__(wiring)
        self._chip_id = chip_id
        self._device_id = device_id
        self._efuse = efuse

    def read(self, offset: int) -> int:
        """Ids are fixed; an eFuse operation is over at once."""
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
