"""Find the pins of a dump by what its firmware does with them in the virtual chip."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bekenlab.analysis.analyze import analyze
from bekenlab.analysis.boot_findings import BootMode
from bekenlab.analysis.choose import choose_file
from bekenlab.events import Advanced, EventSink, Finished, Started, ignore
from bekenlab.live.source import live_source
from bekenlab.pins import Source
from bekenlab.probing.probe import probe
from bekenlab.probing.rules.conclude import conclude
from bekenlab.probing.rules.evidence import named

if TYPE_CHECKING:
    from pathlib import Path

    from bekenlab.analysis.model import Analysis
    from bekenlab.pins import Pin
    from bekenlab.probing.experiments import Only
    from bekenlab.probing.observations import Observation
    from bekenlab.probing.probe import Probed
    from bekenlab.probing.rules.model import Conclusions, PinConclusion
    from bekenlab.tuya.firmware import Firmware

JOB = "probe"
WALL_SECONDS = 120.0
_HUNDRED = 100
_NO_ROLE = "None"


@dataclass(frozen=True, slots=True)
class Agreement:
    """A pin in storage, and what it did.

    Attributes:
        gpio: GPIO number.
        storage: Its pin in storage.
        behaviour: The conclusion, or None if it showed nothing.
    """

    gpio: int
    storage: Pin
    behaviour: PinConclusion | None

    @property
    def same(self) -> bool:
        """Whether storage has its role, or one of its alternatives, and no other active level."""
        seen, stored = self.behaviour, self.storage
        if seen is None or stored.role not in (seen.role, *seen.alternatives):
            return False
        return None in (seen.polarity, stored.polarity) or seen.polarity is stored.polarity


@dataclass(frozen=True, slots=True)
class ProbeReport:
    """The result of a probe.

    Attributes:
        chip: The chip that was modelled.
        firmware: The firmware.
        probed: All experiments.
        conclusions: What follows from them.
        agreement: The pins in storage that showed something, or that an experiment could show.
    """

    chip: str
    firmware: Firmware
    probed: Probed
    conclusions: Conclusions
    agreement: tuple[Agreement, ...]


def probe_file(
    path: Path,
    *,
    chip: str | None = None,
    only: Only | None = None,
    wall_seconds: float = WALL_SECONDS,
    workers: int | None = None,
    events: EventSink = ignore,
) -> ProbeReport:
    """Probe a dump; the file is never changed.

    Args:
        path: A dump or image, packed or not.
        chip: The chip to model instead of the one recognised.
        only: What to find out; None: everything.
        wall_seconds: Limit of real time.
        workers: Number of processes; None: one per processor.
        events: Receives progress in hundredths.

    Raises:
        BekenlabError: The file cannot be read or run.
    """
    file = choose_file(path, chip)
    source = live_source(file, chip=chip)
    events(Started(JOB, _HUNDRED))

    def finished(seen: Observation, share: float) -> None:
        events(Advanced(JOB, int(_HUNDRED * share), named(seen)))

    probed = probe(
        source,
        only=only,
        wall_seconds=wall_seconds,
        workers=workers or os.cpu_count() or 1,
        finished=finished,
    )
    events(Finished(JOB))
    conclusions = conclude(probed.observations)
    # Only now is storage looked at.
    analysis = analyze(file, boot=BootMode.NEVER)
    return ProbeReport(
        source.chip, analysis.firmware, probed, conclusions, compared(analysis, conclusions)
    )


def compared(analysis: Analysis, conclusions: Conclusions) -> tuple[Agreement, ...]:
    """What storage says about the pins, beside the conclusions."""
    found = {pin.gpio: pin for pin in conclusions.pins}
    return tuple(
        Agreement(pin.gpio, pin, found.get(pin.gpio))
        for pin in analysis.pins.pins
        if pin.role != _NO_ROLE and any(each.source is Source.STORAGE for each in pin.evidence)
    )
