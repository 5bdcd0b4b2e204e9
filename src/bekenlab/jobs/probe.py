"""Find the pins of a dump by what its firmware does with them in the virtual chip."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bekenlab.analysis.analyze import analyze
from bekenlab.analysis.behaviour import Behaviour, with_behaviour
from bekenlab.analysis.boot_findings import BootMode
from bekenlab.analysis.choose import choose_file
from bekenlab.analysis.inputs import load_one
from bekenlab.analysis.subject import subject_of
from bekenlab.events import Advanced, EventSink, Finished, Started, ignore
from bekenlab.jobs.probe_mode import JOB, ProbeMode
from bekenlab.jobs.probe_wanted import wanted
from bekenlab.live.source import live_source
from bekenlab.pins import Source
from bekenlab.probing.as_pins import evidence_of, left_open, pin_map, role_words
from bekenlab.probing.probe import probe
from bekenlab.probing.rules.conclude import conclude
from bekenlab.probing.rules.evidence import named
from bekenlab.probing.rules.model import Confidence

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from bekenlab.analysis.inputs import InputFile
    from bekenlab.analysis.model import Analysis
    from bekenlab.analysis.subject import Subject
    from bekenlab.pins import Evidence, Pin
    from bekenlab.probing.experiments import Only
    from bekenlab.probing.observations import Observation
    from bekenlab.probing.probe import Probed
    from bekenlab.probing.rules.model import Conclusions, PinConclusion
    from bekenlab.tuya.firmware import Firmware

WALL_SECONDS = 120.0
_HUNDRED = 100
_NO_ROLE = "None"
_LAMP = "PWM"


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
        """Whether storage has its role, or one of its alternatives, and no other active level.

        Of a lamp's channels the colours must be the same, if they were seen.
        """
        seen, stored = self.behaviour, self.storage
        if seen is None or stored.role not in (seen.role, *seen.alternatives):
            return False
        if seen.role == _LAMP and seen.channel and seen.channel != stored.channel:
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
    return probe_input(
        choose_file(path, chip),
        chip=chip,
        only=only,
        wall_seconds=wall_seconds,
        workers=workers,
        events=events,
    )


def probe_input(
    file: InputFile,
    *,
    chip: str | None = None,
    only: Only | None = None,
    wall_seconds: float = WALL_SECONDS,
    workers: int | None = None,
    events: EventSink = ignore,
) -> ProbeReport:
    """The same for a file already in memory.

    Raises:
        BekenlabError: It cannot be run.
    """
    source = live_source(file, chip=chip)
    events(Started(JOB, _HUNDRED))

    def finished(seen: Observation, share: float) -> None:
        events(Advanced(JOB, int(_HUNDRED * share), _in_short(seen)))

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


def _in_short(seen: Observation) -> str:
    """An experiment and the pins that moved in it: ``"press-short P8: P24"``."""
    moved = [f"P{trace.gpio}" for trace in seen.pins if trace.edges and trace.gpio != seen.gpio]
    return f"{named(seen)}: {', '.join(moved)}" if moved else named(seen)


def read_with_probe(
    path: Path, *, boot: BootMode, mode: ProbeMode, events: EventSink = ignore
) -> Subject:
    """Read a file about a device; of a dump that does not say enough, its pins by experiments.

    Args:
        path: As for ``analysis.subject.read_subject``.
        boot: Whether a dump is booted for its log.
        mode: Whether it is probed.
        events: Receives progress.

    Raises:
        BekenlabError: The file cannot be read, or is of another kind.
    """
    file = load_one(path)
    subject = subject_of(file, boot=boot)
    analysis = subject.analysis
    if analysis is None or not wanted(analysis, mode):
        return subject
    return probed_subject(file, subject, events=events)


def probed_subject(file: InputFile, subject: Subject, *, events: EventSink = ignore) -> Subject:
    """A dump's device, with what experiments show of its pins.

    Raises:
        BekenlabError: The dump cannot be run.
    """
    if subject.analysis is None:
        return subject
    report = probe_input(file, events=events)
    return subject_of(file, analysis=with_probe(subject.analysis, report))


def with_probe(analysis: Analysis, report: ProbeReport) -> Analysis:
    """The analysis of a dump, with what its probe showed."""
    found, agreement = report.conclusions, report.agreement
    seen = Behaviour(
        pins=pin_map(found),
        open=left_open(found),
        confirmed=dict(_confirmed(agreement)),
        contradicted=tuple(_contradicted(agreement)),
        set_up=found.set_up,
    )
    return with_behaviour(analysis, seen)


def _confirmed(agreement: tuple[Agreement, ...]) -> Iterator[tuple[tuple[int, str], Evidence]]:
    for each in agreement:
        seen = each.behaviour
        if seen is not None and each.same and seen.confidence is not Confidence.ONE_OF:
            yield (each.gpio, each.storage.role), evidence_of(seen.evidence[0])


def _contradicted(agreement: tuple[Agreement, ...]) -> Iterator[str]:
    for each in agreement:
        seen = each.behaviour
        if seen is None or each.same or seen.confidence is Confidence.ONE_OF:
            continue
        shows = f"{seen.evidence[0].experiment} shows {role_words(seen)} ({seen.confidence})"
        yield f"P{each.gpio} is stored as {role_words(each.storage)}, but {shows}"
