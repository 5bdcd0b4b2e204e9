"""A linked, identified chip: its flash by physical address, hiding the loader's peculiarities.

All ranges are half-open; all addresses are physical and below the flash size.
"""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING

from bekenlab.chips import SECTOR
from bekenlab.link import commands
from bekenlab.link.errors import ChipRefusedError

if TYPE_CHECKING:
    from bekenlab.link.commands import Request
    from bekenlab.link.identity import Identity
    from bekenlab.link.session.session import Session

_INVERT = 0xFFFFFFFF
_LOST_BEFORE_PATIENT = 4
BLANK_SECTOR_CRC = zlib.crc32(b"\xff" * SECTOR)


class Target:
    """A chip that is linked and identified.

    Attributes:
        session: The session with its loader.
        identity: What is known about it.
    """

    def __init__(self, session: Session, identity: Identity) -> None:
        self.session = session
        self.identity = identity
        self._locked_by_crc = False

    @property
    def size(self) -> int:
        """Flash size in bytes."""
        return self.identity.flash_size

    @property
    def request_room(self) -> int:
        """Bytes of requests that may be queued in the chip; 0 for one request at a time.

        Lost replies may mean that this chip loses what arrives while it works.
        """
        patient = self.session.lost > _LOST_BEFORE_PATIENT
        return 0 if patient else self.identity.protocol.request_room

    def crc_request(self, start: int, end: int) -> Request:
        """A request for the CRC of a non-empty range; :meth:`crc_value` decodes the answer."""
        self._locked_by_crc = True
        return commands.check_crc(start, end - self.identity.crc_includes_end)

    @staticmethod
    def crc_value(data: bytes) -> int:
        """Standard CRC-32 (as ``zlib.crc32``) from the answer to a CRC request."""
        return int.from_bytes(data, "little") ^ _INVERT

    def crc(self, start: int, end: int) -> int:
        """Standard CRC-32 of a range of flash, computed by the chip."""
        return self.crc_value(self.session.ask(self.crc_request(start, end)))

    def confirmed_crc(self, start: int, end: int) -> int:
        """Like :meth:`crc`, but repeated until two answers in a row agree."""
        return self.crc_value(self.session.ask_twice(self.crc_request(start, end)))

    def read_request(self, address: int) -> Request:
        """A request to read the sector at an address that is a multiple of 4096."""
        alias = address < self.identity.protocol.alias_below
        return commands.read_sector(address + self.size if alias else address)

    def read_sector(self, address: int) -> bytes:
        """Read one sector, without checking it."""
        return self.session.ask(self.read_request(address))

    def erase_sector(self, address: int) -> None:
        """Erase one sector.

        Raises:
            ChipRefusedError: The chip reports that it failed.
        """
        if self._locked_by_crc and self.identity.protocol.locks_after_crc:
            # Some loaders lock the flash after each CRC without keeping track of it; after a link
            # check they unlock it with the next erase.
            self.session.ask(commands.link_check())
        self._locked_by_crc = False
        self.session.ask(commands.erase_sector(address))

    def program_sector(self, address: int, data: bytes) -> None:
        """Write 4096 bytes to an erased sector.

        Sent only once: a retry on a half-written sector must begin by erasing it.

        Raises:
            ChipRefusedError: The chip reports that it failed, or did not answer.
        """
        request = commands.write_sector(address, data)
        frame = self.session.try_once(request)
        status = None if frame is None else request.refused(frame)
        if frame is None or status is not None:
            seen = "no answer" if status is None else commands.status_text(status)
            raise ChipRefusedError(f"{request.name}: {seen}", status=status)

    def reboot(self) -> None:
        """Leave the loader and start the firmware; there is no reply."""
        self.session.start_firmware()
