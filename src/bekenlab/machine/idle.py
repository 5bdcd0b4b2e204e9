"""Finds the loop in which firmware waits for interrupts, so that time can be skipped there.

A loop is *idle* when, without an interrupt or device access, the processor returns to the same
place with the same registers and memory: it will then do so forever. A few global counters may grow
by a constant per iteration (OpenBeken counts its idle iterations); they are advanced when time is
skipped. The search single-steps after some slices without device accesses, less and less often, and
only where the code returns to where it was at all. Once a loop is found, one of its instructions is
watched, which costs nothing elsewhere.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    from bekenlab.machine.cpu import Cpu

_QUIET_SLICES = 4
_LONGEST_PATIENCE = 512
_LONGEST_LOOP = 1500
_MOST_LOOPS = 8
_STEPS_PER_EVENT = 4  # estimate where a device ended an iteration early
_MOST_COUNTERS = 4
# A place passed this often with different registers each time, and no event in between, does not
# show idleness; watching it costs more than it can save.
_MOST_MISSES = 1000
_STACK_BELOW, _STACK_ABOVE = 0x200, 0x1000

_Memory = list[tuple[int, bytes]]


@dataclass(frozen=True, slots=True)
class Loop:
    """An idle loop.

    Attributes:
        length: Instructions per iteration.
        counters: Addresses of words, and what each iteration adds to them.
    """

    length: int
    counters: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Probe:
    """Result of single-stepping.

    Attributes:
        steps: Instructions executed.
        found: Whether an idle loop was found.
    """

    steps: int
    found: bool


class IdleFinder:
    """Finds idle loops and notices when the processor is in one.

    Args:
        cpu: The processor.
        events: A count that changes with every interrupt and device access.

    Attributes:
        idle: The loop the last slice ended in, or None.
    """

    def __init__(self, cpu: Cpu, events: Callable[[], int]) -> None:
        self._cpu = cpu
        self._events = events
        self._loops: dict[int, Loop] = {}
        self._last: dict[int, tuple[int, bytes]] = {}
        self._misses: dict[int, int] = {}
        self._watches: dict[int, int] = {}
        self._quiet = 0
        self._patience = _QUIET_SLICES
        self._let_pass = False
        self.idle: Loop | None = None

    @property
    def anchors(self) -> tuple[int, ...]:
        """Addresses that are watched."""
        return tuple(self._loops)

    def begin_slice(self) -> None:
        """Called when a slice starts."""
        self.idle = None
        for anchor in [a for a, misses in self._misses.items() if misses > _MOST_MISSES]:
            self._cpu.unwatch(self._watches.pop(anchor))
            del self._loops[anchor], self._misses[anchor]
            self._last.pop(anchor, None)
            self._patience = _LONGEST_PATIENCE

    def wants_probe(self, *, accesses: int) -> bool:
        """Called after a complete slice; returns whether to look for an idle loop now."""
        if accesses or len(self._loops) >= _MOST_LOOPS:
            return False
        self._quiet += 1
        return self._quiet >= self._patience

    def probe(self, limit: int) -> Probe:
        """Single-step to see whether the processor is in an idle loop.

        Args:
            limit: Most instructions to execute.
        """
        self._quiet = 0
        self._patience = min(self._patience * 2, _LONGEST_PATIENCE)
        events, longest = self._events(), min(limit, _LONGEST_LOOP)
        state, before = self._cpu.general(), self._cpu.writable()
        if not self._cpu.comes_back(longest):
            touched = self._events() - events
            return Probe(min(longest, touched * _STEPS_PER_EVENT) or longest, found=False)
        # The first iteration ran at full speed; the second is single-stepped.
        between = self._cpu.writable()
        path = self._round(state, longest)
        length = len(path)
        steps = 2 * length
        if not length or self._cpu.general() != state or length * 3 > limit:
            return Probe(steps, found=False)
        counters: tuple[tuple[int, int], ...] = ()
        after = self._cpu.writable()
        if before != between or between != after:
            counters = self._counters(before, between, after)
            if not counters:
                return Probe(steps, found=False)
        steps += self._settle(path, Loop(length, counters))
        if self._events() != events:
            self.idle = None
        return Probe(steps, found=self.idle is not None)

    def skipped(self, ticks: int) -> None:
        """Time was skipped in the idle loop: advance its counters."""
        if self.idle is None:
            return
        rounds = ticks // self.idle.length
        for address, step in self.idle.counters:
            value = int.from_bytes(self._cpu.peek(address, 4), "little") + rounds * step
            self._cpu.poke(address, (value & 0xFFFF_FFFF).to_bytes(4, "little"))

    def save(self) -> list[list[int]]:
        """The findings, for a snapshot: patience and misses, then one row per loop."""
        misses = [n for pair in self._misses.items() for n in pair]
        rows = [[self._quiet, self._patience, int(self._let_pass), *misses]]
        for anchor, loop in self._loops.items():
            rows.append([anchor, loop.length, *(n for pair in loop.counters for n in pair)])
        return rows

    def load(self, rows: list[list[int]]) -> None:
        """Restore what :meth:`save` returned."""
        (self._quiet, self._patience, let_pass, *misses), *loops = rows
        for anchor, length, *flat in loops:
            counters = tuple(zip(flat[::2], flat[1::2], strict=True))
            if anchor not in self._loops:
                self._watches[anchor] = self._cpu.watch(anchor, partial(self._passed, anchor))
            self._loops[anchor] = Loop(length, counters)
        pairs = zip(misses[::2], misses[1::2], strict=True)
        self._misses = {anchor: count for anchor, count in pairs if anchor in self._loops}
        self._let_pass = bool(let_pass)
        self._last.clear()

    def _round(self, state: tuple[int, ...], limit: int) -> list[tuple[int, int]]:
        """Step until the registers repeat, at most ``limit`` times; return the places passed."""
        cpu = self._cpu
        pc, sp = cpu.pc, cpu.sp
        path = []
        for _ in range(limit):
            path.append((cpu.pc, cpu.sp))
            cpu.run(1)
            if cpu.pc == pc and cpu.sp == sp and cpu.general() == state:
                break
        return path

    def _counters(
        self, first: _Memory, second: _Memory, third: _Memory
    ) -> tuple[tuple[int, int], ...]:
        """Words that changed by the same amount both times; empty if anything else changed."""
        sp = self._cpu.sp
        found = []
        for (base, a), (_, b), (_, c) in zip(first, second, third, strict=True):
            words = [np.frombuffer(data, "<u4") for data in (a, b, c)]
            changed = np.flatnonzero((words[0] != words[1]) | (words[1] != words[2]))
            if len(changed) > _MOST_COUNTERS:
                return ()
            for n in changed:
                one, two = (int(words[k + 1][n]) - int(words[k][n]) for k in (0, 1))
                address = base + 4 * int(n)
                if one != two or sp - _STACK_BELOW <= address < sp + _STACK_ABOVE:
                    return ()
                found.append((address, one))
        return tuple(found) if len(found) <= _MOST_COUNTERS else ()

    def _settle(self, path: list[tuple[int, int]], loop: Loop) -> int:
        """Continue to a place that only this loop passes, and watch it.

        That is in the outermost function (the stack grows down), where it passes once per
        iteration.
        """
        once = {p for p in path if path.count(p) == 1 and p[0] not in self._loops}
        if not once:
            return 0
        anchor = max(once, key=lambda place: (place[1], -place[0]))
        for step in range(loop.length + 1):
            if (self._cpu.pc, self._cpu.sp) == anchor:
                self._watch(anchor[0], loop)
                return step
            self._cpu.run(1)
        return loop.length + 1

    def _watch(self, anchor: int, loop: Loop) -> None:
        self._patience = _QUIET_SLICES
        self._loops[anchor] = loop
        self._watches[anchor] = self._cpu.watch(anchor, partial(self._passed, anchor))
        self._let_pass = True
        self.idle = loop

    def _passed(self, anchor: int) -> None:
        """A watched place is passed; stop if nothing has happened since it was last passed.

        So the loop runs at least once after each interrupt, as it may check what the interrupt
        changed.
        """
        now = (self._events(), self._cpu.fingerprint())
        before = self._last.get(anchor)
        same = now == before
        self._last[anchor] = now
        missed = before is not None and not same and now[0] == before[0]
        self._misses[anchor] = self._misses.get(anchor, 0) + 1 if missed else 0
        if same and not self._let_pass:
            self._let_pass = True
            self.idle = self._loops[anchor]
            self._cpu.stop()
        else:
            self._let_pass = False
