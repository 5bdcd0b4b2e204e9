"""Many files analysed in parallel, each by itself."""

from __future__ import annotations

import os
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from bekenlab import events
from bekenlab.analysis import inputs
from bekenlab.analysis.analyze import analyze
from bekenlab.analysis.boot_findings import BootMode
from bekenlab.errors import BekenlabError, InternalError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from bekenlab.analysis.model import Analysis

Result = TypeVar("Result")


def analyze_many(
    paths: Sequence[Path],
    finish: Callable[[Analysis], Result],
    *,
    failed: Callable[[Path, BekenlabError], Result],
    boot: BootMode = BootMode.AUTO,
    workers: int | None = None,
    sink: events.EventSink = events.ignore,
) -> Iterator[Result]:
    """Analyse many files in parallel; results come in the order of the paths.

    Args:
        paths: Files, as from ``inputs.expand``.
        finish: Turns an analysis into what the caller wants; runs in the worker process, so that
            megabytes of flash need not travel. Must be picklable, like its result.
        failed: The same for a file that cannot be read.
        boot: Whether to boot dumps in the virtual chip.
        workers: Processes; None for one a processor. One file or one worker uses this process.
        sink: Told of each file finished.
    """
    count = min(workers or os.cpu_count() or 1, len(paths))
    sink(events.Started("analyze", len(paths)))
    work = partial(_one, boot=boot, finish=finish, failed=failed)
    if count <= 1:
        batches: Iterator[list[Result]] = map(work, paths)
    else:
        # Imported here: one file, the usual case, must not wait for multiprocessing to load.
        from bekenlab.analysis.workers import in_processes

        batches = in_processes(work, paths, count=count, died=lambda path: [failed(path, _died())])
    for done, (path, results) in enumerate(zip(paths, batches, strict=True), start=1):
        yield from results
        sink(events.Advanced("analyze", done, path.name))
    sink(events.Finished("analyze"))


def _one(
    path: Path,
    boot: BootMode,
    finish: Callable[[Analysis], Result],
    failed: Callable[[Path, BekenlabError], Result],
) -> list[Result]:
    try:
        return [finish(analyze(file, boot=boot)) for file in inputs.load(path)]
    except BekenlabError as error:
        return [failed(path, error)]
    except Exception as error:  # noqa: BLE001  a fault of ours must not lose the other files
        return [failed(path, _internal(error))]


def _internal(error: Exception) -> InternalError:
    trace = error.__traceback__
    while trace and trace.tb_next:
        trace = trace.tb_next
    place = f"{Path(trace.tb_frame.f_code.co_filename).name}:{trace.tb_lineno}" if trace else "?"
    return InternalError(
        f"bekenlab failed: {type(error).__name__}: {error} ({place})",
        hint="this is a fault of bekenlab: please report this line",
    )


def _died() -> InternalError:
    return InternalError(
        "the process that analysed this file was ended from outside",
        hint="is there memory left? Close other programs, or analyse fewer files at a time with -j",
    )
