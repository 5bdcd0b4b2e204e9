"""The crypto engine: operations complete immediately."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from bekenlab.machine.devices.base import Device

if TYPE_CHECKING:
    from collections.abc import Mapping

_BUSY_REGISTERS = (0x00, 0x1C)
_RESULT = 0x20
_RESULT_VALUE = 0x1D4  # one firmware waits until the result is above 0x1D3


class Crypto(Device):
    """The crypto engine; its busy bits always read 0, and it computes nothing."""

    registers: ClassVar[Mapping[int, str]] = {0: "CONTROL", 0x1C: "STATUS", 0x20: "RESULT"}

    def read(self, offset: int) -> int:
        """Never busy."""
        if offset in _BUSY_REGISTERS:
            return 0
        if offset == _RESULT:
            return _RESULT_VALUE
        return super().read(offset)
