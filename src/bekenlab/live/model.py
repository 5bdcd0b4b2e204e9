"""What is seen of a live chip: immutable values that may be handed to any thread."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bekenlab.analysis.boot import GpioRow
    from bekenlab.live.parts import PartView


class LiveState(StrEnum):
    """What a session is doing."""

    RUNNING = "running"
    PAUSED = "paused"
    STOPPED = "stopped"
    CLOSED = "closed"


class StopCause(StrEnum):
    """Why a live chip cannot go on until it is reset."""

    CRASH = "crash"
    WATCHDOG = "watchdog"
    INTERNAL = "internal"


@dataclass(frozen=True, slots=True)
class Stop:
    """What ended the run.

    Attributes:
        cause: Its kind.
        detail: For people: what failed and where.
    """

    cause: StopCause
    detail: str


@dataclass(frozen=True, slots=True)
class Edge:
    """The level at a pin changed, whoever changed it.

    Attributes:
        seconds: Device time since the chip was started.
        gpio: Number.
        level: 0 or 1, the level from then on.
    """

    seconds: float
    gpio: int
    level: int


@dataclass(frozen=True, slots=True)
class LogPiece:
    """Something the chip said.

    Attributes:
        seconds: Device time since the chip was started.
        port: ``"uart1"``, ``"uart2"``, ``"mcu"`` for a frame between module and MCU in words, or
            ``"bench"`` for what happened to the chip: ``reset``, ``reset-erased``,
            ``watchdog-reset``, or why it stopped.
        text: What it said; a piece of a port may end anywhere, also within a line.
    """

    seconds: float
    port: str
    text: str


@dataclass(frozen=True, slots=True)
class PointView:
    """A TuyaMCU data point.

    Attributes:
        number: Its id.
        kind: Its type in lower case, ``"type 9"`` when unknown.
        value: A number for bool, value, enum and bitmap; text for a string; bytes in hexadecimal.
        by: Who set it last: ``"module"`` or ``"mcu"``.
    """

    number: int
    kind: str
    value: int | str
    by: str


@dataclass(frozen=True, slots=True)
class Picture:
    """A live chip at one moment.

    Attributes:
        state: What the session is doing.
        stop: Why it cannot go on, or None.
        power_ups: How often the chip was started; device time counts from the last of them.
        device_seconds: Device time.
        speed: Asked speed, device seconds a second; None for as fast as possible.
        ratio: Measured speed over the last second or so.
        gpio: All pins.
        driven: Pins connected to a level from outside: number and level.
        parts: What hangs on the pins, as it looks now.
        points: TuyaMCU data points by number.
        labels: What each fitted pin is called: number and label.
        fitted_from: Where the parts are known from: ``"tuya"``, ``"openbeken"``, ``"boot_log"`` or
            ``"nothing"``.
    """

    state: LiveState
    stop: Stop | None
    power_ups: int
    device_seconds: float
    speed: float | None
    ratio: float
    gpio: tuple[GpioRow, ...] = field(repr=False)
    driven: tuple[tuple[int, int], ...] = ()
    parts: tuple[PartView, ...] = ()
    points: tuple[PointView, ...] = ()
    labels: tuple[tuple[int, str], ...] = ()
    fitted_from: str = "nothing"


@dataclass(frozen=True, slots=True)
class Frame:
    """What one watcher has not seen yet.

    Attributes:
        picture: The chip now.
        edges: Edges since the watcher's last frame, oldest first, of the current power-up only.
        edges_lost: How many between it and those were dropped; nobody looked for too long.
        log: What was said since.
        log_lost: How many pieces of it were dropped.
    """

    picture: Picture
    edges: tuple[Edge, ...]
    edges_lost: int
    log: tuple[LogPiece, ...] = field(repr=False)
    log_lost: int
