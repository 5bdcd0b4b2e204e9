"""The result of a rehearsal: how the firmware starts, and whether each pin works as it should."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from bekenlab.openbeken.boot_log import ConfigVerdict

if TYPE_CHECKING:
    from bekenlab.errors import Notice
    from bekenlab.openbeken.boot_log import ObkBootLog
    from bekenlab.pins import Source
    from bekenlab.probing.data_points import PointVerdict
    from bekenlab.probing.network import NetworkCheck


class PinVerdict(StrEnum):
    """The result for a pin."""

    MOVED = "moved"
    WRONG = "wrong"
    UNTRIED = "untried"


@dataclass(frozen=True, slots=True)
class PinCheck:
    """One pin of the configuration.

    Attributes:
        gpio: Number.
        setting: Its setting in OpenBeken, e.g. ``"Rel;1"``.
        expected: What it should do, in words.
        seen: What it did.
        verdict: Whether both agree; ``untried`` if nothing in the virtual chip drives it.
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
        wire_seconds: How long that took, by the transport's clock.
        log: OpenBeken's boot log, from the very flash that was written.
        wifi: Whether it uses the Wi-Fi it was given (or none, if none); None: not in the log.
        pins: Every pin of the configuration.
        crash: Why the firmware stopped, or an empty string.
        source: Where the pins of the configuration come from, if it is known.
        network: What was seen of it in a virtual network with the name and password it was given;
            None if it was given none, or this was not tried.
        notices: Warnings about the configuration: a rehearsal shows that it works as it says, not
            that it says what the device's pins really do.
        data_points: Those of a second controller that have a channel, each tried both ways.
    """

    chip: str
    written: int
    wire_seconds: float
    log: ObkBootLog
    wifi: bool | None
    pins: tuple[PinCheck, ...]
    crash: str = ""
    source: Source | None = None
    network: NetworkCheck | None = None
    notices: tuple[Notice, ...] = ()
    data_points: tuple[PointVerdict, ...] = ()

    @property
    def config_taken(self) -> bool:
        """Whether OpenBeken accepted its configuration."""
        return self.log.config is ConfigVerdict.TAKEN

    @property
    def passed(self) -> bool:
        """Whether everything that can be tried worked."""
        wrong = any(pin.verdict is PinVerdict.WRONG for pin in self.pins)
        wrong = wrong or not all(point.works for point in self.data_points)
        return (
            self.config_taken
            and self.wifi is True
            and not wrong
            and not self.crash
            and not self.kept_out
        )

    @property
    def kept_out(self) -> bool:
        """Whether it tried to join the virtual network, and could not."""
        seen = self.network
        return seen is not None and seen.tried and not seen.joined and not seen.timed_out
