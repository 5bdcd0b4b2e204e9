"""One-line summary of a dump."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bekenlab.report.printable import printable

if TYPE_CHECKING:
    from bekenlab.analysis.model import Analysis


def summary_line(analysis: Analysis) -> str:
    """Name, chip, module, firmware, number of pins and their source."""
    firmware = analysis.firmware
    words = [
        analysis.chip.name or "chip unknown",
        analysis.module or "no module named",
        " ".join(word for word in (firmware.name, firmware.version) if word) or "firmware unknown",
        _pins(analysis),
    ]
    return printable(f"{analysis.file.name}: {', '.join(words)}".replace("\n", " "))


def _pins(analysis: Analysis) -> str:
    count = len(analysis.pins.pins)
    if count:
        return f"{count} pin{'s' if count > 1 else ''} from {analysis.pins.source}"
    return "TuyaMCU" if analysis.tuya.mcu_baud else "no pins stored"
