"""Runs a function on many items in processes; an item that kills its process affects no other."""

from __future__ import annotations

import signal
from concurrent.futures import FIRST_COMPLETED, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from multiprocessing import active_children
from typing import TYPE_CHECKING, TypeVar

from bekenlab import stopping

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

# How often a caller that may have been asked to stop is asked, in seconds.
_LOOKS_EVERY = 0.25

Item = TypeVar("Item")
Result = TypeVar("Result")


def in_processes(
    function: Callable[[Item], Result],
    items: Sequence[Item],
    *,
    count: int,
    died: Callable[[Item], Result],
) -> Iterator[Result]:
    """Yield results in the order of the items, each as soon as those before it are ready.

    When the caller is stopped or wants no more results, the processes are ended at once: nothing is
    written after that.

    Args:
        function: The function; picklable, like items and results.
        items: Its arguments.
        count: Number of processes.
        died: Returns the result for an item whose process died, e.g. for lack of memory.
    """
    ready: dict[int, Result] = {}
    wanted = 0
    for number, result in _as_finished(function, items, count, died):
        ready[number] = result
        while wanted in ready:
            yield ready.pop(wanted)
            wanted += 1


def _as_finished(
    function: Callable[[Item], Result],
    items: Sequence[Item],
    count: int,
    died: Callable[[Item], Result],
) -> Iterator[tuple[int, Result]]:
    """Yield (index, result); if a process dies, run the remaining items one by one."""
    undone = set(range(len(items)))
    try:
        with _pool(count) as pool:
            with stopping.shield():  # a half-started process would print a traceback
                futures = {pool.submit(function, item): number for number, item in enumerate(items)}
            stopping.check()
            left = set(futures)
            while left:
                done, left = wait(left, _LOOKS_EVERY, FIRST_COMPLETED)
                stopping.check()
                for future in done:
                    result = future.result()
                    undone.remove(futures[future])
                    yield futures[future], result
    except BrokenProcessPool:
        pass
    for number in sorted(undone):
        yield number, _alone(function, items[number], died)


def _alone(
    function: Callable[[Item], Result], item: Item, died: Callable[[Item], Result]
) -> Result:
    with _pool(1) as pool:
        try:
            return pool.submit(function, item).result()
        except BrokenProcessPool:
            return died(item)


@contextmanager
def _pool(count: int) -> Iterator[ProcessPoolExecutor]:
    """A pool whose processes do not outlive the block, however it is left."""
    others = set(active_children())
    pool = ProcessPoolExecutor(count, initializer=_obey_the_parent)
    try:
        yield pool
    except BrokenProcessPool:
        raise
    except BaseException:
        for process in set(active_children()) - others:
            process.terminate()
        raise
    finally:
        pool.shutdown(cancel_futures=True)


def _obey_the_parent() -> None:
    """Ignore Ctrl-C, which reaches all processes of a terminal; the parent ends this one."""
    ended: list[int] = []

    def end(number: int, _frame: object) -> None:
        ended.append(number)
        if not stopping.shielded():
            raise SystemExit(number)

    def check() -> None:
        if ended:
            raise SystemExit(ended[0])

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, end)
    stopping.use(check)
