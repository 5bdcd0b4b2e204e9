"""The commands of the download protocol, as typed requests that recognise their replies.

Numbers are little endian. Addresses and ranges are physical flash offsets as the chip counts them
(boot loaders in flash wrap at the flash size; see ``DownloadProtocol.alias_below``).
Sources: docs/formats.md, "Download protocol", for codes and layouts; Beken's
``BK_HCI_protocol.c``, from the same lineage, for the names of statuses.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

from bekenlab.chips import SECTOR
from bekenlab.link.frames import LONG_REQUEST, Frame, long_request, short_request

_REBOOT_MAGIC = b"\xa5"
_UNKNOWN_PAYLOAD = b"\x07"


class Status(IntEnum):
    """The result of a flash command."""

    OK = 0
    FLASH_BUSY = 1
    SPI_TIMEOUT = 2
    FLASH_TIMEOUT = 3
    LENGTH_ERROR = 4
    INCOMPLETE = 5
    BAD_PARAMETER = 6
    UNKNOWN_COMMAND = 7
    INTERNAL = 8
    WRITE_ERROR = 9
    PROTECTED = 10


# Statuses worth a retry: noise on the line, or the flash was busy.
PASSING = {
    Status.FLASH_BUSY,
    Status.SPI_TIMEOUT,
    Status.FLASH_TIMEOUT,
    Status.LENGTH_ERROR,
    Status.INCOMPLETE,
}

STATUS_TEXT = {
    Status.OK: "done",
    Status.FLASH_BUSY: "flash busy",
    Status.SPI_TIMEOUT: "SPI timeout",
    Status.FLASH_TIMEOUT: "flash timeout",
    Status.LENGTH_ERROR: "length error",
    Status.INCOMPLETE: "request incomplete (bytes lost on the line)",
    Status.BAD_PARAMETER: "parameter error (address not allowed)",
    Status.UNKNOWN_COMMAND: "unknown command",
    Status.INTERNAL: "internal error",
    Status.WRITE_ERROR: "write error",
    Status.PROTECTED: "protected area",
}


def status_text(status: int) -> str:
    """A status as text, with its number."""
    known = {int(s): text for s, text in STATUS_TEXT.items()}
    return f"{known.get(status, 'unknown status')} ({status})"


@dataclass(frozen=True, slots=True)
class Request:
    """One command, and what its reply looks like.

    Attributes:
        name: For messages, e.g. ``"read sector 0x11000"``.
        raw: The bytes to send.
        code: Code of the reply.
        echo: What the reply's payload must start with.
        size: Bytes of payload after ``echo``, exactly; None for any number.
        work: Seconds the chip may need in addition to the transmission time.
        changes: Whether it changes flash, registers or the rate. Bytes sent while the chip still
            waits for the rest of such a request become part of it, such as an erase address.
    """

    name: str
    raw: bytes
    code: int
    echo: bytes = b""
    size: int | None = 0
    work: float = 0.2
    changes: bool = False

    @property
    def is_long(self) -> bool:
        """Whether it is a flash command, whose reply has a status."""
        return self.raw.startswith(LONG_REQUEST)

    @property
    def reply_bytes(self) -> int:
        """Approximate length of the whole reply in bytes."""
        return 11 + len(self.echo) + (self.size or 0)

    def matches(self, frame: Frame) -> bool:
        """Whether a frame is the reply to this request, with any status."""
        if frame.code != self.code or frame.is_long is not self.is_long:
            return False
        if self.refused(frame):
            return True
        if not frame.payload.startswith(self.echo):
            return False
        return self.size is None or len(frame.payload) == len(self.echo) + self.size

    def refused(self, frame: Frame) -> int | None:
        """The status of a refusal, or None when the command succeeded.

        The reply to a refused flash command may end after its status. An unknown command is
        answered with a payload of 7, an unknown flash command with status 7.
        """
        if frame.is_long:
            return frame.status or None
        short = len(self.echo) + (self.size or 0) != 1
        if short and frame.payload == _UNKNOWN_PAYLOAD and self.code != 1:
            return int(Status.UNKNOWN_COMMAND)
        return None

    def data(self, frame: Frame) -> bytes:
        """The reply's payload without the echo."""
        return frame.payload[len(self.echo) :]


def _word(value: int) -> bytes:
    return value.to_bytes(4, "little")


def link_check() -> Request:
    """Ask whether a loader is listening; the reply is code 1, value 0."""
    return Request("link check", short_request(0x00), 0x01, echo=b"\x00", work=0.05)


def read_register(address: int) -> Request:
    """Read a 32-bit register or ROM word (ROM chips only)."""
    raw = short_request(0x03, _word(address))
    return Request(f"read register {address:#x}", raw, 0x03, echo=_word(address), size=4)


def write_register(address: int, value: int) -> Request:
    """Write a 32-bit register (ROM chips only)."""
    payload = _word(address) + _word(value)
    raw = short_request(0x01, payload)
    return Request(f"write register {address:#x}", raw, 0x01, payload, changes=True)


def reboot() -> bytes:
    """Leave the loader; there is no reply."""
    return short_request(0x0E, _REBOOT_MAGIC)


def set_baud(baud: int, delay_ms: int) -> Request:
    """Change the chip's rate; the reply comes at the new one, after the delay."""
    payload = _word(baud) + bytes([delay_ms])
    raw = short_request(0x0F, payload)
    return Request(f"set {baud} baud", raw, 0x0F, payload, work=0.5, changes=True)


def check_crc(start: int, end: int) -> Request:
    """CRC-32 without final inversion; ``end`` as the chip counts it (see ``CrcEnd``)."""
    # Other tools allow for 400 kB/s; the chips measured are several times faster.
    work = 0.5 + (end - start) / 400_000
    raw = short_request(0x10, _word(start) + _word(end))
    return Request(f"CRC of {start:#x}..{end:#x}", raw, 0x10, size=4, work=work)


def boot_version() -> Request:
    """Name of a Tuya boot loader, e.g. ``BK7231S_1.0.5``; others answer 'unknown command'."""
    return Request("boot version", short_request(0x11), 0x11, size=None)


def read_sector(address: int) -> Request:
    """Read 4 KiB."""
    raw = long_request(0x09, _word(address))
    return Request(f"read sector {address:#x}", raw, 0x09, _word(address), SECTOR)


def erase_sector(address: int) -> Request:
    """Erase 4 KiB."""
    raw = long_request(0x0F, b"\x20" + _word(address))
    echo = b"\x20" + _word(address)
    return Request(f"erase sector {address:#x}", raw, 0x0F, echo, work=1.0, changes=True)


def write_sector(address: int, data: bytes) -> Request:
    """Program 4 KiB; the sector must have been erased."""
    if len(data) != SECTOR:
        raise ValueError("a sector is 4096 bytes")
    raw = long_request(0x07, _word(address) + data)
    name = f"write sector {address:#x}"
    return Request(name, raw, 0x07, _word(address), work=1.0, changes=True)


def flash_id() -> Request:
    """JEDEC id: four SPI bytes, the first of them junk (ROM chips only)."""
    return Request("flash id", long_request(0x0E, b"\x9f\x00\x00\x00"), 0x0E, size=4)


def read_status_register(opcode: int) -> Request:
    """Read one of the flash's status registers (ROM chips only)."""
    raw = long_request(0x0C, bytes([opcode]))
    return Request(f"read status register {opcode:02x}", raw, 0x0C, bytes([opcode]), 1)


def write_status_register(opcode: int, value: bytes) -> Request:
    """Write one or two status register bytes with one opcode (ROM chips only)."""
    payload = bytes([opcode]) + value
    name = f"write status register {opcode:02x}"
    return Request(name, long_request(0x0D, payload), 0x0D, payload, changes=True)
