"""Boots a dump in the virtual chip for its log, its pins, and its link to a second controller."""

from __future__ import annotations

import codecs
import time
from dataclasses import replace
from typing import TYPE_CHECKING

from bekenlab.analysis.boot_model import BootOptions, BootReport, GpioRow, Listener
from bekenlab.analysis.boot_problem import nothing_to_run
from bekenlab.analysis.boot_stop import BootStop
from bekenlab.chips import find_module, module_chip
from bekenlab.errors import Notice
from bekenlab.json_text import JsonError, read_json
from bekenlab.machine import FlashImage, Machine, Until
from bekenlab.machine.console_input import ConsoleInput
from bekenlab.machine.peers.tuya_mcu import TuyaMcu
from bekenlab.machine.serial import MOST_KEPT
from bekenlab.pins import PinMap, Source, compare, pins_from_parameters
from bekenlab.tuya.boot_log.follow import BootLogReader
from bekenlab.tuya.boot_log.read import parse_boot_log
from bekenlab.tuya.firmware import Firmware, identify

if TYPE_CHECKING:
    from collections.abc import Callable

    from bekenlab.analysis.tuya_findings import TuyaFindings
    from bekenlab.image import Image
    from bekenlab.tuya.boot_log.model import BootLog

# Firmware silent for this long is waiting for something that will not happen.
_QUIET_SECONDS = 8.0
_PRODUCT_VALUE = "gw_di"
_PRODUCT_FIELD = "pk"
# Reading, redacting and showing the worst logs took 5 microseconds a byte on an idle computer.
_SECONDS_PER_BYTE = 12e-6
_READ_AT_ONCE = 1 << 18
_ANY_PRODUCT = "0000000000000000"


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
        pins=_with_limits(_pins(log, tuya), _limits(machine, mcu, kept)),
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


def _limits(machine: Machine, mcu: TuyaMcu | None, kept: int) -> tuple[Notice, ...]:
    """What was cut, so that firmware that floods does not fill memory."""
    said = [
        f"The firmware sent {port.total:,} bytes on {name}; only the end was kept."
        for name, port in (("UART2", machine.uart2), ("UART1", machine.uart1))
        if port.dropped or len(port.sent) > kept
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
        chip=log.chip or (module_chip(log.module) if log.module else None),
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
