"""Boots a dump and shows its log line by line."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bekenlab.analysis.boot import BootOptions, boot, nothing_to_run, pins_from_log, problem_of
from bekenlab.errors import UnsupportedError
from bekenlab.report.boot_json import boot_json
from bekenlab.report.live_log import LiveLog
from bekenlab.tuya import parse_boot_log
from bekenlab.web.tasks.parameters import Parameters, Task

if TYPE_CHECKING:
    from bekenlab.web.context import AppContext
    from bekenlab.web.manager import Job

_MOST_SECONDS = 60.0


def boot_task(context: AppContext, parameters: Parameters) -> Task:
    """``{"kind": "boot", "dump": ID, "to_the_end": false}``."""
    dump = context.uploads.get(parameters.text("dump"))
    to_the_end = parameters.flag("to_the_end")

    def work(job: Job) -> dict[str, Any]:
        analysis = context.uploads.analysis(dump.id)
        if analysis.image is None or not analysis.image.logical:
            raise nothing_to_run()
        if analysis.chip.name is None:
            raise UnsupportedError("nothing in this file says which chip it is for")
        log = LiveLog()
        pins = _PinWatch()

        def tell(seconds: float, lines: list[str]) -> None:
            for line in lines:
                job.emit("line", seconds=round(seconds, 3), text=line)
                if keys := pins.learns(line):
                    job.emit("pins", keys=keys)

        report = boot(
            analysis.image,
            chip=analysis.chip.name,
            tuya=analysis.tuya,
            options=BootOptions(wall_seconds=_MOST_SECONDS, stop_at_pins=not to_the_end),
            listen=lambda seconds, text: tell(seconds, log.feed(text)),
            interrupted=lambda: job.cancelled,
        )
        tell(report.device_seconds, log.end())
        job.raise_if_cancelled()
        if report.parameters is not None:
            context.uploads.learn(dump.id, report)
        problem = problem_of(report)
        if problem is not None:
            raise problem
        result = boot_json(report)
        del result["log"]  # already sent line by line
        return result

    return Task(dump.file.name, work)


class _PinWatch:
    """Finds the keys in a log that give the function of a pin.

    A value is known to be complete only once the next line has arrived, so keys come a little late.
    """

    def __init__(self) -> None:
        self._lines: list[str] = []
        self._known: set[str] = set()
        self._hopeful = False

    def learns(self, line: str) -> list[str]:
        """Keys of pins that this line completes."""
        self._lines.append(line)
        # Parse only after lines that name a pin, and after the line that follows.
        before, self._hopeful = self._hopeful, "pin" in line
        if not (before or self._hopeful):
            return []
        pins = pins_from_log(parse_boot_log("\n".join(self._lines))).pins
        found = {said.key for pin in pins for said in pin.evidence}
        new = sorted(found - self._known)
        self._known |= found
        return new
