"""Builds a corpus: sends bundles to workers, no more at a time than they can read."""

from __future__ import annotations

import queue
import time
from collections import Counter, deque
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from bekenlab import events
from bekenlab.corpus.cluster import check_workers, cluster, threads
from bekenlab.corpus.items import bundles
from bekenlab.corpus.needs import needed
from bekenlab.corpus.task import Task
from bekenlab.corpus.work import Bundle, quarantined, read_bundle
from bekenlab.errors import UnsupportedError, error_of
from bekenlab.version import __version__

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from bekenlab.corpus.items import Item
    from bekenlab.corpus.store import Store
    from bekenlab.corpus.work import Done

JOB = "corpus"
LARGEST = 128
"""Most files of a bundle: some seconds of work, which is what a lost worker costs."""

_SHARES = 8  # bundles for each thread, so that all of them end at about the same time
_AHEAD = 2  # bundles for each thread that are under way
_RETRIES = 2  # of a bundle that failed, e.g. because a disk was full
_LOOKS_EVERY = 0.5
_WAITING = 60.0


@dataclass(frozen=True, slots=True)
class Report:
    """What a run did.

    Attributes:
        files: Number of files by status: read, failed, ignored, quarantined.
        dumps: Contents that were read.
        known: Files whose content was known already.
        skipped: Files that had been read before and have not changed.
        workers: Bundles that were read at the same time.
        seconds: Duration.
        busy: Seconds of work of all workers.
        memory: Largest memory of a worker with its helper, in bytes; 0 if unknown.
        lost: How often a bundle was sent anew because its worker was lost.
        stopped: Whether it was asked to stop; the next run goes on.
    """

    files: dict[str, int] = field(default_factory=dict)
    dumps: int = 0
    known: int = 0
    skipped: int = 0
    workers: int = 0
    seconds: float = 0.0
    busy: float = 0.0
    memory: int = 0
    lost: int = 0
    stopped: bool = False

    def plus(self, done: Done) -> Report:
        """The report with one more bundle."""
        return replace(
            self,
            files=dict(Counter(self.files) + Counter(done.files)),
            dumps=self.dumps + done.dumps,
            known=self.known + done.known,
            busy=self.busy + done.busy,
            memory=max(self.memory, done.memory),
        )


@dataclass(frozen=True, slots=True)
class Settings:
    """How a corpus is built.

    Attributes:
        reader: Module that reads files; see ``corpus.reading``.
        boot: When dumps are booted.
        probe: When they are probed.
        seconds: Most that one file may take.
        memory: Most bytes of memory that one file may take.
        scheduler: Address of a running scheduler; None: a cluster of this computer.
        workers: Processes of a cluster of this computer; None: one per processor.
        again: Whether files are read again that have not changed.
    """

    reader: str
    boot: str
    probe: str
    seconds: float
    memory: int
    scheduler: str | None = None
    workers: int | None = None
    again: bool = False


def build(
    store: Store,
    items: Callable[[], Iterable[Item]],
    settings: Settings,
    *,
    sink: events.EventSink = events.ignore,
    stopped: Callable[[], bool] = lambda: False,
) -> Report:
    """Read all files that are not in the corpus yet, and merge what was read.

    Args:
        store: The corpus.
        items: Gives the files, the same each time; they are counted first.
        settings: How.
        sink: Receives an event for each bundle.
        stopped: Whether to stop, keeping what has been read.

    Raises:
        BekenlabError: A path or the corpus cannot be used, or the scheduler has no workers.
    """
    began = time.monotonic()
    needed("pyarrow")
    with store.building() as run:
        store.merge(__version__)  # what an earlier run has left
        task = _task(store, settings, run)
        done: frozenset[bytes] = frozenset()
        if not settings.again:
            done = store.known_states(task.version, task.options)
        skipped, total = _count(items(), done)
        sink(events.Started(JOB, total))
        report = Report(skipped=skipped)
        try:
            if total:
                wanted = (item for item in items() if item.state not in done)
                with cluster(settings.scheduler, settings.workers) as client:
                    check_workers(client, store.folder.resolve())
                    flow = _Flow(client, task, report, sink, stopped)
                    report = flow.run(wanted, total, run)
        finally:
            store.merge(__version__)
            sink(events.Finished(JOB))
    return replace(report, seconds=time.monotonic() - began)


def _task(store: Store, settings: Settings, run: int) -> Task:
    task = Task(
        folder=str(store.folder.resolve()),
        known="",
        reader=settings.reader,
        boot=settings.boot,
        probe=settings.probe,
        seconds=settings.seconds,
        memory=settings.memory,
    )
    # Nothing that is read again is known.
    version = "" if settings.again else task.version
    return replace(task, known=str(store.write_known(run, version, task.options).resolve()))


def _count(items: Iterable[Item], done: frozenset[bytes]) -> tuple[int, int]:
    """How many files are read already, and how many are not."""
    count = Counter(item.state in done for item in items)
    return count[True], count[False]


class _Flow:
    """Keeps the workers busy, and nothing more than that under way."""

    def __init__(
        self,
        client: Any,
        task: Task,
        report: Report,
        sink: events.EventSink,
        stopped: Callable[[], bool],
    ) -> None:
        self._client = client
        self._task = task
        self._report = report
        self._sink = sink
        self._stopped = stopped
        self._running: dict[Any, Bundle] = {}
        self._ended: queue.SimpleQueue[Any] = queue.SimpleQueue()
        self._first: deque[Bundle] = deque()

    def run(self, wanted: Iterator[Item], total: int, run: int) -> Report:
        """Have all files read; the report of what was done."""
        width = self._width()
        self._report = replace(self._report, workers=width)
        size = max(1, min(LARGEST, total // (width * _SHARES)))
        self._run = run
        todo = (Bundle.of(run, some) for some in bundles(wanted, size))
        self._fill(todo)
        while self._running:
            if self._stopped():
                self._client.cancel(list(self._running))
                return replace(self._report, stopped=True)
            try:
                future = self._ended.get(timeout=_LOOKS_EVERY)
            except queue.Empty:
                continue
            self._finish(self._running.pop(future), future)
            self._fill(todo)
        return self._report

    def _width(self) -> int:
        """How many bundles are read at the same time; waits for a first worker."""
        until = time.monotonic() + _WAITING
        while not (width := threads(self._client)):
            if time.monotonic() > until or self._stopped():
                raise UnsupportedError(
                    "the scheduler has no workers", hint="start some with: dask worker"
                )
            time.sleep(_LOOKS_EVERY)
        return width

    def _fill(self, todo: Iterator[Bundle]) -> None:
        most = max(1, threads(self._client)) * _AHEAD
        while len(self._running) < most:
            bundle = self._first.popleft() if self._first else next(todo, None)
            if bundle is None:
                return
            future = self._client.submit(
                read_bundle, bundle, self._task, key=bundle.name, retries=_RETRIES
            )
            self._running[future] = bundle
            future.add_done_callback(self._ended.put)

    def _finish(self, bundle: Bundle, future: Any) -> None:
        if future.status == "finished":
            self._add(future.result())
            return
        if future.status != "error":
            raise UnsupportedError(
                "the scheduler has dropped a bundle: it was stopped, or cannot be reached",
                hint="start it and build again: what has been read is kept",
            )
        error = future.exception()
        if not isinstance(error, needed("distributed").KilledWorker):
            raise error_of(error)
        self._lost(bundle)

    def _lost(self, bundle: Bundle) -> None:
        """Find out which file of a bundle costs workers: each goes alone, and one is given up."""
        self._report = replace(self._report, lost=self._report.lost + 1)
        if len(bundle.items) == 1:
            reason = "Every worker that read it was lost."
            self._add(quarantined(bundle, self._task, reason))
        else:
            self._first.extend(Bundle.of(self._run, (item,)) for item in bundle.items)

    def _add(self, done: Done) -> None:
        self._report = self._report.plus(done)
        self._sink(events.Advanced(JOB, sum(self._report.files.values())))
