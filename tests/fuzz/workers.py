"""Runs blocks of inputs in processes of their own, with a limit to their memory and to their time.

A process that dies or hangs is replaced, and the input it had is a finding.
"""

from __future__ import annotations

import multiprocessing
import signal
import time
from dataclasses import dataclass, replace
from multiprocessing.connection import Connection, wait
from typing import TYPE_CHECKING, Any

from fuzz.judge import Finding, Outcome, judge
from fuzz.mutate import Material, numbered

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from fuzz.model import Target

MEMORY = 384 << 20
"""Bytes a worker may take beyond what it has when it begins, for inputs of a megabyte."""
_MEMORY_PER_BYTE = 60
_HANGS = 120.0  # seconds for one input
_OF_ONE_KIND = 3


@dataclass(frozen=True, slots=True)
class Block:
    """Inputs to run: of a target, with a seed number, from one run to another, or until a time."""

    target: str
    seed: int
    start: int
    stop: int
    seconds: float | None = None
    real: bool = False
    slack: float = 1.0


@dataclass(frozen=True, slots=True)
class Tally:
    """What came of inputs: how many, processor seconds, the slowest, findings by kind."""

    target: str
    runs: int = 0
    size: int = 0
    seconds: float = 0.0
    worst: float = 0.0
    kinds: tuple[tuple[str, int], ...] = ()
    findings: tuple[Finding, ...] = ()


_MEASURABLE = 100_000  # bytes; the time for less says nothing about a megabyte


class _Count:
    """A tally in the making."""

    def __init__(self, block: Block) -> None:
        self.block = block
        self.runs = self.size = 0
        self.seconds = self.worst = 0.0
        self.kinds: dict[str, int] = {}
        self.findings: list[Finding] = []

    def add(self, run: int, data: bytes, outcome: Outcome) -> None:
        self.runs += 1
        self.size += len(data)
        self.seconds += outcome.seconds
        if len(data) >= _MEASURABLE:
            self.worst = max(self.worst, outcome.seconds / len(data) * 1e6)
        if outcome.wrong is None:
            return
        what, detail = outcome.wrong
        self.kinds[what] = self.kinds.get(what, 0) + 1
        if self.kinds[what] <= _OF_ONE_KIND:
            finding = Finding(self.block.target, self.block.seed, run, what, detail, data)
            self.findings.append(finding)

    def tally(self) -> Tally:
        return Tally(
            self.block.target,
            self.runs,
            self.size,
            self.seconds,
            self.worst,
            tuple(self.kinds.items()),
            tuple(self.findings),
        )


def material_of(target: Target, *, real: bool) -> Material:
    """The seeds of a target, with the real ones if they are wanted."""
    seeds = [*target.seeds(), *(target.real() if real else ())]
    return Material(seeds, target.tokens, target.limit)


def in_workers(blocks: Sequence[Block], count: int) -> Iterator[Tally]:
    """Run blocks in ``count`` processes; one tally each, in the order in which they end."""
    waiting = list(reversed(blocks))
    workers = [_Worker() for _ in range(min(count, len(waiting)))]
    for worker in workers:
        worker.give(waiting.pop())
    try:
        while busy := [worker for worker in workers if worker.block]:
            ready = wait([worker.pipe for worker in busy], timeout=1.0)
            for worker in busy:
                tally = worker.take() if worker.pipe in ready else worker.look()
                if tally is None:
                    continue
                yield tally
                if worker.block is None and waiting:
                    worker.give(waiting.pop())
    finally:
        for worker in workers:
            worker.end()


class _Worker:
    """A process, and the block it has."""

    def __init__(self) -> None:
        self.block: Block | None = None
        self._begin()

    def _begin(self) -> None:
        context = multiprocessing.get_context("spawn")
        self.pipe, theirs = context.Pipe()
        self._run: Any = context.Value("q", -1)
        self._seen, self._since = -1, time.monotonic()
        self._process = context.Process(target=_work, args=(theirs, self._run), daemon=True)
        self._process.start()
        theirs.close()

    def give(self, block: Block) -> None:
        self.block = block
        self._run.value = -1
        self._since = time.monotonic()
        self.pipe.send(block)

    def take(self) -> Tally | None:
        try:
            tally: Tally = self.pipe.recv()
        except (EOFError, OSError):
            return self._lost("died")
        self.block = None
        return tally

    def look(self) -> Tally | None:
        """Whether the process is stuck with one input, or has died."""
        now = time.monotonic()
        if self._run.value != self._seen:
            self._seen, self._since = self._run.value, now
        if not self._process.is_alive():
            return self._lost("died")
        return self._lost("hangs") if now - self._since > _HANGS else None

    def _lost(self, what: str) -> Tally | None:
        """The finding for the input it had; a new process goes on after it."""
        from fuzz.table import TARGETS

        block, run = self.block, int(self._run.value)
        self.end()
        self._begin()
        assert block is not None
        if run < 0:
            raise RuntimeError(f"the worker {what} before the first input of {block.target}")
        material = material_of(TARGETS[block.target], real=block.real)
        data = numbered(material, block.target, block.seed, run)
        detail = f"the process {what}"
        finding = Finding(block.target, block.seed, run, what, detail, data)
        self.block = None
        if run + 1 < block.stop:
            self.give(replace(block, start=run + 1))
        return Tally(block.target, run + 1 - block.start, 0, 0.0, 0.0, ((what, 1),), (finding,))

    def end(self) -> None:
        self._process.kill()
        self._process.join()
        self.pipe.close()


def _work(pipe: Connection, current: Any) -> None:
    """What a worker does: blocks, until nobody asks for another."""
    from fuzz.table import TARGETS

    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the process that started this
    materials: dict[tuple[str, bool], Material] = {}
    while True:
        try:
            block: Block = pipe.recv()
        except EOFError:
            return
        target = TARGETS[block.target]
        key = (block.target, block.real)
        if key not in materials:
            materials[key] = material_of(target, real=block.real)
        with _little_memory(target.limit):
            pipe.send(run_block(target, block, materials[key], current))


def run_block(target: Target, block: Block, material: Material, current: Any) -> Tally:
    """Run the inputs of a block, noting the number of the one that is read."""
    count = _Count(block)
    end = None if block.seconds is None else time.monotonic() + block.seconds
    for run in range(block.start, block.stop):
        if end is not None and time.monotonic() > end:
            break
        current.value = run
        data = numbered(material, block.target, block.seed, run)
        count.add(run, data, judge(target, data, block.slack))
    return count.tally()


class _little_memory:  # noqa: N801 - a context
    """Limits the address space of this process; on systems that cannot, nothing happens."""

    def __init__(self, limit: int) -> None:
        self._room = MEMORY + _MEMORY_PER_BYTE * limit

    def __enter__(self) -> None:
        self._set(self._room)

    def __exit__(self, *_: object) -> None:
        self._set(None)

    def _set(self, room: int | None) -> None:
        try:
            import resource
            from pathlib import Path

            pages = int(Path("/proc/self/statm").read_text().split()[0])
        except (ImportError, OSError):
            return
        _, most = resource.getrlimit(resource.RLIMIT_AS)
        soft = most if room is None else pages * resource.getpagesize() + room
        resource.setrlimit(resource.RLIMIT_AS, (soft, most))
