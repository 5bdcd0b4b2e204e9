"""Looks again for a device that was installed in this run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bekenlab.errors import NotFoundError
from bekenlab.web.events import JobEventSink
from bekenlab.web.tasks.parameters import Parameters, Task
from bekenlab.web.views.install import search_view

if TYPE_CHECKING:
    from bekenlab.web.context import AppContext
    from bekenlab.web.job import Job

REPORT = "install report"
"""Where an install keeps its report among the private data of its job."""


def find_task(context: AppContext, parameters: Parameters) -> Task:
    """``{"kind": "find", "install": JOB}``: look for the device in this computer's network."""
    installed = context.manager.get(parameters.text("install"))
    report = installed.private.get(REPORT) if installed else None
    if installed is None or report is None:
        raise NotFoundError(
            "this install is not known, or no longer is",
            hint="the list of devices in your router shows its address",
        )

    def work(job: Job) -> dict[str, Any]:
        tell = JobEventSink(job, context.clock)
        with job.offer("search") as skipped:
            return search_view(context.find(report, skipped=skipped, events=tell))

    return Task(installed.title, work)
