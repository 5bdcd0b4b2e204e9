"""Commands to a live chip, as values that can be recorded and replayed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

if TYPE_CHECKING:
    from bekenlab.mcu.frames import DataPoint

Port = Literal["uart1", "uart2"]
PORTS: tuple[Port, ...] = ("uart1", "uart2")


@dataclass(frozen=True, slots=True)
class Drive:
    """Drive a pin from outside.

    Attributes:
        gpio: Number.
        level: 0 or 1; None disconnects.
    """

    gpio: int
    level: int | None


@dataclass(frozen=True, slots=True)
class Press:
    """Press a button: drive its pin to the active level.

    Attributes:
        gpio: Number of its pin.
    """

    gpio: int


@dataclass(frozen=True, slots=True)
class Release:
    """Release a button, but not before it was down long enough for firmware to notice.

    Attributes:
        gpio: Number of its pin.
    """

    gpio: int


@dataclass(frozen=True, slots=True)
class TypeText:
    """Send text to a serial port.

    Attributes:
        text: The text, including the line end.
        port: The port.
    """

    text: str
    port: Port = "uart1"


@dataclass(frozen=True, slots=True)
class ReportPoint:
    """Make the MCU report a data point, as if someone used the device's own buttons.

    Attributes:
        point: The data point.
    """

    point: DataPoint


@dataclass(frozen=True, slots=True)
class Reset:
    """Restart the chip, as CEN does.

    Attributes:
        erase: Also reset the flash to the content of the file; otherwise it keeps what the
            firmware wrote.
    """

    erase: bool = False


#: Commands that change the chip; replayed at the same ticks they have the same effect.
ChipCommand: TypeAlias = Drive | Press | Release | TypeText | ReportPoint | Reset


@dataclass(frozen=True, slots=True)
class Done:
    """A command with its virtual time.

    Attributes:
        power_up: Number of the power-up, from 1.
        tick: Ticks since that power-up.
        command: The command.
    """

    power_up: int
    tick: int
    command: ChipCommand


@dataclass(frozen=True, slots=True)
class Pause:
    """Stop time."""


@dataclass(frozen=True, slots=True)
class Resume:
    """Resume time."""


@dataclass(frozen=True, slots=True)
class Step:
    """Run for a short time, then pause.

    Attributes:
        seconds: Device seconds.
    """

    seconds: float


@dataclass(frozen=True, slots=True)
class SetSpeed:
    """Change the speed.

    Attributes:
        speed: Device seconds per second, 0.1 to 20; None for as fast as possible.
    """

    speed: float | None


#: All commands that a session accepts.
Command: TypeAlias = ChipCommand | Pause | Resume | Step | SetSpeed
