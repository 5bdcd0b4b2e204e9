"""Why a boot ended."""

from __future__ import annotations

from enum import StrEnum

from bekenlab.machine import StopReason


class BootStop(StrEnum):
    """Why a boot ended: the reasons of a machine, and one that only a log has."""

    PINS_COMPLETE = "pins_complete"
    MATCH = "match"
    QUIET = "quiet"
    DEVICE_TIME = "device_time"
    WALL = "wall"
    BUDGET = "budget"
    FAULT = "fault"
    WATCHDOG = "watchdog"

    @classmethod
    def of(cls, reason: StopReason) -> BootStop:
        """The same of a run whose condition is that the pins are complete."""
        return cls.PINS_COMPLETE if reason is StopReason.CONDITION else cls(reason.value)
