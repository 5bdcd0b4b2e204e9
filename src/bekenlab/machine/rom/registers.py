"""The registers a host can read through the ROM: chip id and eFuse; all others read 0."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bekenlab.chips import APP_LOGICAL, APP_START, CodeEncryption
from bekenlab.image.cipher import PLAIN_KEY, TUYA_KEY
from bekenlab.image.keys import key_at
from bekenlab.image.loader_check import check_loader

if TYPE_CHECKING:
    from bekenlab.machine.rom.profile import RomProfile

_START = 1
_VALID = 1 << 8


class Registers:
    """The part of SCTRL that flashing tools use.

    Args:
        profile: Addresses, and the chip.
        flash: What the flash holds at first. The eFuse has the key of its boot loader, else of its
            app, as on a chip that ran this code; without code, the key usual for the chip.
    """

    def __init__(self, profile: RomProfile, flash: bytes) -> None:
        where = profile.registers
        self._chip_id = {where.chip_id: profile.chip.chip_id or 0}
        self._control = where.efuse_control
        self._data = where.efuse_data
        self._efuse = _key(profile, flash).ljust(where.efuse_size, b"\0")
        self._command = 0
        self._answer = 0

    def read(self, address: int) -> int:
        """Read a 32-bit word."""
        if address == self._control:
            return self._command
        if address == self._data:
            return self._answer
        return self._chip_id.get(address, 0)

    def write(self, address: int, value: int) -> None:
        """Write a 32-bit word; eFuse operations complete before the host can poll for them."""
        if address != self._control:
            return
        self._command = value & ~_START
        if value & _START:
            index = value >> 8 & 0x1F
            self._answer = _VALID | self._efuse[index]


def _key(profile: RomProfile, flash: bytes) -> bytes:
    usual = TUYA_KEY if profile.chip.encryption is CodeEncryption.TUYA_KEY else PLAIN_KEY
    app = key_at(flash, APP_START, APP_LOGICAL)
    loader = check_loader(flash, chips=(profile.chip.name,), app_key=app)
    key = (loader.key if loader.starts else None) or app or usual
    return b"".join(word.to_bytes(4, "little") for word in key.coefficients)
