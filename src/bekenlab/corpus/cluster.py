"""The workers: a cluster of this computer's processors, or one that runs already."""

from __future__ import annotations

import logging
import os
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bekenlab.corpus.needs import needed
from bekenlab.errors import UnsupportedError, UsageError
from bekenlab.version import __version__

if TYPE_CHECKING:
    from collections.abc import Iterator

_CONNECTING = 30
# Nothing of a cluster on this computer is reached from elsewhere.
_HERE = "127.0.0.1"
# A worker holds a bundle's rows and nothing else; the files are in its helper's memory.
_WORKER_MEMORY = "1GiB"


@contextmanager
def cluster(scheduler: str | None, workers: int | None) -> Iterator[Any]:
    """A client of the cluster, which is closed in the end; one of our own is ended.

    Args:
        scheduler: Address of a running one, ``tcp://HOST:PORT``; None: one of our own.
        workers: Processes of our own; None: one per processor.

    Raises:
        UsageError: There is no scheduler at this address.
    """
    distributed = needed("distributed")
    if scheduler is not None:
        with _client(distributed, scheduler) as client:
            yield client
        return
    logging.getLogger("distributed").setLevel(logging.CRITICAL)
    with (
        distributed.LocalCluster(
            n_workers=workers or os.cpu_count() or 1,
            threads_per_worker=1,
            host=_HERE,
            dashboard_address=f"{_HERE}:0",
            worker_dashboard_address=f"{_HERE}:0",
            memory_limit=_WORKER_MEMORY,
            silence_logs=logging.CRITICAL,
            # Whoever reaches a scheduler can run code: not everybody on this computer shall.
            security=True,
        ) as local,
        distributed.Client(local) as client,
    ):
        yield client


def _client(distributed: Any, scheduler: str) -> Any:
    try:
        return distributed.Client(scheduler, timeout=_CONNECTING, set_as_default=False)
    except (OSError, ValueError, TimeoutError) as error:
        raise UsageError(
            f"there is no scheduler at {scheduler}: {error}",
            hint="start one with: dask scheduler, and workers with: dask worker",
        ) from error


def threads(client: Any) -> int:
    """How many bundles the workers read at the same time; 0 if there are none."""
    return sum(client.nthreads().values())


def check_workers(client: Any, folder: Path) -> None:
    """Check that all workers have this version, and reach the corpus under its path.

    Raises:
        UnsupportedError: One has another version, or does not reach it.
    """
    for worker, (version, there) in client.run(_facts, str(folder)).items():
        if version != __version__:
            raise UnsupportedError(
                f"the worker {worker} has version {version} of bekenlab, this is {__version__}",
                hint="install the same version on all of them",
            )
        if not there:
            raise UnsupportedError(
                f"the worker {worker} does not reach {folder}",
                hint="share the folder, and mount it at the same path on all computers",
            )


def _facts(folder: str) -> tuple[str, bool]:
    return __version__, Path(folder).is_dir()
