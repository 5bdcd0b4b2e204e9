"""The transport to a virtual chip, in virtual time: a timeout of ten seconds costs nothing."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

from bekenlab.chips import BITS_PER_BYTE, chip
from bekenlab.errors import TooLargeError, UnsupportedError, file_access
from bekenlab.files import write_whole
from bekenlab.link.errors import LineLostError, PortError
from bekenlab.link.faulty import LINE_FAULTS, FaultyTransport, line_faults
from bekenlab.machine.fault_spec import parse_terms, unknown
from bekenlab.machine.line_rate import as_heard
from bekenlab.machine.rom import CHIP_FAULTS, chip_faults
from bekenlab.machine.wire_chips import build

if TYPE_CHECKING:
    from collections.abc import Callable

    from bekenlab.link.faulty import FaultSchedule
    from bekenlab.link.transport import ModemLines
    from bekenlab.link.virtual_log import VirtualLog
    from bekenlab.machine.rom import ChipFaults
    from bekenlab.machine.wire import WireDevice

SCHEME = "virtual://"
_PACKED = (b"PK\x03\x04", b"\xfd7zXZ\x00", b"\x1f\x8b")
_OPTIONS = ("image", "write_back", "size", "fault", "seed")
# A read with no timeout still takes a moment, so that polling makes progress.
_POLL = 10e-6


class CenLines:
    """RTS and DTR, both wired to the chip's CEN, which holds the chip while either is asserted.

    Args:
        release: Called when both are released again.
    """

    def __init__(self, release: Callable[[], None]) -> None:
        self._release = release
        self.held = False

    def set(self, *, dtr: bool, rts: bool) -> None:
        """Assert or release both lines; see ``ModemLines``."""
        was, self.held = self.held, dtr or rts
        if was and not self.held:
            self._release()


class VirtualTransport:
    """A ``Transport`` to a virtual chip.

    Args:
        device: The chip.
        name: The port as the user named it.
        chip: Name of the chip if its firmware can be run for its log, else an empty string.
        baud: Initial rate of this end.
        modem_lines: Whether RTS and DTR are wired to CEN.
        on_close: Called once with the content of the flash when the transport is closed.

    Attributes:
        name: The port as the user named it.
        lines: The modem lines, or None.
        device: The chip.
    """

    def __init__(
        self,
        device: WireDevice,
        *,
        name: str = SCHEME,
        chip: str = "",
        baud: int = 115_200,
        modem_lines: bool = True,
        on_close: Callable[[bytes], None] | None = None,
    ) -> None:
        self.name = name
        self.device = device
        self._cen = CenLines(self._reset)
        self.lines: ModemLines | None = self._cen if modem_lines else None
        self._baud = baud
        self._sent_until = device.now
        self._pending = bytearray()
        self._chip = chip
        self._on_close = on_close
        self._log: VirtualLog | None = None
        self._closed = False

    @property
    def baud(self) -> int:
        """Rate of this end, in bits per second."""
        return self._baud

    def set_baud(self, baud: int) -> None:
        """Change the rate of this end, after everything written has been sent."""
        self.sleep(self._sent_until - self.device.now)
        self._baud = baud

    def write(self, data: bytes) -> None:
        """Send bytes."""
        self._check()
        start = max(self._sent_until, self.device.now)
        self._sent_until = start + len(data) * BITS_PER_BYTE / self._baud
        if not self._cen.held:
            self.device.feed(data, self._baud)

    def read(self, timeout: float) -> bytes:
        """Return what has arrived; see ``Transport``."""
        self._check()
        if not self._pending:
            self._advance(self.device.now + max(timeout, _POLL))
        data = bytes(self._pending)
        self._pending.clear()
        return data

    def now(self) -> float:
        """Device seconds of the chip."""
        return self.device.now

    def sleep(self, seconds: float) -> None:
        """Let virtual time pass; see ``Transport``."""
        self._check()
        until = self.device.now + seconds
        while self.device.now < until and self._advance(until):
            pass

    def log_transport(self) -> VirtualLog | None:
        """Run the firmware for its log; see ``HasLog``."""
        if not self._chip:
            return None
        # Imported here, because loading the processor emulator is slow and only the log needs it.
        from bekenlab.link.virtual_log import VirtualLog

        self._check()
        self._log = VirtualLog(self.name, self._chip, self.device.flash)
        return self._log

    def close(self) -> None:
        """Close the transport; writes the flash to a file if the user asked for that."""
        if not self._closed:
            self._closed = True
            if self._on_close is not None:
                self._on_close(self.device.flash if self._log is None else self._log.flash)

    def _advance(self, until: float) -> bool:
        """Let time pass until bytes arrive or ``until``; return whether any arrived."""
        sent = self.device.advance(until)
        if not self._cen.held:
            for part in sent:
                self._pending += as_heard(part.data, part.baud, self._baud)
        return bool(sent)

    def _reset(self) -> None:
        self._check()
        self.device.reset()

    def _check(self) -> None:
        if self._closed:
            raise LineLostError(f"{self.name} is closed.", port=self.name)


@dataclass(frozen=True, slots=True)
class VirtualAddress:
    """A parsed ``virtual://`` address.

    Attributes:
        text: The address as given.
        chip: Name of the chip.
        image: File with the content of its flash, or None for blank flash.
        write_back: File its flash is written to at the end, or None. It may be the same file.
        size: Bytes of flash, or None for the chip's usual size.
        fault: Faults as text: of the chip (``bekenlab.machine.rom.faults``) and of the line
            (``bekenlab.link.faulty``) in any order.
        seed: For the fault ``random``.
    """

    text: str
    chip: str
    image: Path | None = None
    write_back: Path | None = None
    size: int | None = None
    fault: str = ""
    seed: int = 0


def parse_address(text: str) -> VirtualAddress:
    """Parse ``virtual://CHIP?image=FILE[&write_back=FILE][&size=BYTES][&fault=SPEC][&seed=N]``.

    Every option may be omitted. Values are percent-decoded, so that a file name may contain ``&``.

    Raises:
        PortError: Not such an address.
        UnsupportedError: Unknown chip.
    """
    if not text.startswith(SCHEME):
        raise PortError(f"{text} is not a virtual chip.", hint=f"Write {SCHEME}bk7231n.")
    name, _, query = text.removeprefix(SCHEME).partition("?")
    options = _options(text, query)
    image, write_back = options.get("image"), options.get("write_back")
    return VirtualAddress(
        text=text,
        chip=chip(name.rstrip("/")).name,
        image=Path(image) if image else None,
        write_back=Path(write_back) if write_back else None,
        size=_number(options["size"]) if "size" in options else None,
        fault=options.get("fault", ""),
        seed=_number(options.get("seed", "0")),
    )


def open_virtual(
    address: VirtualAddress, *, modem_lines: bool = True
) -> VirtualTransport | FaultyTransport:
    """Make a virtual chip and the transport to it.

    Raises:
        FileAccessError: The image cannot be read.
        TooLargeError: The image does not fit into the flash.
        UnsupportedError: No model of that chip, or no flash part of that size.
        UsageError: Unknown fault.
    """
    faults, schedule = split_faults(address.fault, address.seed)
    device = build(address.chip, _flash(address), faults)
    target = address.write_back
    on_close = None if target is None else lambda flash: _write_back(target, flash)
    line = VirtualTransport(
        device,
        name=address.text,
        chip=address.chip,
        modem_lines=modem_lines,
        on_close=on_close,
    )
    return FaultyTransport(line, schedule) if schedule.faults else line


def split_faults(text: str, seed: int = 0) -> tuple[ChipFaults, FaultSchedule]:
    """Split the requested faults by name into those of the chip and those of the line.

    Raises:
        UsageError: Unknown fault, or wrong syntax.
    """
    terms = parse_terms(text)
    for term in terms:
        if term.name not in CHIP_FAULTS + LINE_FAULTS:
            raise unknown(term.name, CHIP_FAULTS + LINE_FAULTS)
    return (
        chip_faults(term for term in terms if term.name in CHIP_FAULTS),
        line_faults((term for term in terms if term.name in LINE_FAULTS), seed),
    )


def _options(text: str, query: str) -> dict[str, str]:
    options = dict(parse_qsl(query, keep_blank_values=True))
    unknown = sorted(options.keys() - set(_OPTIONS))
    if unknown:
        raise PortError(
            f"{text} has an unknown option {unknown[0]!r}.",
            hint="Options: " + ", ".join(_OPTIONS) + ".",
        )
    return options


def _number(text: str) -> int:
    """A number of bytes, written as 65536, 0x10000, 64K or 2M."""
    factor = {"K": 1 << 10, "M": 1 << 20}.get(text[-1:].upper(), 1)
    digits = text[:-1] if factor > 1 else text
    try:
        return int(digits, 0) * factor
    except ValueError:
        raise PortError(
            f"{text!r} is not a number.", hint="Write 65536, 0x10000, 64K or 2M."
        ) from None


def _flash(address: VirtualAddress) -> bytes | None:
    """Initial content of the flash, blank after the image; None for the usual blank flash."""
    if address.image is None and address.size is None:
        return None
    image = b"" if address.image is None else _read(address.image)
    usual = chip(address.chip).flash_size
    size = address.size
    if size is None:
        size = max(usual, len(image))
    if len(image) > size:
        raise TooLargeError(
            f"{address.image} has {len(image):#x} bytes, but the flash only {size:#x}.",
            hint="Leave size out, or name a larger one.",
        )
    if not size:
        raise UnsupportedError("A chip without flash cannot be modelled.", size=size)
    return image.ljust(size, b"\xff")


def _read(path: Path) -> bytes:
    try:
        data = path.read_bytes()
    except OSError as error:
        hint = "image is the file the chip's flash begins with; leave it out for blank flash"
        raise file_access(path, "read", error, hint=hint) from error
    if data.startswith(_PACKED):
        raise UnsupportedError(
            f"{path} is packed, and would be the flash of the chip as it is", hint="unpack it first"
        )
    return data


def _write_back(path: Path, data: bytes) -> None:
    """Replace a file atomically: the old content stays until the new one is complete."""
    try:
        write_whole(path, data, private=True)
    except OSError as error:
        raise file_access(path, "written", error) from error
