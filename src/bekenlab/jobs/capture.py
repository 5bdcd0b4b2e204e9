"""Capture a device's log port, and parse what it prints as it arrives."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from bekenlab.analysis.log_pins import pins_from_log
from bekenlab.chips import LOG_BAUD
from bekenlab.errors import Action, RefusedError, file_access
from bekenlab.files import make_private
from bekenlab.link.transport import own_log
from bekenlab.tuya.boot_log.read import parse_boot_log

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from bekenlab.link.target import Target
    from bekenlab.link.transport import Transport
    from bekenlab.pins import PinMap
    from bekenlab.tuya.boot_log.model import BootLog

_SLICE = 0.2
# The whole log is parsed again when new text has arrived and the port is quiet for a moment; a long
# one only when it has grown by an eighth, or a port that is never quiet for long would take it all.
_MOST = 8 << 20
_LONG = 1 << 18


@dataclass(frozen=True, slots=True)
class Capture:
    """A captured log.

    Attributes:
        data: The bytes that arrived.
        log: The parsed log.
        pins: The pins it names.
        seconds: How long the port was captured.
    """

    data: bytes
    log: BootLog
    pins: PinMap
    seconds: float


def capture(
    transport: Transport,
    *,
    output: Path | None = None,
    seconds: float | None = None,
    heard: Callable[[float, str], None] = lambda _at, _text: None,
    learnt: Callable[[PinMap], None] = lambda _pins: None,
    interrupted: Callable[[], bool] = lambda: False,
) -> Capture:
    """Listen until time is up, the user interrupts, or 8 MiB have arrived.

    Args:
        transport: The port, at the log's baud rate.
        output: File to save the bytes to as they arrive; must not exist.
        seconds: How long to listen; None: until interrupted.
        heard: Called with (seconds since the start, text) for each piece.
        learnt: Called whenever the log has given new pins.
        interrupted: Polled several times per second; True ends the capture.

    Raises:
        RefusedError: The file exists.
        LineLostError: The port has disappeared; the file keeps what arrived.
    """
    started = transport.now()
    data = bytearray()
    known = 0
    due = 1
    with _LogFile(output) as file:
        while not interrupted() and len(data) < _MOST:
            passed = transport.now() - started
            if seconds is not None and passed >= seconds:
                break
            piece = transport.read(_SLICE)
            if piece:
                file.write(piece)
                data += piece
                heard(passed, piece.decode("utf-8", "replace"))
            elif len(data) >= due:
                due = len(data) + max(1, len(data) // 8 if len(data) > _LONG else 0)
                pins = pins_from_log(parse_boot_log(bytes(data)))
                if len(pins.pins) > known:
                    known = len(pins.pins)
                    learnt(pins)
    log = parse_boot_log(bytes(data))
    return Capture(bytes(data), log, pins_from_log(log), transport.now() - started)


def capture_start(target: Target, seconds: float) -> Capture:
    """Start a chip's firmware, and capture the transport's own log port, or the transport itself.

    Args:
        target: The chip, in its loader.
        seconds: How long to listen.

    Raises:
        LineLostError: The port has disappeared.
    """
    transport = target.session.transport
    log = own_log(transport)
    target.reboot()
    if log is not None:
        return capture(log, seconds=seconds)
    loader_baud = transport.baud
    transport.set_baud(LOG_BAUD)
    try:
        return capture(transport, seconds=seconds)
    finally:
        transport.set_baud(loader_baud)  # the rate the adapter managed is remembered from it


class _LogFile:
    """The output file, if any; every piece is written as soon as it arrives."""

    def __init__(self, path: Path | None) -> None:
        if path is not None and path.exists():
            raise RefusedError(f"{path} already exists", action=Action("name-output"))
        self._file = None
        try:
            if path is not None:
                make_private(path)
                self._file = path.open("r+b", buffering=0)
        except OSError as error:
            raise file_access(path, "written", error) from error

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._file is not None:
            self._file.close()

    def write(self, piece: bytes) -> None:
        if self._file is not None:
            self._file.write(piece)
