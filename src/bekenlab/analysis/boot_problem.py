"""Why a file cannot be booted, or why its boot failed, as errors."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bekenlab.analysis.boot_stop import BootStop
from bekenlab.analysis.other_chips import chip_of
from bekenlab.chips import OtherChipError, find_other_chip
from bekenlab.errors import Action, BekenlabError, BootFailedError, NotADumpError, NotReachedError

if TYPE_CHECKING:
    from bekenlab.analysis.boot_model import BootReport


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
    other = find_other_chip(chip_of(data)) if data else None
    if other is not None:
        return OtherChipError(other)
    return NotADumpError(
        "there is no code in this file that could run",
        hint="booting needs the app: a whole dump, or an app image of OpenBeken",
    )
