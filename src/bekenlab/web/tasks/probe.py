"""Finds the pins of a dump by experiments, and tells of each as it ends."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bekenlab import stopping
from bekenlab.analysis.boot_problem import nothing_to_run
from bekenlab.events import Advanced, Event
from bekenlab.jobs.probe import probe_input
from bekenlab.report.probe_json import probe_json
from bekenlab.web.tasks.parameters import Parameters, Task

if TYPE_CHECKING:
    from bekenlab.web.context import AppContext
    from bekenlab.web.job import Job


def probe_task(context: AppContext, parameters: Parameters) -> Task:
    """``{"kind": "probe", "dump": ID}``; the result is what ``probe --json`` prints."""
    dump = context.uploads.get(parameters.text("dump"))

    def work(job: Job) -> dict[str, Any]:
        analysis = context.uploads.analysis(dump.id)
        if analysis.image is None or not analysis.image.logical:
            raise nothing_to_run()

        def tell(event: Event, /) -> None:
            if isinstance(event, Advanced):
                job.emit("experiment", share=event.done / 100, text=event.item)

        with stopping.stopped_by(job.raise_if_cancelled):
            report = probe_input(dump.file, events=tell)
        job.raise_if_cancelled()
        context.uploads.learn_probe(dump.id, report)
        return probe_json(report)

    return Task(dump.file.name, work, file=dump.id)
