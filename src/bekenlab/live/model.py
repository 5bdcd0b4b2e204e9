"""Views of a live chip: immutable values, safe to pass between threads."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bekenlab.analysis.boot_model import GpioRow
    from bekenlab.live.parts import PartView
    from bekenlab.mcu.schema import SchemaPoint


class LiveState(StrEnum):
    """State of a session."""

    RUNNING = "running"
    PAUSED = "paused"
    STOPPED = "stopped"
    CLOSED = "closed"


class StopCause(StrEnum):
    """Why a live chip cannot continue until it is reset."""

    CRASH = "crash"
    WATCHDOG = "watchdog"
    INTERNAL = "internal"


@dataclass(frozen=True, slots=True)
class Stop:
    """Why the run ended.

    Attributes:
        cause: The kind of cause.
        detail: What failed and where, for display.
    """

    cause: StopCause
    detail: str


@dataclass(frozen=True, slots=True)
class Edge:
    """A change of a pin's level, by firmware or from outside.

    Attributes:
        seconds: Device time since the chip was started.
        gpio: Number.
        level: The new level, 0 or 1.
    """

    seconds: float
    gpio: int
    level: int


@dataclass(frozen=True, slots=True)
class LogPiece:
    """A piece of the log.

    Attributes:
        seconds: Device time since the chip was started.
        port: ``"uart1"``, ``"uart2"``, ``"mcu"`` for a frame between module and MCU in words, or
            ``"bench"`` for what happened to the chip: ``reset``, ``reset-erased``,
            ``watchdog-reset``, or why it stopped.
        text: The text; a piece may end anywhere, even within a line.
    """

    seconds: float
    port: str
    text: str


@dataclass(frozen=True, slots=True)
class PointView:
    """A TuyaMCU data point.

    Attributes:
        number: Its id.
        kind: Its type in lower case; an unknown one as ``"type 9"``.
        value: A number for bool, value, enum and bitmap; text for a string; bytes in hexadecimal.
        by: Who last set it: ``"module"`` or ``"mcu"``.
        known: What is known of it from the device's product, or None.
        shown: What the value means: scaled, with its unit, or in words.
    """

    number: int
    kind: str
    value: int | str
    by: str
    known: SchemaPoint | None = None
    shown: str = ""


@dataclass(frozen=True, slots=True)
class NetworkView:
    """The network of a chip in the virtual air.

    Attributes:
        kind: ``"its"``: it opens its own; ``"ours"``: it joins one of bekenlab's.
        page: Address of its page on this computer; empty if it has none.
        protected: Whether ours uses WPA2.
        address: Its address in the network, once it can be reached there.
        mqtt: The newest message of each topic of its broker, the latest first; None without one.
        tried: Names and addresses outside of the air that it has tried to reach, in vain.
    """

    kind: str
    protected: bool
    page: str
    address: str | None
    mqtt: tuple[tuple[str, str], ...] | None
    tried: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Picture:
    """The state of a live chip at one moment.

    Attributes:
        state: State of the session.
        stop: Why it cannot continue, or None.
        power_ups: Number of starts; device time counts from the last one.
        device_seconds: Device time.
        speed: Requested speed in device seconds per second; None for as fast as possible.
        ratio: Speed measured over about the last second.
        gpio: All pins.
        driven: Pins driven from outside: number and level.
        parts: State of the parts on the pins.
        points: TuyaMCU data points by number.
        labels: Names of the pins with a part: number and label.
        fitted_from: Source of the parts: ``"tuya"``, ``"openbeken"``, ``"boot_log"`` or
            ``"nothing"``.
        network: Its network in the virtual air, or None.
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
    network: NetworkView | None = None


@dataclass(frozen=True, slots=True)
class Frame:
    """News for one watcher.

    Attributes:
        picture: The current state of the chip.
        edges: Edges since the watcher's last frame, oldest first, of the current power-up only.
        edges_lost: Number of edges dropped in between, because the watcher was too slow.
        log: Log since the watcher's last frame.
        log_lost: Number of pieces of it that were dropped.
    """

    picture: Picture
    edges: tuple[Edge, ...]
    edges_lost: int
    log: tuple[LogPiece, ...] = field(repr=False)
    log_lost: int
