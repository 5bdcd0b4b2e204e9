"""Finding the loop in which firmware waits for interrupts, so that time can be skipped there.

A loop is *idle* when, without an interrupt and without touching a device, the processor comes back
to the same place with every register and all memory the same: it will do so for ever. Such a loop is looked for by
single steps after several slices without device accesses, ever more rarely; once found, its first
instruction is watched, which costs nothing elsewhere.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from bekenlab.machine.cpu import Cpu

_QUIET_SLICES = 4
_LONGEST_LOOP = 1500
_MOST_ANCHORS = 8


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
    """

    def __init__(self, cpu: Cpu, events: Callable[[], int]) -> None:
        self._cpu = cpu
        self._events = events
        self._anchors: set[int] = set()
        self._last: dict[int, tuple[int, bytes]] = {}
        self._quiet = 0
        self._patience = _QUIET_SLICES
        self._let_pass = False
        self.idle = False

    def begin_slice(self) -> None:
        """A slice starts."""
        self.idle = False

    def wants_probe(self, *, accesses: int) -> bool:
        """Called after a whole slice; True when it is time to look for an idle loop."""
        if accesses or len(self._anchors) >= _MOST_ANCHORS:
            return False
        self._quiet += 1
        return self._quiet >= self._patience

    def probe(self, limit: int) -> Probe:
        """Single-step to see whether the processor goes round in circles.

        Args:
            limit: Most instructions to execute.
        """
        self._quiet = 0
        self._patience = min(self._patience * 2, 512)
        cpu = self._cpu
        limit = min(limit, _LONGEST_LOOP)
        state, memory = cpu.general(), cpu.writable()
        path = [(cpu.pc, cpu.sp)]
        for step in range(1, limit + 1):
            cpu.run(1)
            path.append((cpu.pc, cpu.sp))
            if path[-1] == path[0] and cpu.general() == state:
                if cpu.writable() != memory:
                    return Probe(step, found=False)
                extra = self._settle(path[:-1], limit)
                return Probe(step + extra, found=self.idle)
        return Probe(limit, found=False)

    def _settle(self, path: list[tuple[int, int]], limit: int) -> int:
        """Go on to a place that only this loop passes, and watch it.

        That is the outermost function (the stack grows down), at a place passed once a round.
        """
        once = {p for p in path if path.count(p) == 1 and p[0] not in self._anchors}
        if not once:
            return 0
        anchor = max(once, key=lambda place: (place[1], -place[0]))
        for step in range(limit):
            if (self._cpu.pc, self._cpu.sp) == anchor:
                self._remember(anchor[0])
                return step
            self._cpu.run(1)
        return limit

    def _remember(self, anchor: int) -> None:
        self._patience = _QUIET_SLICES
        self._anchors.add(anchor)
        self._cpu.watch(anchor, lambda: self._passed(anchor))
        self._let_pass = True
        self.idle = True

    def _passed(self, anchor: int) -> None:
        """A watched place is passed; stop there if nothing happened since it was passed before.

        The loop thus goes round at least once after each interrupt: it may look for what the
        interrupt changed.
        """
        now = (self._events(), self._cpu.fingerprint())
        same = now == self._last.get(anchor)
        self._last[anchor] = now
        if same and not self._let_pass:
            self._let_pass = True
            self.idle = True
            self._cpu.stop()
        else:
            self._let_pass = False
