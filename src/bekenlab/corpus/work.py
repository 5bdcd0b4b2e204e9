"""What a worker does: it reads the files of a bundle, each in a process it may lose.

The rows are written by the worker itself and appear as a whole, under a name that follows from the
bundle: done twice, after a worker was lost or a client killed, it is there once.
"""

from __future__ import annotations

import hashlib
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bekenlab.corpus.store import Store
from bekenlab.corpus.supervise import Helper, LostError
from bekenlab.corpus.tables import completed
from bekenlab.errors import UnsupportedError
from bekenlab.version import __version__

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bekenlab.corpus.items import Item
    from bekenlab.corpus.task import Task


@dataclass(frozen=True, slots=True)
class Bundle:
    """Files that are read by one worker.

    Attributes:
        name: Its name: the run, and what is in it.
        items: The files.
    """

    name: str
    items: tuple[Item, ...]

    @classmethod
    def of(cls, run: int, items: tuple[Item, ...]) -> Bundle:
        """The bundle of these items in a run."""
        digest = hashlib.blake2b(b"".join(item.state for item in items), digest_size=8)
        return cls(f"{run:06d}-{digest.hexdigest()}", items)


@dataclass(frozen=True, slots=True)
class Done:
    """What became of a bundle; small, since it is sent to the client.

    Attributes:
        files: Number of files by status.
        dumps: Contents that were read.
        known: Contents that the corpus had already.
        busy: Seconds of work.
        memory: Largest memory of the worker and its helper together, in bytes; 0 if unknown.
    """

    files: dict[str, int]
    dumps: int
    known: int
    busy: float
    memory: int


_helpers = threading.local()


def read_bundle(bundle: Bundle, task: Task) -> Done:
    """Read the files of a bundle and write its rows; runs on a worker.

    Raises:
        UnsupportedError: The worker has another version of the program.
        FileAccessError: The rows cannot be written.
    """
    if task.version != __version__:
        raise UnsupportedError(
            f"a worker has version {__version__} of bekenlab, this is {task.version}",
            hint="install the same version on all of them",
        )
    store = Store(Path(task.folder))
    reading = _Reading(store.salt(), task)
    rows = completed(reading.rows(bundle), bundle.name)
    store.write_bundle(bundle.name, rows)
    states: dict[str, int] = {}
    for row in rows["files"]:
        states[row["status"]] = states.get(row["status"], 0) + 1
    return Done(states, len(rows["dumps"]), reading.again, reading.busy, reading.memory)


def quarantined(bundle: Bundle, task: Task, reason: str) -> Done:
    """Write that the one file of a bundle was given up; runs at the client."""
    [item] = bundle.items
    row = _file_row(item, task) | {
        "status": "quarantined",
        "error": "lost-worker",
        "message": reason,
    }
    Store(Path(task.folder)).write_bundle(bundle.name, completed([("files", row)], bundle.name))
    return Done({"quarantined": 1}, 0, 0, 0.0, 0)


class _Reading:
    """Reads the files of one bundle."""

    def __init__(self, salt: bytes, task: Task) -> None:
        self._salt = salt
        self._task = task
        self._seen: set[str] = set()
        self.again = 0
        self.busy = 0.0
        self.memory = 0

    def rows(self, bundle: Bundle) -> Iterator[tuple[str, dict[str, Any]]]:
        """Rows of all files."""
        for item in bundle.items:
            row = _file_row(item, self._task)
            try:
                found = _helper(self._task).read(item, self._salt)
            except LostError as lost:
                self.busy += lost.seconds
                yield (
                    "files",
                    {
                        **row,
                        "status": "quarantined",
                        "error": lost.code,
                        "message": lost.message,
                        "seconds": lost.seconds,
                    },
                )
                continue
            self.busy += found.seconds
            self.memory = max(self.memory, found.memory)
            for each in found.contents:
                yield "files", {**row, **each.file, "seconds": found.seconds}
                yield from self._content(each.dump, each.rows)

    def _content(
        self, dump: str | None, rows: list[tuple[str, dict[str, Any]]] | None
    ) -> Iterator[tuple[str, dict[str, Any]]]:
        if dump is None:
            return
        if rows is None or dump in self._seen:
            self.again += 1
            return
        self._seen.add(dump)
        made = {"version": self._task.version, "options": self._task.options}
        for table, row in rows:
            if table == "firmware":
                if row["app"] in self._seen:
                    continue
                self._seen.add(row["app"])
            yield table, {**row, **made} if table == "dumps" else row


def _file_row(item: Item, task: Task) -> dict[str, Any]:
    return {
        "place": item.place,
        "file": item.shown,
        "size": item.size,
        "modified": item.modified,
        "version": task.version,
        "options": task.options,
    }


def _helper(task: Task) -> Helper:
    """The process that reads files for this thread; it is kept for the next bundle."""
    helper: Helper | None = getattr(_helpers, "one", None)
    if helper is None or helper.task != task:
        if helper is not None:
            helper.end()
        helper = Helper(task)
        _helpers.one = helper
    return helper


def end_helper() -> None:
    """End the process of this thread, if it has one."""
    helper: Helper | None = getattr(_helpers, "one", None)
    if helper is not None:
        helper.end()
        _helpers.one = None
