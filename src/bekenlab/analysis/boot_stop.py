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

    @property
    def words(self) -> str:
        """The reason in words, after "stopped because"."""
        return _WORDS[self]

    @classmethod
    def of(cls, reason: StopReason) -> BootStop:
        """Convert the reason of a run whose condition was that the pins are complete."""
        return cls.PINS_COMPLETE if reason is StopReason.CONDITION else cls(reason.value)


_WORDS = {
    BootStop.PINS_COMPLETE: "the log has given the complete pin configuration",
    BootStop.MATCH: "the awaited text was printed",
    BootStop.QUIET: "nothing new was happening",
    BootStop.DEVICE_TIME: "the limit of device time was reached",
    BootStop.WALL: "the limit of real time was reached",
    BootStop.BUDGET: "the limit of this trial was reached",
    BootStop.FAULT: "the firmware crashed",
    BootStop.WATCHDOG: "the watchdog reset the chip",
}
