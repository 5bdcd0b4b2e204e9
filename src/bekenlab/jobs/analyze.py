"""Analyse many files in parallel, independently of each other."""

from __future__ import annotations

import os
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from bekenlab import events, stopping
from bekenlab.analysis import inputs
from bekenlab.analysis.analyze import analyze_each
from bekenlab.analysis.boot_findings import BootMode
from bekenlab.errors import Action, BekenlabError, InternalError, Notice, error_of
from bekenlab.jobs.probe_mode import ProbeMode
from bekenlab.jobs.probe_wanted import wanted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from bekenlab.analysis.model import Analysis
    from bekenlab.jobs.probe import ProbeReport

Result = TypeVar("Result")


def analyze_many(
    paths: Sequence[Path],
    finish: Callable[[Analysis, ProbeReport | None], Result],
    *,
    failed: Callable[[Path, BekenlabError], Result],
    boot: BootMode = BootMode.AUTO,
    probe: ProbeMode = ProbeMode.NEVER,
    workers: int | None = None,
    sink: events.EventSink = events.ignore,
) -> Iterator[Result]:
    """Analyse many files in parallel; results come in the order of the paths.

    Args:
        paths: Files, as from ``inputs.expand``.
        finish: Turns an analysis, and the report of its probe if there was one, into the caller's
            result; runs in the worker process, so that megabytes of flash are not sent between
            processes. Must be picklable, like its result.
        failed: The same for a file that cannot be read.
        boot: Whether to boot dumps in the virtual chip.
        probe: Whether to find pins by experiments in the virtual chip, which takes long.
        workers: Processes; None: one per processor. One file or one worker uses this process.
        sink: Receives an event for each finished file, and of a probe in this process.
    """
    count = min(workers or os.cpu_count() or 1, len(paths))
    sink(events.Started("analyze", len(paths)))
    work = partial(_one, boot=boot, probe=probe, finish=finish, failed=failed)
    if count <= 1:
        work = partial(work, sink=sink, workers=workers)
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
    probe: ProbeMode,
    finish: Callable[[Analysis, ProbeReport | None], Result],
    failed: Callable[[Path, BekenlabError], Result],
    sink: events.EventSink = events.ignore,
    workers: int | None = 1,
) -> list[Result]:
    stopping.check()
    try:
        return [
            finish(*probed(file, each, probe, sink=sink, workers=workers))
            for file in inputs.load(path)
            for each in analyze_each(file, boot=boot)
        ]
    except Exception as error:  # noqa: BLE001  a bug must not lose the other files
        return [failed(path, error_of(error))]


def probed(
    file: inputs.InputFile,
    analysis: Analysis,
    mode: ProbeMode,
    *,
    workers: int | None,
    sink: events.EventSink = events.ignore,
) -> tuple[Analysis, ProbeReport | None]:
    """An analysis with what experiments showed, if they are wanted; a failure is a warning.

    Args:
        file: The file.
        analysis: Its analysis.
        mode: Whether experiments are wanted.
        workers: Processes for them; None: one per processor.
        sink: Receives their progress.
    """
    if not wanted(analysis, mode):
        return analysis, None
    # Imported here so that dumps with intact storage need not load the emulator.
    from bekenlab.jobs.probe import probe_input, with_probe

    try:
        report = probe_input(file, workers=workers, events=sink)
    except BekenlabError as error:
        text = f"The dump could not be probed: {error.message}."
        notice = Notice("probe-failed", text)
        return replace(analysis, notices=(*analysis.notices, notice)), None
    return with_probe(analysis, report), report


def _died() -> InternalError:
    return InternalError(
        "the process that analysed this file was killed",
        hint="free some memory: close other programs",
        action=Action("analyse-fewer"),
    )
