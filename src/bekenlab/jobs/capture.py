"""Listen to a device's log port, keep what it prints, and understand it as it comes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from bekenlab.analysis.boot import pins_from_log
from bekenlab.chips import LOG_BAUD
from bekenlab.errors import Action, RefusedError, file_access
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
# The whole log is parsed anew when lines have come and the line has been quiet for a moment.
_MOST = 8 << 20


@dataclass(frozen=True, slots=True)
class Capture:
    """A captured log.

    Attributes:
        data: What arrived.
        log: Understood.
        pins: Pin map.
        seconds: How long it was listened to.
    """

    data: bytes
    log: BootLog
    pins: PinMap
    seconds: float


def capture(
    line: Transport,
    *,
    output: Path | None = None,
    seconds: float | None = None,
    heard: Callable[[float, str], None] = lambda _at, _text: None,
    learnt: Callable[[PinMap], None] = lambda _pins: None,
    interrupted: Callable[[], bool] = lambda: False,
) -> Capture:
    """Listen until time is up, the user interrupts, or 8 MiB have come.

    Args:
        line: The line, at the log's rate.
        output: File to keep the bytes in as they come; must not exist.
        seconds: How long to listen; None: until interrupted.
        heard: Called with (seconds since the start, text) for each piece.
        learnt: Called whenever the log has given new pins.
        interrupted: Asked several times a second.

    Raises:
        RefusedError: The file exists.
        LineLostError: The line is gone; the file keeps what came.
    """
    started = line.now()
    data = bytearray()
    known = 0
    dirty = False
    with _Keeper(output) as keeper:
        while not interrupted() and len(data) < _MOST:
            passed = line.now() - started
            if seconds is not None and passed >= seconds:
                break
            piece = line.read(_SLICE)
            if piece:
                keeper.keep(piece)
                data += piece
                dirty = True
                heard(passed, piece.decode("utf-8", "replace"))
            elif dirty:
                dirty = False
                pins = pins_from_log(parse_boot_log(bytes(data)))
                if len(pins.pins) > known:
                    known = len(pins.pins)
                    learnt(pins)
    log = parse_boot_log(bytes(data))
    return Capture(bytes(data), log, pins_from_log(log), line.now() - started)


def capture_start(target: Target, seconds: float) -> Capture:
    """Start a chip's firmware, and listen on the line's own log port, or on the line itself.

    Args:
        target: The chip, in its loader.
        seconds: How long to listen.

    Raises:
        LineLostError: The line is gone.
    """
    line = target.session.transport
    log = own_log(line)
    target.reboot()
    if log is not None:
        return capture(log, seconds=seconds)
    loader_baud = line.baud
    line.set_baud(LOG_BAUD)
    try:
        return capture(line, seconds=seconds)
    finally:
        line.set_baud(loader_baud)  # what the adapter managed is remembered from it


class _Keeper:
    """The file, if one was asked for; every piece is on disk as soon as it came."""

    def __init__(self, path: Path | None) -> None:
        if path is not None and path.exists():
            raise RefusedError(f"{path} already exists", action=Action("name-output"))
        try:
            self._file = path.open("xb", buffering=0) if path is not None else None
        except OSError as error:
            raise file_access(path, "written", error) from error

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._file is not None:
            self._file.close()

    def keep(self, piece: bytes) -> None:
        if self._file is not None:
            self._file.write(piece)
