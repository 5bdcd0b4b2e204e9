"""Reads the pins from a boot log captured from a real device."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bekenlab.analysis.analyze import analyze
from bekenlab.analysis.boot_findings import BootMode
from bekenlab.analysis.configuration import one_configuration, read_configurations
from bekenlab.analysis.inputs import InputFile, load_one
from bekenlab.analysis.log_pins import pins_from_log
from bekenlab.analysis.other_kinds import OtherKind, is_dump, json_kind
from bekenlab.analysis.posted_text import as_utf8
from bekenlab.chips import module_chip
from bekenlab.errors import NotADumpError, Notice, UsageError
from bekenlab.openbeken import build_template, describe, lost_levels, lost_pins
from bekenlab.pins import is_pin_key, is_setting_key
from bekenlab.tuya.boot_log.model import BootLog
from bekenlab.tuya.boot_log.read import parse_boot_log
from bekenlab.tuya.firmware import FirmwareKind
from bekenlab.tuya.parameters.model import Parameters

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from bekenlab.pins import PinMap

_OPENBEKEN = "OpenBeken"


@dataclass(frozen=True, slots=True)
class LogReport:
    """The contents of a captured log.

    Attributes:
        name: Base name of the file.
        log: The parsed log.
        chip: Chip according to its boot loader, firmware or module, or None.
        pins: Pin map.
        template: OpenBeken template.
        description: The pin map in plain text.
        notices: Warnings for the reader.
    """

    name: str
    log: BootLog
    chip: str | None
    pins: PinMap
    template: Mapping[str, Any]
    description: str
    notices: tuple[Notice, ...]


def read_log(path: Path) -> LogReport:
    """Read and parse a captured log.

    Raises:
        SeveralInputsError: It is a folder, an archive or a text with several of them.
        BekenlabError: The file cannot be read, or is not a boot log of a Tuya device.
    """
    return log_in(load_one(path))


def log_in(file: InputFile) -> LogReport:
    """Parse a captured log that is in memory already.

    Raises:
        UsageError: It is a dump.
        BekenlabError: It is not a boot log of a Tuya device.
    """
    _refuse_other_kinds(file.data)
    try:
        log = parse_boot_log(as_utf8(file.data))
        if log.firmware or log.chip or len(read_configurations(file.data)) < 2:
            return report_of(file.name, log)
    except NotADumpError:
        if not read_configurations(file.data):
            raise
    # Read as one log, the configurations of several devices would become one device.
    return _of_configuration(file)


def _refuse_other_kinds(data: bytes) -> None:
    """Refuse what has texts in it that look like a log's, and is something else."""
    if is_dump(data):
        raise UsageError(f"this is {OtherKind.DUMP.words}, not a log", hint=OtherKind.DUMP.hint)
    kind = json_kind(data)
    if kind is not None:
        raise NotADumpError(f"this is {kind.words}, not a log", hint=kind.hint)


def _of_configuration(file: InputFile) -> LogReport:
    """The report of a text that is not a log but holds a configuration."""
    one_configuration(file.path, file.data, file.part)
    analysis = analyze(file, boot=BootMode.NEVER)
    values = analysis.tuya.parameters.flat() if analysis.tuya.parameters else {}
    known = {
        name: value for name, value in values.items() if is_pin_key(name) or is_setting_key(name)
    }
    chip = analysis.chip.name
    return LogReport(
        name=file.name,
        log=BootLog(None, None, chip, None, Parameters(known, None, ())),
        chip=chip,
        pins=analysis.pins,
        template=analysis.template,
        description=analysis.description,
        notices=analysis.notices,
    )


def report_of(name: str, log: BootLog) -> LogReport:
    """The report of a parsed log.

    Raises:
        NotADumpError: It says nothing about a device: it is not a boot log of a Tuya device.
    """
    pins = pins_from_log(log)
    if not (log.firmware or log.chip or pins.pins or log.mcu):
        raise NotADumpError(
            "this is not a boot log of a Tuya device, or it is garbled",
            hint="capture UART2 (TX2) at 115200 baud, 8N1, from power-on; check the ground wire",
        )
    chip = log.chip or (module_chip(log.module) if log.module else None)
    return LogReport(
        name=name,
        log=log,
        chip=chip,
        pins=pins,
        template=build_template(pins, chip=chip or "", board=log.module),
        description=describe(pins, chip=chip, without_pins=why_no_pins(log)),
        notices=(
            *pins.notices,
            *lost_levels(pins),
            *lost_pins(pins, chip),
            *_without_pins(log, pins),
        ),
    )


def _without_pins(log: BootLog, pins: PinMap) -> tuple[Notice, ...]:
    if pins.pins:
        return ()
    why = why_no_pins(log)
    if log.firmware and log.firmware.kind is FirmwareKind.OPENBEKEN:
        return (Notice("openbeken-log", why),)
    return (Notice("second-controller", why) if log.mcu else Notice("log-without-pins", why),)


def why_no_pins(log: BootLog) -> str:
    """Why there are no pins, as far as the log shows it; a second controller needs evidence."""
    if log.firmware and log.firmware.kind is not FirmwareKind.TUYA:
        name = _OPENBEKEN if log.firmware.kind is FirmwareKind.OPENBEKEN else log.firmware.name
        return f"No pins are known: {name} does not print its pins when it starts."
    if log.mcu:
        return "No pins are known: a second controller (TuyaMCU) does the work, says the log."
    return "No pins are known: the log does not show the device's configuration."
