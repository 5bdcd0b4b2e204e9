"""Scheduler, workers and client as processes of their own, of which some are lost or hang.

Whatever happens, in the end every file is in the tables, and is there once.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

import pytest

from bekenlab.corpus.ask import opened
from bekenlab.corpus.store import Store
from corpus.making import PLUG, path_of_tests

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

FILES = 32
TTL = 3
pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="signals and ports of Linux")


class Processes:
    """A scheduler at a port of this computer, its workers and clients."""

    def __init__(self, folder: Path, stack: ExitStack) -> None:
        self._folder = folder
        self._stack = stack
        self._file = folder / "scheduler.json"
        self._environment = {
            **os.environ,
            "PYTHONPATH": path_of_tests(),
            "DASK_DISTRIBUTED__SCHEDULER__WORKER_TTL": f"{TTL}s",
            "DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES": "2",
        }
        self._start("dask_scheduler", "--host", "127.0.0.1", "--port", "0", "--no-show")
        wait_for(self._file.exists)
        self.address = json.loads(self._file.read_text())["address"]
        self.workers = [self.worker(number) for number in range(2)]

    def worker(self, number: int) -> subprocess.Popen[bytes]:
        more = ("--nthreads", "1", "--no-nanny", "--host", "127.0.0.1", "--name", str(number))
        where = ("--local-directory", str(self._folder / "scratch"))
        return self._start("dask_worker", *more, *where)

    def _start(self, name: str, *words: str) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", f"distributed.cli.{name}", *words, "--no-dashboard"]
        return self._process([*command, "--scheduler-file", str(self._file)])

    def client(self) -> subprocess.Popen[bytes]:
        words = [str(self._folder / "in"), str(self._folder / "corpus"), self.address]
        return self._process([sys.executable, "-m", "corpus.client", *words])

    def _process(self, command: list[str]) -> subprocess.Popen[bytes]:
        log = self._stack.enter_context((self._folder / "log.txt").open("ab"))
        process = subprocess.Popen(
            command, env=self._environment, stdout=subprocess.PIPE, stderr=log
        )
        self._stack.enter_context(process)
        self._stack.callback(process.kill)
        return process


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "in").mkdir()
    for number in range(FILES):
        (tmp_path / "in" / f"slow-{number:02}.txt").write_bytes(PLUG + b" " * number)
    return tmp_path


@pytest.fixture
def processes(folder: Path) -> Iterator[Processes]:
    with ExitStack() as stack:
        yield Processes(folder, stack)


def wait_for(true: Callable[[], bool], seconds: float = 60) -> None:
    until = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < until
        time.sleep(0.05)


def bundles(folder: Path) -> int:
    return len(Store(folder / "corpus").unmerged())


def report_of(client: subprocess.Popen[bytes], folder: Path) -> dict[str, Any]:
    out, _ = client.communicate(timeout=120)
    assert client.returncode == 0, (folder / "log.txt").read_text()[-3000:]
    found: dict[str, Any] = json.loads(out)
    return found


def check_tables(folder: Path, files: int, dumps: int) -> None:
    """Nothing is lost, and nothing is there twice."""
    with opened(Store(folder / "corpus")) as corpus:
        sql = "SELECT count(*), count(DISTINCT place), count(DISTINCT file) FROM files"
        assert corpus.ask(sql).rows == ((files, files, files),)
        sql = "SELECT count(*), count(DISTINCT dump) FROM dumps"
        assert corpus.ask(sql).rows == ((dumps, dumps),)
        sql = "SELECT count(*) FROM pins JOIN dumps USING (dump)"
        assert corpus.ask(sql).rows == ((2 * dumps,),)


def test_a_killed_worker_and_bad_files_cost_only_those_files(
    folder: Path, processes: Processes
) -> None:
    for number, name in enumerate(("dies", "eats", "exits", "hangs")):
        (folder / "in" / f"{name}.txt").write_bytes(PLUG + b"\n" * (number + 1))
    client = processes.client()
    wait_for(lambda: bundles(folder) > 2)
    processes.workers[0].kill()
    report = report_of(client, folder)
    assert report["files"] == {"read": FILES, "failed": 0, "ignored": 0, "quarantined": 4}
    check_tables(folder, FILES + 4, FILES)
    with opened(Store(folder / "corpus")) as corpus:
        rows = corpus.ask("SELECT error FROM files WHERE status = 'quarantined' ORDER BY file").rows
    assert [row[0] for row in rows] == ["died", "out-of-memory", "died", "too-slow"]


def test_a_worker_that_hangs_is_done_without_and_may_come_back(
    folder: Path, processes: Processes
) -> None:
    client = processes.client()
    wait_for(lambda: bundles(folder) > 2)
    processes.workers[0].send_signal(signal.SIGSTOP)
    report = report_of(client, folder)
    assert report["files"]["read"] == FILES
    check_tables(folder, FILES, FILES)
    processes.workers[0].send_signal(signal.SIGCONT)
    time.sleep(1)  # now it may write what it was reading
    again = report_of(processes.client(), folder)
    assert (again["skipped"], again["files"]["read"]) == (FILES, 0)
    check_tables(folder, FILES, FILES)


def test_a_client_that_is_killed_is_started_again(folder: Path, processes: Processes) -> None:
    client = processes.client()
    wait_for(lambda: bundles(folder) > 4)
    client.kill()
    client.wait()
    report = report_of(processes.client(), folder)
    assert report["skipped"] >= 4
    assert report["skipped"] + report["files"]["read"] >= FILES
    time.sleep(1)  # what the first client had sent may still end
    again = report_of(processes.client(), folder)
    assert again["skipped"] == FILES
    check_tables(folder, FILES, FILES)
