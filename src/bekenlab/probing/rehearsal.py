"""What a rehearsal showed: how the firmware starts, and whether each pin does what it should."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from bekenlab.openbeken.boot_log import ConfigVerdict

if TYPE_CHECKING:
    from bekenlab.openbeken.boot_log import ObkBootLog


class PinVerdict(StrEnum):
    """How a pin did."""

    MOVED = "moved"
    WRONG = "wrong"
    UNTRIED = "untried"


@dataclass(frozen=True, slots=True)
class PinCheck:
    """One pin of the configuration.

    Attributes:
        gpio: Number.
        setting: What OpenBeken is told about it, ``"Rel;1"``.
        expected: What it should do, in words.
        seen: What it did.
        verdict: Whether that is the same; ``untried`` where nothing in the virtual chip can make
            it move.
    """

    gpio: int
    setting: str
    expected: str
    seen: str
    verdict: PinVerdict


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """An install on a virtual chip.

    Attributes:
        chip: Name of the chip.
        written: Sectors written over the virtual wire, and verified.
        wire_seconds: How long that took, on the line's clock.
        log: What OpenBeken said of its start, with the very flash that was written.
        wifi: Whether it uses the Wi-Fi it was given (or none, if none); None: it did not say.
        pins: Every pin of the configuration.
        crash: Why the firmware stopped, or an empty string.
    """

    chip: str
    written: int
    wire_seconds: float
    log: ObkBootLog
    wifi: bool | None
    pins: tuple[PinCheck, ...]
    crash: str = ""

    @property
    def config_taken(self) -> bool:
        """Whether OpenBeken took its configuration."""
        return self.log.config is ConfigVerdict.TAKEN

    @property
    def passed(self) -> bool:
        """Whether everything that can be tried went as it should."""
        wrong = any(pin.verdict is PinVerdict.WRONG for pin in self.pins)
        return self.config_taken and self.wifi is True and not wrong and not self.crash
