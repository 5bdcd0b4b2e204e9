"""Runs a chip: slices of instructions, interrupts between them, and idle time skipped.

A slice ends at the next deadline, after 20,000 instructions, or where a device or an idle loop ends
it. All state depends only on the image and on external inputs and the ticks at which they came.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bekenlab.machine.devices.base import int_of, ints_of
from bekenlab.machine.idle import IdleFinder

if TYPE_CHECKING:
    from bekenlab.machine.board import Board
    from bekenlab.machine.clock import Clock
    from bekenlab.machine.cpu import Cpu

SLICE = 20_000
# Used while an interrupt is pending but masked. Irregular on purpose, so that code that masks
# interrupts nearly all the time is caught in a moment when it does not.
_MASKED_SLICES = (397, 211, 101, 53, 23, 11)
_WOKEN_SLICE, _WOKEN_SLICES = 4, 64
_NOTHING_PLANNED = 0.001
_LONGEST_NAP = 0.1
_TICKS_PER_ACCESS = 4
_COUNTERS = ("instructions", "alone_since", "_entries", "_masked", "_woken")


class Engine:
    """Executes a chip's firmware slice by slice.

    Args:
        cpu: The processor.
        board: The peripherals.
        clock: Virtual time.
        skip_idle: Whether to look for idle loops.

    Attributes:
        instructions: Executed so far. In slices that a device ended early, four are counted per
            device access.
        polled: Address of the register that the last slice only waited for, or None.
        alone_since: Tick since which the code has neither enabled interrupts nor accessed a device.
    """

    def __init__(self, cpu: Cpu, board: Board, clock: Clock, *, skip_idle: bool) -> None:
        self.instructions = 0
        self.polled: int | None = None
        self.alone_since = 0
        self._cpu = cpu
        self._board = board
        self._clock = clock
        self._skip_idle = skip_idle
        self._entries = 0
        self._masked = 0
        self._woken = 0
        self._idle = IdleFinder(cpu, lambda: board.bus.accesses + self._entries)

    def slice(self, most: int) -> None:
        """Execute at most one slice of instructions, then advance time and devices."""
        clock, cpu, bus = self._clock, self._cpu, self._board.bus
        clock.fire()
        if self._board.sctrl.asleep:
            self._nap()
            return
        limit = min(most, self._interrupts())
        planned = clock.next()
        if planned is not None:
            limit = max(1, min(limit, planned - clock.now))
        bus.begin_slice()
        start, before = clock.now, bus.accesses
        self._idle.begin_slice()
        whole = cpu.run(limit)
        accesses = bus.accesses - before
        self.polled = bus.spinning
        if accesses or cpu.irq_open or cpu.fiq_open:
            self.alone_since = clock.now
        reached = clock.now
        self._passed(limit if whole else min(limit, max(1, accesses) * _TICKS_PER_ACCESS))
        if self._board.gpio.unsettled:
            self._board.gpio.settle(start, reached, clock.now)
        if not whole:
            self._cut_short()
        elif (
            self._skip_idle
            and limit > _MASKED_SLICES[0]
            and self._idle.wants_probe(accesses=accesses)
        ):
            self._probe()

    def _cut_short(self) -> None:
        """The slice ended early: if the firmware only waits, skip to the next event."""
        bus, cpu = self._board.bus, self._cpu
        if bus.spinning is not None or self._idle.idle is not None or cpu.waiting:
            self._skip_to_next()
        if cpu.waiting:
            self._woken = _WOKEN_SLICES

    def _nap(self) -> None:
        """Pass time in deep sleep, in short steps so that a run can end meanwhile."""
        end = self._clock.now + int(self._clock.hz * _LONGEST_NAP)
        planned = self._clock.next()
        self._clock.now = end if planned is None else min(end, planned)

    def power_up(self) -> None:
        """Reset the state that does not survive a power-up."""
        self._masked = self._woken = 0
        self.polled, self.alone_since = None, self._clock.now

    def _interrupts(self) -> int:
        """Take a pending interrupt; return the maximum length of the next slice."""
        icu = self._board.icu
        if icu.fiq:
            if not self._cpu.fiq_open:
                return self._masked_slice()
            self._cpu.enter_fiq()
            self._entries += 1
        elif icu.irq:
            if not self._cpu.irq_open:
                return self._masked_slice()
            self._woken = 0
            self._cpu.enter_irq()
            self._entries += 1
        return SLICE

    def _masked_slice(self) -> int:
        if self._woken:
            self._woken -= 1
            return _WOKEN_SLICE
        self._masked = (self._masked + 1) % len(_MASKED_SLICES)
        return _MASKED_SLICES[self._masked]

    def _passed(self, count: int) -> None:
        self._clock.now += count
        self.instructions += count

    def _probe(self) -> None:
        planned = self._clock.next()
        room = SLICE if planned is None else planned - self._clock.now
        if room <= 0 or self._board.icu.irq or self._board.icu.fiq:
            return
        probe = self._idle.probe(room)
        self._passed(probe.steps)
        if probe.found:
            self._skip_to_next()

    def _skip_to_next(self) -> None:
        planned = self._clock.next()
        if planned is None:
            planned = self._clock.now + int(self._clock.hz * _NOTHING_PLANNED)
        ticks = planned - self._clock.now
        if ticks > 0:
            self._clock.now = planned
            self._idle.skipped(ticks)

    @property
    def idle_loops(self) -> tuple[int, ...]:
        """Addresses at which the firmware was found waiting."""
        return self._idle.anchors

    def save(self) -> dict[str, object]:
        """Counters and what was learned about idle loops, for a snapshot."""
        return {**{name: getattr(self, name) for name in _COUNTERS}, "idle": self._idle.save()}

    def load(self, saved: dict[str, object]) -> None:
        """Restore what :meth:`save` returned."""
        for name in _COUNTERS:
            setattr(self, name, int_of(saved[name]))
        rows = saved["idle"]
        if not isinstance(rows, list):
            raise TypeError("rows of numbers")
        self._idle.load([ints_of(row) for row in rows])
