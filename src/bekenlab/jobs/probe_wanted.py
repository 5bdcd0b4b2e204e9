"""Whether a dump is to be probed; apart from the probe, which takes long to load."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bekenlab.jobs.probe_mode import ProbeMode
from bekenlab.tuya.firmware import FirmwareKind

if TYPE_CHECKING:
    from bekenlab.analysis.model import Analysis


def wanted(analysis: Analysis, mode: ProbeMode) -> bool:
    """Whether a dump is to be probed.

    ``AUTO`` probes Tuya firmware that drove pins when it was booted, if nothing names them.
    ``ALWAYS`` probes whatever can run.
    """
    image = analysis.image
    if mode is ProbeMode.NEVER or image is None or not image.logical or analysis.problem:
        return False
    if analysis.chip.name is None:
        return False
    if mode is ProbeMode.ALWAYS:
        return True
    tuya = analysis.firmware.kind is FirmwareKind.TUYA
    return tuya and bool(analysis.tuya.in_use) and not analysis.pins.pins
