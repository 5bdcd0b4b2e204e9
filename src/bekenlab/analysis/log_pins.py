"""The pins that a boot log names; apart from booting, which takes long to load."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from bekenlab.chips import find_module, module_chip
from bekenlab.pins import PinMap, Source, pins_from_parameters

if TYPE_CHECKING:
    from bekenlab.tuya.boot_log.model import BootLog


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
