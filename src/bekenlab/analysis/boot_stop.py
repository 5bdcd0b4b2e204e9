"""Why a boot ended."""

from __future__ import annotations

from enum import StrEnum

from bekenlab.machine import StopReason


class BootStop(StrEnum):
    """Why a boot ended: a machine's stop reasons, and one that comes from the log."""

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
        """Convert the reason of a run whose condition was that the pins are complete."""
        return cls.PINS_COMPLETE if reason is StopReason.CONDITION else cls(reason.value)
