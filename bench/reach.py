"""What the program reaches with a corpus of dumps, and what it costs: a row for docs/corpus.md.

    PYTHONPATH=src python bench/reach.py --dumps ../shared/dumps            # the rates
    PYTHONPATH=src python bench/reach.py --generate 2000 --workers 1 2      # the costs
    PYTHONPATH=src python bench/reach.py --generate 50000 --keep corpus

Real dumps are other people's and not in the repository; any folder of dumps will do. Compare rates
of two versions of the program with the same dumps only.
"""

from __future__ import annotations

import argparse
import contextlib
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bekenlab.corpus.ask import opened
from bekenlab.corpus.build import Report, Settings
from bekenlab.corpus.needs import needed
from bekenlab.corpus.questions import ask_all, find, fingerprint_in, shared_code
from bekenlab.corpus.store import Store
from bekenlab.jobs.corpus.build import READER, build_corpus
from bekenlab.version import __version__

if TYPE_CHECKING:
    from collections.abc import Callable

    from bekenlab.corpus.ask import Corpus

MIB = 1 << 20
RATES = """
SELECT count(*), avg((chip IS NOT NULL)::INT), avg((storage = 'whole')::INT) FILTER (tuya),
       avg((pin_count > 0)::INT) FILTER (tuya AND mcu_baud IS NULL),
       avg(booted::INT), avg(probed::INT)
FROM (SELECT *, firmware_kind = 'tuya' AS tuya FROM dumps WHERE kind = 'dump')
"""


class Watch(threading.Thread):
    """Looks at this process, which holds scheduler and client, and at workers and helpers.

    Attributes:
        seen: Memory of this process, once a second.
        spent: Processor time of each worker and helper so far. Unlike the duration, it is the same
            whatever else the computer does.
    """

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.seen: list[int] = []
        self.spent: dict[int, float] = {}

    def run(self) -> None:
        """Look once a second."""
        psutil = needed("psutil")
        process = psutil.Process()
        while True:
            self.seen.append(process.memory_info().rss)
            for child in process.children(recursive=True):
                with contextlib.suppress(psutil.Error):
                    used = child.cpu_times()
                    self.spent[child.pid] = used.user + used.system
            time.sleep(1)


def measure(arguments: argparse.Namespace, folder: Path, workers: int) -> Report:
    """Build a corpus and print what it cost."""
    settings = Settings(
        reader=READER,
        boot=arguments.boot,
        probe=arguments.probe,
        seconds=300,
        memory=1024 * MIB,
        workers=workers,
    )
    watch = Watch()
    watch.start()
    before = time.process_time()
    report = build_corpus(
        arguments.dumps or [], folder, settings, generate=arguments.generate, seed=arguments.seed
    )
    ours = time.process_time() - before
    size = sum(path.stat().st_size for path in Store(folder).tables().iterdir())
    files = sum(report.files.values())
    half = watch.seen[len(watch.seen) // 2]
    each = report.busy / max(files, 1) * 1000
    print(
        f"processor time of a file: {sum(watch.spent.values()) / max(files, 1) * 1000:.1f} ms in "
        f"workers and helpers, {ours / max(files, 1) * 1000:.2f} ms in scheduler and client"
    )
    print(
        f"{workers} workers: {files} files in {report.seconds:.1f} s, "
        f"{files / report.seconds:.1f} a second, {each:.1f} ms of work each; "
        f"worker and helper {report.memory / MIB:.0f} MiB; "
        f"scheduler and client {half / MIB:.0f} MiB at half time, "
        f"{watch.seen[-1] / MIB:.0f} MiB in the end; "
        f"{size / max(report.dumps, 1):.0f} bytes of Parquet per dump; {report.files}",
        flush=True,
    )
    return report


def rates(folder: Path) -> None:
    """Print what was reached, as a row of the table in docs/corpus.md."""
    with opened(Store(folder)) as corpus:
        count, *shares = corpus.ask(RATES).rows[0]
    row = [__version__, f"{count:,}", *("-" if x is None else f"{x:.1%}" for x in shares)]
    print("| " + " | ".join(row) + " |")


def questions(folder: Path) -> None:
    """Print how long the ready-made questions take."""

    def asked(name: str) -> Callable[[Corpus], Any]:
        return lambda corpus: ask_all(
            corpus, name, {"firmware": FIRMWARE} if name == "versions" else {}
        )

    cases: dict[str, Callable[[Corpus], Any]] = {
        **{name: asked(name) for name in ("stats", "unknown", "versions", "calibration")},
        "find": lambda corpus: find(corpus, ["26=Rel"], {"module": "CB2S"}, most=1000),
        "shared-code": lambda corpus: shared_code(corpus, fingerprint_in(corpus, first(corpus))),
        "diff": lambda corpus: ask_all(corpus, "diff", most=1000),
    }
    for name, ask in cases.items():
        began = time.perf_counter()
        with opened(Store(folder), Store(folder) if name == "diff" else None) as corpus:
            ask(corpus)
        print(f"{name}: {time.perf_counter() - began:.3f} s")


FIRMWARE = "bekenlab_sample_plug"


def first(corpus: Corpus) -> str:
    """Some dump with an app."""
    sql = "SELECT dump FROM dumps JOIN firmware USING (app) ORDER BY dump LIMIT 1"
    return str(corpus.ask(sql).rows[0][0])


def main() -> None:
    """Measure what the arguments ask for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--dumps", type=Path, nargs="*")
    parser.add_argument("--generate", type=int, default=0)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--workers", type=int, nargs="*", default=[2])
    parser.add_argument("--boot", default="auto")
    parser.add_argument("--probe", default="never")
    parser.add_argument("--keep", type=Path, help="keep the corpus in this folder")
    arguments = parser.parse_args()
    if not arguments.dumps and not arguments.generate:
        sys.exit("nothing to measure: name dumps, or how many to generate")
    for workers in arguments.workers:
        with tempfile.TemporaryDirectory() as made:
            folder = arguments.keep or Path(made)
            measure(arguments, folder, workers)
            rates(folder)
            questions(folder)


if __name__ == "__main__":
    main()
