"""Build a corpus from the files below some paths, or from generated dumps."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bekenlab import events
from bekenlab.corpus.build import build
from bekenlab.corpus.items import found_below, generated
from bekenlab.corpus.store import Store

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from bekenlab.corpus.build import Report, Settings
    from bekenlab.corpus.items import Item

READER = "bekenlab.jobs.corpus.read"
"""The module whose process reads files; see ``corpus.reading``."""


def build_corpus(
    paths: Sequence[Path],
    folder: Path,
    settings: Settings,
    *,
    generate: int = 0,
    seed: int = 0,
    sink: events.EventSink = events.ignore,
    stopped: Callable[[], bool] = lambda: False,
) -> Report:
    """Read all files below the paths that are new or have changed.

    Args:
        paths: Files and folders.
        folder: The corpus.
        settings: How.
        generate: How many made-up dumps to read besides.
        seed: Which of their rows.
        sink: Receives progress.
        stopped: Whether to stop, keeping what has been read.

    Raises:
        BekenlabError: A path or the corpus cannot be used, or the scheduler has no workers.
    """

    def items() -> Iterator[Item]:
        yield from found_below(paths, folder)
        yield from generated(generate, seed)

    return build(Store(folder), items, settings, sink=sink, stopped=stopped)
