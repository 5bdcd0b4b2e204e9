"""Work in processes: interrupts, and a reader who has seen enough."""

import os
import signal
from pathlib import Path

from bekenlab.analysis.workers import in_processes


# Functions of the module, since they travel to other processes.
def leave_a_mark(path: Path) -> int:
    path.touch()
    signal.sigtimedwait([], 0.02)
    return os.getpid()


def ignores_interrupts(item: int) -> bool:
    return signal.getsignal(signal.SIGINT) is signal.SIG_IGN


def die_of_three(item: int) -> int:
    if item == 3:
        os.kill(os.getpid(), signal.SIGKILL)
    return item * 10


def test_only_the_parent_answers_an_interrupt() -> None:
    """Workers would each print a traceback of their own."""
    found = in_processes(ignores_interrupts, [1, 2], count=2, died=lambda item: False)
    assert list(found) == [True, True]
    assert signal.getsignal(signal.SIGINT) is not signal.SIG_IGN


def test_what_is_not_begun_is_given_up_when_nobody_reads_on(tmp_path: Path) -> None:
    marks = [tmp_path / str(number) for number in range(60)]
    results = in_processes(leave_a_mark, marks, count=2, died=lambda item: 0)
    next(results)
    results.close()  # type: ignore[attr-defined]
    assert len(list(tmp_path.iterdir())) < 30


def test_several_processes_share_the_work(tmp_path: Path) -> None:
    marks = [tmp_path / str(number) for number in range(8)]
    workers = set(in_processes(leave_a_mark, marks, count=2, died=lambda item: 0))
    assert os.getpid() not in workers
    assert len(workers) == 2


def test_every_item_has_its_result_though_one_kills_its_process() -> None:
    items = [1, 2, 3, 4, 5, 3, 6]
    found = in_processes(die_of_three, items, count=2, died=lambda item: -item)
    assert list(found) == [10, 20, -3, 40, 50, -3, 60]
