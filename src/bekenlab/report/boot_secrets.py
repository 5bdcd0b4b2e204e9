"""Removes personal data from the report of a boot before it is shown."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from bekenlab.analysis.boot_stop import BootStop
from bekenlab.secret import REDACTED
from bekenlab.tuya.boot_log.redact import redact_log

if TYPE_CHECKING:
    from bekenlab.analysis.boot_model import BootReport


def without_secrets(report: BootReport) -> BootReport:
    """A copy of the report without keys, Wi-Fi names and passwords in its texts."""
    text = redact_log(report.text)
    # The match is a piece of the log; if it is not in the safe log, it contains a secret.
    seen = report.stop is not BootStop.MATCH or report.detail in text
    return replace(
        report,
        text=text,
        detail=report.detail if seen else REDACTED,
        uart1_sent=_sent(report),
    )


def _sent(report: BootReport) -> bytes:
    """Bytes sent on UART1; text (the log of a console) without its secrets."""
    if report.mcu_frames:
        return report.uart1_sent
    return redact_log(report.uart1_sent.decode("latin-1")).encode("latin-1")
