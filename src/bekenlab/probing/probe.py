"""Carries out all experiments with a dump, in processes."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bekenlab.analysis.workers import in_processes
from bekenlab.probing.experiments import (
    BOOT_SECONDS,
    LONG,
    SHORT,
    Experiment,
    Name,
    Only,
    carried_out,
    carried_out_and_saved,
)
from bekenlab.probing.observations import Observation, Observations, Outcome
from bekenlab.probing.plan import longer_presses, metered_presses, presses
from bekenlab.probing.rig import RigSource

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from bekenlab.live.source import LiveSource

_TEST_LASTS = 17.0
_CONTROL_LASTS = 40.0


@dataclass(frozen=True, slots=True)
class Probed:
    """What all experiments showed.

    Attributes:
        observations: The experiments.
        wall_seconds: Real time.
    """

    observations: Observations
    wall_seconds: float = field(compare=False)

    @property
    def device_seconds(self) -> float:
        """Device time of all experiments."""
        return sum(each.seconds for each in self.observations.experiments)

    @property
    def edited(self) -> tuple[str, ...]:
        """Names of what was changed in copies of the storage."""
        names = (name for each in self.observations.experiments for name in each.edited)
        return tuple(dict.fromkeys(names))


def probe(
    source: LiveSource,
    *,
    only: Only | None = None,
    wall_seconds: float,
    workers: int,
    finished: Callable[[Observation, float], None] = lambda _seen, _share: None,
) -> Probed:
    """Carry out all experiments; they give the same whatever the number of processes.

    Args:
        source: The chip; not changed.
        only: What to find out; None: everything.
        wall_seconds: Limit of real time.
        workers: Number of processes.
        finished: Called with each observation and the share of the work that is done.
    """
    began = time.monotonic()
    chip = RigSource(source.chip, source.flash, source.product, began + wall_seconds)
    first = [Experiment(Name.BOOT, chip, seconds=BOOT_SECONDS)]
    if source.tuya and only in (None, Only.LAMP):
        first.append(Experiment(Name.PRODUCT_TEST, chip, seconds=_TEST_LASTS))
        first.append(Experiment(Name.LOCAL_CONTROL, chip, live=source, seconds=_CONTROL_LASTS))
    early = in_processes(carried_out_and_saved, first, count=workers, died=_died_early)
    start, saved = next(early)
    ways = (SHORT,) if only is Only.METER else (SHORT, LONG)
    plan = presses(chip, saved, start, ways) if saved and only is not Only.LAMP else ()
    progress = _Progress(finished, sum(each.seconds for each in (*first, *plan)))
    progress.add(first[0], start)
    seen = [start, *progress.following(plan, workers)]
    if plan and only is not Only.METER:
        seen += progress.further(longer_presses(chip, saved, start, seen), workers)
    if plan and source.tuya:
        so_far = Observations(source.chip, tuple(seen))
        seen += progress.further(metered_presses(chip, start, so_far), workers)
    for experiment, (result, _) in zip(first[1:], early, strict=True):
        progress.add(experiment, result)
        seen.append(result)
    return Probed(Observations(source.chip, tuple(seen)), time.monotonic() - began)


class _Progress:
    """Tells how much of the work is done."""

    def __init__(self, finished: Callable[[Observation, float], None], whole: float) -> None:
        self.whole = whole
        self._finished = finished
        self._done = 0.0

    def add(self, experiment: Experiment, seen: Observation) -> None:
        """An experiment has ended."""
        self._done += experiment.seconds
        self._finished(seen, self._done / self.whole)

    def further(self, plan: Sequence[Experiment], workers: int) -> list[Observation]:
        """Carry out experiments that follow from what was seen."""
        self.whole += sum(each.seconds for each in plan)
        return self.following(plan, workers)

    def following(self, plan: Sequence[Experiment], workers: int) -> list[Observation]:
        """Carry out experiments in processes."""
        seen = []
        results = in_processes(carried_out, plan, count=workers, died=_died) if plan else ()
        for experiment, result in zip(plan, results, strict=True):
            self.add(experiment, result)
            seen.append(result)
        return seen


def _died(experiment: Experiment) -> Observation:
    return Observation(
        experiment.name, experiment.gpio, Outcome.STOPPED, 0.0, meter=experiment.meter
    )


def _died_early(experiment: Experiment) -> tuple[Observation, bytes]:
    return _died(experiment), b""
