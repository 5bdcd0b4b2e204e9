"""Finding the loop in which firmware waits for interrupts, so that time can be skipped there.

A loop is *idle* when, without an interrupt and without touching a device, the processor comes back
to the same place with every register the same: it will do so for ever. Such a loop is looked for by
single steps after several slices without device accesses, ever more rarely; once found, its first
instruction is watched, which costs nothing elsewhere.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bekenlab.machine.cpu import Cpu

_QUIET_SLICES = 4
_LONGEST_LOOP = 400
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
    """

    def __init__(self, cpu: Cpu) -> None:
        self._cpu = cpu
        self._states: dict[int, set[tuple[int, ...]]] = {}
        self._quiet = 0
        self._patience = _QUIET_SLICES
        self._skip: int | None = None
        self.idle = False

    def begin_slice(self, pc: int) -> None:
        """A slice starts at ``pc``: passing the watched place there and then is no news."""
        self.idle = False
        self._skip = pc if pc in self._states else None

    def wants_probe(self, *, accesses: int) -> bool:
        """Called after a whole slice; True when it is time to look for an idle loop."""
        if accesses or len(self._states) >= _MOST_ANCHORS:
            self._quiet = 0
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
        anchor = self._cpu.pc
        state = self._cpu.general()
        for step in range(1, min(limit, _LONGEST_LOOP) + 1):
            self._cpu.run(1)
            if self._cpu.pc == anchor and self._cpu.general() == state:
                self._remember(anchor, state)
                return Probe(step, found=True)
        return Probe(min(limit, _LONGEST_LOOP), found=False)

    def confirm(self) -> bool:
        """Whether the processor, stopped at a watched place, is where it was when idle."""
        return self._cpu.general() in self._states.get(self._cpu.pc, ())

    def _remember(self, anchor: int, state: tuple[int, ...]) -> None:
        self._patience = _QUIET_SLICES
        if anchor not in self._states:
            self._states[anchor] = set()
            self._cpu.watch(anchor, lambda: self._passed(anchor))
        self._states[anchor].add(state)
        self.idle = True

    def _passed(self, anchor: int) -> None:
        if self._skip == anchor:
            self._skip = None
            return
        self.idle = True
        self._cpu.stop()
