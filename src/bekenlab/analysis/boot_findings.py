"""Boots a dump for its pins if they are not stored in it."""

from __future__ import annotations

from dataclasses import replace
from enum import StrEnum
from typing import TYPE_CHECKING

from bekenlab.analysis.identify import decide_chip
from bekenlab.analysis.tuya_findings import Statement, TuyaFindings
from bekenlab.errors import BekenlabError, Notice
from bekenlab.pins import Source
from bekenlab.tuya.firmware import Firmware, FirmwareKind

if TYPE_CHECKING:
    from bekenlab.analysis.boot_model import BootOptions, BootReport
    from bekenlab.analysis.model import Analysis
    from bekenlab.image import Image


class BootMode(StrEnum):
    """Whether ``analyze`` boots a dump in the virtual chip."""

    AUTO = "auto"
    ALWAYS = "always"
    NEVER = "never"


# In a batch, a dump that prints no pins must not delay the others for long.
_DEVICE_SECONDS = 30.0
_INSTRUCTIONS = 40_000_000
# A guard against very slow hosts only: the result must not depend on the computer.
_WALL_SECONDS = 60.0
# The pins that PWM can be on (docs/machine.md), whether it runs yet or not.
_PWM = frozenset({6, 7, 8, 9, 24, 26})


def with_boot(image: Image, firmware: Firmware, tuya: TuyaFindings, mode: BootMode) -> TuyaFindings:
    """Add the parameters from the boot log to the findings.

    ``AUTO`` boots Tuya firmware whose parameters were not found, unless it is for a second
    controller, which has the pins.
    """
    if not _wanted(image, firmware, tuya, mode):
        return tuya
    # Imported here so that dumps with intact storage need not load the emulator.
    from bekenlab.analysis.boot import boot

    chip = decide_chip(image, firmware, tuya.environment, None).name
    if chip is None:
        return tuya
    try:
        report = boot(image, chip=chip, tuya=tuya, options=auto_options())
    except BekenlabError as error:
        notice = Notice("boot-failed", f"The dump could not be booted: {error.message}.")
        return replace(tuya, notices=(*tuya.notices, notice))
    return with_report(tuya, report)


def auto_options() -> BootOptions:
    """How ``AUTO`` boots."""
    from bekenlab.analysis.boot_model import BootOptions

    return BootOptions(
        device_seconds=_DEVICE_SECONDS, wall_seconds=_WALL_SECONDS, instructions=_INSTRUCTIONS
    )


def with_report(tuya: TuyaFindings, report: BootReport) -> TuyaFindings:
    """Add the parameters from a finished boot to the findings."""
    if report.parameters is None:
        text = (
            f"The dump was booted in the virtual chip for {report.device_seconds:.1f} s of device "
            f"time, until {report.stop.words}; its log names no pins.{_in_use(report)}"
        )
        notices = (*tuya.notices, Notice("boot-without-pins", text))
        return replace(tuya, notices=notices, in_use=(*_lamp(report), *_outputs(report)))
    said = Statement(Source.BOOT_LOG, None, report.parameters)
    trusted = [known for known in tuya.statements if known.source is not Source.FIRMWARE_DEFAULT]
    rest = [known for known in tuya.statements if known.source is Source.FIRMWARE_DEFAULT]
    return replace(
        tuya,
        statements=(*trusted, said, *rest),
        notices=(*tuya.notices, *report.log.notices),
    )


def _in_use(report: BootReport) -> str:
    """The pins that firmware drives although its log names none, as that of many lamps does."""
    pwm, outputs = _lamp(report), _outputs(report)
    said = []
    if pwm:
        said.append(f"PWM on {_list(pwm)}, perhaps a lamp whose colours have no names")
    if outputs:
        said.append(f"{_list(outputs)} as outputs")
    return f" It uses {'; '.join(said)}." if said else ""


def _lamp(report: BootReport) -> list[int]:
    pwm = [row.gpio for row in report.gpio if row.pwm]
    return pwm + [r.gpio for r in report.gpio if r.gpio in _PWM and r.direction == "function"]


def _outputs(report: BootReport) -> list[int]:
    return [row.gpio for row in report.gpio if row.touched and row.direction == "out"]


def _list(gpios: list[int]) -> str:
    return ", ".join(f"P{gpio}" for gpio in sorted(set(gpios)))


def would_boot(analysis: Analysis) -> bool:
    """Whether ``AUTO`` would boot a dump that was analysed with ``NEVER``."""
    if analysis.image is None or analysis.chip.name is None or analysis.problem is not None:
        return False
    return _wanted(analysis.image, analysis.firmware, analysis.tuya, BootMode.AUTO)


def _wanted(image: Image, firmware: Firmware, tuya: TuyaFindings, mode: BootMode) -> bool:
    if mode is BootMode.NEVER or not image.logical:
        return False
    if mode is BootMode.ALWAYS:
        return True
    return firmware.kind is FirmwareKind.TUYA and not tuya.statements and not tuya.mcu_baud
