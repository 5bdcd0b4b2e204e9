"""Boots a dump in the virtual chip for its log, its pins, and its link to a second controller."""

from __future__ import annotations

import codecs
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Literal

from bekenlab.analysis.boot_stop import BootStop
from bekenlab.chips import find_module
from bekenlab.errors import (
    Action,
    BekenlabError,
    BootFailedError,
    NotADumpError,
    Notice,
    NotReachedError,
)
from bekenlab.json_text import JsonError, read_json
from bekenlab.machine import FlashImage, Machine, Until
from bekenlab.machine.console_input import ConsoleInput
from bekenlab.machine.peers.tuya_mcu import DataPoint, Frame, TuyaMcu
from bekenlab.machine.serial import MOST_KEPT
from bekenlab.pins import PinMap, Source, compare, pins_from_parameters
from bekenlab.tuya.boot_log.follow import BootLogReader
from bekenlab.tuya.boot_log.read import parse_boot_log
from bekenlab.tuya.firmware import Firmware, identify

if TYPE_CHECKING:
    from bekenlab.analysis.tuya_findings import TuyaFindings
    from bekenlab.image import Image
    from bekenlab.tuya.boot_log.model import BootLog
    from bekenlab.tuya.parameters.model import Parameters

Start = Literal["app", "bootloader"]
Listener = Callable[[float, str], None]

# Firmware silent for this long is waiting for something that will not happen.
_QUIET_SECONDS = 8.0
_PRODUCT_VALUE = "gw_di"
_PRODUCT_FIELD = "pk"
# Reading, redacting and showing the worst logs took 5 microseconds a byte on an idle computer.
_SECONDS_PER_BYTE = 12e-6
_READ_AT_ONCE = 1 << 15
_ANY_PRODUCT = "0000000000000000"


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


def boot(
    image: Image,
    *,
    chip: str,
    tuya: TuyaFindings | None = None,
    options: BootOptions | None = None,
    listen: Listener = lambda _seconds, _text: None,
    interrupted: Callable[[], bool] | None = None,
) -> BootReport:
    """Run a dump in the virtual chip until a stop condition is met.

    Args:
        image: The parsed dump.
        chip: Name of the chip to model.
        tuya: Tuya's data in the dump; gives the simulated MCU its product id.
        options: How to boot and when to stop.
        listen: Called with (device seconds, text) for each piece of log as it is printed.
        interrupted: Polled during the run; True ends it.

    Raises:
        NotADumpError: The dump holds no code to run.
        UnsupportedError: There is no model of this chip.
    """
    options = options or BootOptions()
    started = time.monotonic()
    machine = Machine.from_image(flash_image(image), chip=chip, start=options.start)
    reader = BootLogReader()

    # A piece may end within a character.
    decoder = codecs.getincrementaldecoder("utf-8")("replace")

    def receive(data: bytes) -> None:
        if options.stop_at_pins:
            reader.feed(data)
        listen(machine.clock.seconds, decoder.decode(data))

    machine.uart2.listen(receive)
    mcu = TuyaMcu(product_of(tuya)) if options.mcu else None
    machine.uart1.attach(mcu)
    if options.typed:
        ConsoleInput(machine, options.typed)
    outcome = machine.run(
        Until(
            match=options.until,
            condition=(lambda: reader.pins_complete) if options.stop_at_pins else None,
            device_seconds=options.device_seconds,
            wall_seconds=max(0.0, options.wall_seconds - (time.monotonic() - started)),
            instructions=options.instructions,
            quiet_seconds=_QUIET_SECONDS,
            interrupted=interrupted,
            afterwards=lambda: _seconds_to_read(machine),
        )
    )
    kept = MOST_KEPT * 2
    if interrupted is not None and interrupted():
        kept = _READ_AT_ONCE  # whoever stops it does not want to wait
    text = machine.uart2.sent[-kept:].decode("utf-8", "replace")
    log = parse_boot_log(text)
    return BootReport(
        chip=chip,
        stop=BootStop.of(outcome.reason),
        detail=outcome.detail,
        pc=outcome.pc,
        device_seconds=outcome.device_seconds,
        instructions=outcome.instructions,
        wall_seconds=time.monotonic() - started,
        text=text,
        uart1_sent=bytes(machine.uart1.sent[-kept:]),
        uart1_received=bytes(machine.uart1.received[-kept:]),
        log=log,
        firmware=_firmware(log, image),
        parameters=log.parameters if log.parameters.values else None,
        pins=_with_limits(_pins(log, tuya), _limits(machine, mcu)),
        gpio=gpio_rows(machine),
        mcu_frames=tuple(mcu.frames) if mcu else (),
        data_points=tuple(mcu.was_set) if mcu else (),
        hangs=outcome.hangs,
    )


def _seconds_to_read(machine: Machine) -> float:
    """How long it takes to read, redact and show what was printed; the run ends earlier by that."""
    return _SECONDS_PER_BYTE * (len(machine.uart2.sent) + len(machine.uart1.sent))


def _with_limits(pins: PinMap, limits: tuple[Notice, ...]) -> PinMap:
    return replace(pins, notices=(*pins.notices, *limits)) if limits else pins


def _limits(machine: Machine, mcu: TuyaMcu | None) -> tuple[Notice, ...]:
    """What was cut, so that firmware that floods does not fill memory."""
    said = [
        f"The firmware sent {port.total:,} bytes on {name}; only the end was kept."
        for name, port in (("UART2", machine.uart2), ("UART1", machine.uart1))
        if port.dropped
    ]
    if mcu is not None and mcu.seen > len(mcu.frames):
        said.append(f"The firmware sent {mcu.seen:,} TuyaMCU frames; only the first were kept.")
    return tuple(Notice("log-limit", text) for text in said)


def _firmware(log: BootLog, image: Image) -> Firmware:
    """Identity from the log, completed from the code."""
    code = identify(image.app)
    if log.firmware is None:
        return code
    return replace(
        log.firmware,
        name=log.firmware.name or code.name,
        version=log.firmware.version or code.version,
        sdk=log.firmware.sdk or code.sdk,
    )


def problem_of(report: BootReport, until: str | None = None) -> BekenlabError | None:
    """The error for a boot that failed, or None."""
    failure = _failure(report)
    if failure:
        return BootFailedError(
            f"the firmware {failure} (pc 0x{report.pc:x})",
            action=Action("boot-otherwise"),
        )
    if until is not None and report.stop is not BootStop.MATCH:
        return NotReachedError(
            f"the log did not match {until!r} in {report.device_seconds:.1f} s on the device",
            action=Action("give-more-time"),
        )
    return None


def _failure(report: BootReport) -> str:
    """Why the firmware does not run; empty if it does."""
    if report.stop is BootStop.FAULT:
        return f"did not run: {report.detail}"
    if report.stop is BootStop.WATCHDOG:
        doing = f", {report.detail}" if report.detail else ""
        return f"did not run: the watchdog reset the chip{doing}"
    if report.hangs:
        return f"hangs {report.detail}"
    if _silent(report):
        return f"printed nothing in {report.device_seconds:.1f} s on the device"
    return ""


def _silent(report: BootReport) -> bool:
    """Whether the firmware printed nothing although it had time to: it does not run."""
    over = report.stop in (BootStop.QUIET, BootStop.WALL)
    return over and not report.text and not report.uart1_sent


def _pins(log: BootLog, tuya: TuyaFindings | None) -> PinMap:
    """The pin map from the log of a dump; a warning says if the log repeats a mere default."""
    maps = [(Source.BOOT_LOG, pins_from_log(log))]
    maps += [
        (said.source, pins_from_parameters(said.parameters.values, source=said.source))
        for said in (tuya.statements if tuya and maps[0][1].pins else ())
        if said.source is Source.FIRMWARE_DEFAULT
    ]
    return compare(maps)


def pins_from_log(log: BootLog) -> PinMap:
    """The pin map from a boot log, with the warnings about the log."""
    baud = log.mcu.baud if log.mcu else None
    if not log.parameters.values and not baud:
        return PinMap(notices=log.notices)
    pins = pins_from_parameters(
        log.parameters.flat(),
        source=Source.BOOT_LOG,
        module=find_module(log.module) if log.module else None,
        mcu_baud=baud,
    )
    return replace(pins, notices=(*log.notices, *pins.notices))


def flash_image(image: Image) -> FlashImage:
    """The flash of a dump in the form a machine needs.

    Raises:
        NotADumpError: It holds no code.
    """
    if not image.logical:
        raise nothing_to_run()
    if image.logical_start:
        return FlashImage(
            b"\xff" * image.start + image.physical,
            b"\xff" * image.logical_start + image.logical,
        )
    return FlashImage(image.physical, image.logical)


def nothing_to_run(data: bytes = b"") -> BekenlabError:
    """The error for a file without code.

    Args:
        data: The file, for advice.
    """
    from bekenlab.analysis.configuration import is_text
    from bekenlab.analysis.other_kinds import text_kind

    kind = text_kind(data) if data and is_text(data) else None
    if kind is not None:
        return NotADumpError(f"this is {kind.words}: there is no code to run", hint=kind.hint)
    return NotADumpError(
        "there is no code in this file that could run",
        hint="booting needs the app: a whole dump, or an app image of OpenBeken",
    )


def product_of(tuya: TuyaFindings | None) -> str:
    """The product id from the storage; firmware that stored one accepts no other."""
    stored = tuya.storage.value(_PRODUCT_VALUE) if tuya and tuya.storage else None
    try:
        facts = read_json((stored or b"{}").rstrip(b"\0"))
    except JsonError:
        return _ANY_PRODUCT
    product = facts.get(_PRODUCT_FIELD) if isinstance(facts, dict) else None
    return product if isinstance(product, str) and product else _ANY_PRODUCT


def gpio_rows(machine: Machine) -> tuple[GpioRow, ...]:
    """All pins as the firmware has configured them by now."""
    rows = []
    for pin in machine.pins():
        pwm = machine.pwm(pin.gpio)
        rows.append(
            GpioRow(
                pin.gpio,
                pin.direction,
                pin.level,
                pin.pull,
                (pwm.hz, pwm.duty) if pwm else None,
                pin.touched,
                pin.changes,
            )
        )
    return tuple(rows)
