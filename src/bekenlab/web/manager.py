"""Background jobs of the pages: at most one per port, watched by any number of tabs.

A job is a function that runs in its own thread.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from typing import TYPE_CHECKING, Any

from bekenlab.errors import (
    BekenlabError,
    CancelledJobError,
    DeclinedError,
    RefusedError,
    error_of,
)
from bekenlab.stopping import stopped_by
from bekenlab.web.failures import job_error
from bekenlab.web.job import Job, State

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    Work = Callable[[Job], Mapping[str, Any]]

_MOST_RUNNING = 8
_MOST_ENDED = 50
_SHUTDOWN_SECONDS = 5.0


class JobManager:
    """All jobs of this server.

    Args:
        clock: Monotonic seconds.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._jobs: OrderedDict[str, Job] = OrderedDict()
        self._threads: dict[str, threading.Thread] = {}

    def start(
        self,
        kind: str,
        work: Work,
        *,
        title: str = "",
        port: str | None = None,
        file: str | None = None,
    ) -> Job:
        """Run a function as a job.

        Args:
            kind: The kind of job.
            work: The function; it gets the job and returns its result as JSON values.
            title: Its object, for display.
            port: The port it needs exclusively.
            file: Id of the open file it is about.

        Raises:
            RefusedError: Another job uses that port, or too many jobs are running.
        """
        with self._lock:
            running = [job for job in self._jobs.values() if not job.ended]
            holder = next((job for job in running if port is not None and job.port == port), None)
            if holder is not None:
                raise RefusedError(
                    f"{port} is in use by a running {holder.kind} job",
                    hint="wait for it to end, or stop it",
                    job=holder.id,
                )
            if len(running) >= _MOST_RUNNING:
                raise RefusedError(
                    f"{len(running)} jobs are already running", hint="stop one of them"
                )
            job = Job(kind, title, port, self._clock())
            job.file = file
            self._jobs[job.id] = job
            self._forget_old()
            thread = threading.Thread(target=_run, args=(job, work), name=job.id, daemon=True)
            self._threads[job.id] = thread
        thread.start()
        return job

    def _forget_old(self) -> None:
        ended = [job.id for job in self._jobs.values() if job.ended]
        for each in ended[: max(0, len(ended) - _MOST_ENDED)]:
            del self._jobs[each]
        self._threads = {name: t for name, t in self._threads.items() if name in self._jobs}

    def get(self, name: str) -> Job | None:
        """A job by its id."""
        with self._lock:
            return self._jobs.get(name)

    def jobs(self) -> list[Job]:
        """All known jobs, newest first."""
        with self._lock:
            return list(reversed(self._jobs.values()))

    def latest(self, kind: str, file: str) -> Job | None:
        """The latest job of a kind about an open file, or None."""
        return next((job for job in self.jobs() if job.kind == kind and job.file == file), None)

    def holder(self, port: str) -> Job | None:
        """The job that occupies a port, or None."""
        return next((job for job in self.jobs() if job.port == port and not job.ended), None)

    def close(self) -> None:
        """Stop all jobs, waiting a few seconds for them to end."""
        for job in self.jobs():
            job.cancel()
        end = time.monotonic() + _SHUTDOWN_SECONDS
        for thread in list(self._threads.values()):
            thread.join(max(0.0, end - time.monotonic()))


def _run(job: Job, work: Work) -> None:
    try:
        with stopped_by(job.raise_if_cancelled):
            result = work(job)
    except CancelledJobError as error:
        job.end(State.CANCELLED, error=job_error(error))
    except DeclinedError as error:
        job.end(State.DECLINED, error=job_error(error))
    except BekenlabError as error:
        # An error caused by stopping the job (an unfinished link, say) is not a failure.
        state = State.CANCELLED if job.cancelled else State.FAILED
        job.end(state, error=job_error(error))
    except Exception as error:  # noqa: BLE001  nothing above catches it in a thread
        job.end(State.FAILED, error=job_error(error_of(error)))
    else:
        job.end(State.DONE, result=dict(result))
