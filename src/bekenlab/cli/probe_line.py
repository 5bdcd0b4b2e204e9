"""The line that shows how far a probe is."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from bekenlab.events import Advanced, Event, Started
from bekenlab.jobs.probe_mode import JOB

if TYPE_CHECKING:
    from bekenlab.cli.live_line import LiveLine


class ProbeLine:
    """Draws which experiment has ended, and how long the rest will take."""

    def __init__(self, line: LiveLine) -> None:
        self._line = line
        self._began = time.monotonic()
        self._total = 1

    def __call__(self, event: Event, /) -> None:
        """Take one event; those of other jobs are not drawn."""
        if not isinstance(event, Started | Advanced) or event.job != JOB:
            return
        if isinstance(event, Started):
            self._began = time.monotonic()
            self._total = event.total or 1
            self._line.draw("starting the firmware")
        else:
            passed = time.monotonic() - self._began
            left = passed * (self._total - event.done) / max(1, event.done)
            share = 100 * event.done // self._total
            self._line.draw(f"{share:3d} %  {left:3.0f} s left  {event.item}")
