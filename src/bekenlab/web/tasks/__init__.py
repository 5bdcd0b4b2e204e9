"""The kinds of jobs a page can start; each is a function that makes the job's work."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bekenlab.errors import UsageError
from bekenlab.web.tasks.boot import boot_task
from bekenlab.web.tasks.chip import (
    backup_task,
    doctor_task,
    info_task,
    log_task,
    reboot_task,
    restore_task,
    verify_task,
    write_task,
)
from bekenlab.web.tasks.find import find_task
from bekenlab.web.tasks.install import install_task
from bekenlab.web.tasks.probe import probe_task

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from bekenlab.web.context import AppContext
    from bekenlab.web.job import Job
    from bekenlab.web.tasks.parameters import Parameters, Task

KINDS: Mapping[str, Callable[[AppContext, Parameters], Task]] = {
    "boot": boot_task,
    "probe": probe_task,
    "doctor": doctor_task,
    "info": info_task,
    "backup": backup_task,
    "write": write_task,
    "restore": restore_task,
    "verify": verify_task,
    "install": install_task,
    "find": find_task,
    "log": log_task,
    "reboot": reboot_task,
}


def start(context: AppContext, parameters: Parameters) -> Job:
    """Start a job of the kind the parameters name.

    Raises:
        UsageError: The kind is unknown, or a parameter is missing.
        RefusedError: The port is in use, or too many jobs are running.
    """
    kind = parameters.text("kind")
    make = KINDS.get(kind)
    if make is None:
        raise UsageError(f"unknown kind of job {kind[:20]!r}", hint=f"kinds: {', '.join(KINDS)}")
    task = make(context, parameters)
    return context.manager.start(kind, task.work, title=task.title, port=task.port, file=task.file)
