"""What can be done to a live chip from outside, as values that can be kept and replayed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

if TYPE_CHECKING:
    from bekenlab.machine.peers.tuya_mcu import DataPoint

Port = Literal["uart1", "uart2"]
PORTS: tuple[Port, ...] = ("uart1", "uart2")


@dataclass(frozen=True, slots=True)
class Drive:
    """Connect a pin to a level from outside.

    Attributes:
        gpio: Number.
        level: 0 or 1; None lets go.
    """

    gpio: int
    level: int | None


@dataclass(frozen=True, slots=True)
class Press:
    """Press a button: its pin goes to the active level.

    Attributes:
        gpio: Number of its pin.
    """

    gpio: int


@dataclass(frozen=True, slots=True)
class Release:
    """Let a button go, but not before it was down long enough for firmware to notice.

    Attributes:
        gpio: Number of its pin.
    """

    gpio: int


@dataclass(frozen=True, slots=True)
class TypeText:
    """Type on a serial port.

    Attributes:
        text: What is typed, with its line end.
        port: Where.
    """

    text: str
    port: Port = "uart1"


@dataclass(frozen=True, slots=True)
class ReportPoint:
    """The MCU reports a data point, as when somebody uses the device's own buttons.

    Attributes:
        point: The data point.
    """

    point: DataPoint


@dataclass(frozen=True, slots=True)
class Reset:
    """Pull CEN: the chip starts anew.

    Attributes:
        erase: Also put the flash back to what the file holds; otherwise what the firmware wrote
            stays.
    """

    erase: bool = False


#: What changes the chip; replayed at the same ticks it has the same effect.
ChipCommand: TypeAlias = Drive | Press | Release | TypeText | ReportPoint | Reset


@dataclass(frozen=True, slots=True)
class Done:
    """A command with its place in virtual time.

    Attributes:
        power_up: Number of the power-up it came in, from 1.
        tick: Ticks since that power-up.
        command: What was done.
    """

    power_up: int
    tick: int
    command: ChipCommand


@dataclass(frozen=True, slots=True)
class Pause:
    """Stop time."""


@dataclass(frozen=True, slots=True)
class Resume:
    """Let time go on."""


@dataclass(frozen=True, slots=True)
class Step:
    """Let a little time go by, then stop it.

    Attributes:
        seconds: Device seconds.
    """

    seconds: float


@dataclass(frozen=True, slots=True)
class SetSpeed:
    """Change the pace.

    Attributes:
        speed: Device seconds a second, 0.1 to 20; None for as fast as possible.
    """

    speed: float | None


#: Whatever a session takes.
Command: TypeAlias = ChipCommand | Pause | Resume | Step | SetSpeed
