"""How a dump is booted, and what a boot shows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from bekenlab.analysis.boot_stop import BootStop
    from bekenlab.mcu.frames import DataPoint, Frame
    from bekenlab.pins import PinMap
    from bekenlab.tuya.boot_log.model import BootLog
    from bekenlab.tuya.firmware import Firmware
    from bekenlab.tuya.parameters.model import Parameters

Start = Literal["app", "bootloader"]
Listener = Callable[[float, str], None]


@dataclass(frozen=True, slots=True)
class BootOptions:
    """How to boot and when to stop.

    Attributes:
        until: Regular expression that ends the run when UART2 prints it, or None.
        device_seconds: Limit of virtual time.
        wall_seconds: Limit of real time.
        instructions: Limit of instructions; unlike real time, the same on every computer.
        start: Reset into the app, or into the dump's own boot loader.
        typed: Input for UART1's console, sent at the first pause of the log.
        mcu: Whether a simulated MCU answers firmware that talks to one.
        stop_at_pins: Whether to stop once the log holds the whole pin configuration.
    """

    until: str | None = None
    device_seconds: float = 60.0
    wall_seconds: float = 60.0
    instructions: int | None = 120_000_000
    start: Start = "app"
    typed: bytes = b""
    mcu: bool = True
    stop_at_pins: bool = True


@dataclass(frozen=True, slots=True)
class GpioRow:
    """One pin as the firmware left it.

    Attributes:
        gpio: GPIO number.
        direction: ``"in"``, ``"out"``, ``"function"`` or ``"off"``.
        level: 0 or 1.
        pull: ``"up"``, ``"down"`` or None.
        pwm: (frequency in Hz, duty 0..1) if a PWM drives it, or None.
        touched: Whether the firmware configured the pin at all.
        changes: How often the firmware changed the level of this output, e.g. for a blinking LED.
    """

    gpio: int
    direction: str
    level: int
    pull: str | None
    pwm: tuple[float, float] | None
    touched: bool
    changes: int = 0


@dataclass(frozen=True, slots=True)
class BootReport:
    """The result of a boot.

    Attributes:
        chip: The chip that was modelled.
        stop: Why the run ended.
        detail: What matched, what failed and where, or what it was waiting for.
        pc: Program counter at the end.
        device_seconds: Virtual time.
        instructions: Executed instructions.
        wall_seconds: Real time.
        text: UART2 log.
        uart1_sent: Bytes the firmware sent on UART1.
        uart1_received: Bytes it received there.
        log: The parsed log.
        firmware: Identity from the log, completed from the code.
        parameters: Pin configuration from the log, or None.
        pins: Pin map from the log.
        gpio: All pins as the firmware left them.
        mcu_frames: TuyaMCU frames the firmware sent.
        data_points: Data points the firmware set, in order.
        hangs: Whether it was in a loop that only a reset can end.
    """

    chip: str
    stop: BootStop
    detail: str
    pc: int
    device_seconds: float
    instructions: int
    wall_seconds: float
    text: str = field(repr=False)
    uart1_sent: bytes = field(repr=False)
    uart1_received: bytes = field(repr=False)
    log: BootLog
    firmware: Firmware
    parameters: Parameters | None
    pins: PinMap
    gpio: tuple[GpioRow, ...]
    mcu_frames: tuple[Frame, ...]
    data_points: tuple[DataPoint, ...] = ()
    hangs: bool = False
