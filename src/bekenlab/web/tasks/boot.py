"""Boots a dump and shows its log line by line."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bekenlab.analysis.boot import boot
from bekenlab.analysis.boot_findings import auto_options
from bekenlab.analysis.boot_model import BootOptions
from bekenlab.analysis.boot_problem import nothing_to_run, problem_of
from bekenlab.errors import UnsupportedError
from bekenlab.events import Line
from bekenlab.pins import Source, pins_from_parameters
from bekenlab.report.boot_json import boot_json
from bekenlab.report.live_log import LiveLog
from bekenlab.tuya.boot_log.clean import clean
from bekenlab.tuya.boot_log.merge import read_boot
from bekenlab.tuya.boot_log.records import Record, Records, find_records
from bekenlab.web.events import JobEventSink
from bekenlab.web.failures import labelled
from bekenlab.web.tasks.parameters import Parameters, Task

if TYPE_CHECKING:
    from bekenlab.web.context import AppContext
    from bekenlab.web.job import Job

_MOST_SECONDS = 60.0
# Ten times what any firmware prints: all of them are merged again for each line.
_MOST_RECORDS = 300


def boot_task(context: AppContext, parameters: Parameters) -> Task:
    """``{"kind": "boot", "dump": ID, "to_the_end": false}``.

    A dump that the command line boots unasked is booted with the same limits, and what comes of it
    is the same.
    """
    dump = context.uploads.get(parameters.text("dump"))
    to_the_end = parameters.flag("to_the_end")

    def work(job: Job) -> dict[str, Any]:
        analysis = context.uploads.analysis(dump.id)
        if analysis.image is None or not analysis.image.logical:
            raise nothing_to_run()
        if analysis.chip.name is None:
            raise UnsupportedError("nothing in this file says which chip it is for")
        automatic = not to_the_end and context.uploads.would_boot(dump.id)
        options = BootOptions(wall_seconds=_MOST_SECONDS, stop_at_pins=not to_the_end)
        events = JobEventSink(job, context.clock)
        log = LiveLog(marks=False)
        pins = PinWatch()

        def tell(seconds: float, lines: list[str]) -> None:
            for line in lines:
                events(Line("boot", seconds, line))
                if keys := pins.learns(line):
                    job.emit("pins", keys=keys)

        report = boot(
            analysis.image,
            chip=analysis.chip.name,
            tuya=analysis.tuya,
            options=auto_options() if automatic else options,
            listen=lambda seconds, text: tell(seconds, log.feed(text)),
            interrupted=lambda: job.cancelled,
        )
        tell(report.device_seconds, log.end())
        job.raise_if_cancelled()
        if report.parameters is not None or automatic:
            context.uploads.learn(dump.id, report)
        problem = problem_of(report)
        if problem is not None:
            raise problem
        result = boot_json(report)
        del result["log"]  # already sent line by line
        result["pins"] = [pin | labelled(pin["label"]) for pin in result["pins"]]
        return result

    return Task(dump.file.name, work, file=dump.id)


class PinWatch:
    """Finds the keys in a log that give the function of a pin.

    A value is known to be complete only once the next line has arrived, so keys come a little late.
    Each line is parsed once alone and once with the next one, never the whole log again.
    """

    def __init__(self) -> None:
        self._before: list[str] = []
        self._records: list[Record] = []
        self._known: set[str] = set()

    def learns(self, line: str) -> list[str]:
        """Keys of pins that this line completes."""
        line = clean(line)
        before, self._before = self._before, [line] if "pin" in line else []
        # Parse only lines that name a pin, and the line that follows.
        if not (before or self._before) or len(self._records) >= _MOST_RECORDS:
            return []
        text = "\n".join([*before, line])
        records = find_records(text).found
        start = len(text) - len(line)
        self._records += [record for record in records if record.at < start]
        latest = [record for record in records if record.at >= start]
        found = read_boot(Records((*self._records, *latest)), 0, (None, None), complete=False)
        pins = pins_from_parameters(found.values, source=Source.BOOT_LOG).pins
        keys = {said.key for pin in pins for said in pin.evidence}
        new = sorted(keys - self._known)
        self._known |= keys
        return new
