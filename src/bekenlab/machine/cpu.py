"""The processor: Unicorn's ARM926 in place of the ARM968E-S, run in counted slices.

Why it is driven this way (measured with unicorn 2.1.4): a store costs 28-80 ns in the default TLB
mode but 3-9 ns with a virtual TLB and a fill hook; a Python hook on blocks costs 0.5 microseconds
per block, and a memory hook anywhere slows all stores. So neither is used: only ``mmio_map`` for
devices, a fill hook once per page, and one interrupt hook for SWI.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import unicorn
from unicorn import arm_const as arm
from unicorn import unicorn_const as uc_const

from bekenlab import stopping
from bekenlab.machine.errors import CodeCrashError
from bekenlab.machine.memory import WAIT_STAND_IN, Memory
from bekenlab.machine.registers import load_registers, quick_access, save_registers

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

_ENGINE: Any = unicorn  # its annotations are incomplete
_NEVER = 0xFFFF_FFFE
PAGE = 0x1000
"""Granularity of memory mappings in the processor model, in bytes."""

_MOST_OPEN_PAGES = 64
_THUMB = 1 << 5
_IRQ_OFF = 1 << 7
_FIQ_OFF = 1 << 6
_MODE_FIQ, _MODE_IRQ, _MODE_SVC = 0x11, 0x12, 0x13
_EXCP_UDEF, _EXCP_SWI, _EXCP_BKPT = 1, 2, 7
_PROT = {"r": uc_const.UC_PROT_READ, "w": uc_const.UC_PROT_WRITE, "x": uc_const.UC_PROT_EXEC}
_GENERAL = tuple(getattr(arm, f"UC_ARM_REG_R{n}") for n in range(16))
_CURRENT = (*_GENERAL, arm.UC_ARM_REG_CPSR)
_ACCESS_FETCH = uc_const.UC_MEM_FETCH


class Cpu:
    """An ARMv5TE core with its memories.

    Args:
        memories: Plain memories to map; devices are added with :meth:`map_device`.

    Attributes:
        open_bus: Pages read although nothing is mapped there, in order: a bug of the code, or a gap
            in the profile. They read as 0.
        ignored_writes: Number of writes to read-only pages, counted once per page and slice; they
            are undone when the slice ends.
        on_store: Called with address, size and value of a store to a read-only page; returns
            whether it was taken, or is to be ignored.
        waiting: Whether the last slice ended because the code waits for an interrupt.
    """

    def __init__(self, memories: Iterable[Memory]) -> None:
        self.memories = tuple(memories)
        self._uc = _ENGINE.Uc(uc_const.UC_ARCH_ARM, uc_const.UC_MODE_ARM)
        self._uc.ctl_set_cpu_model(arm.UC_CPU_ARM_926)
        self._uc.ctl_set_page_size(PAGE)  # not 1 KiB: fewer calls of the fill hook
        self._uc.ctl_set_tlb_mode(uc_const.UC_TLB_VIRTUAL)
        for memory in self.memories:
            prot = sum(_PROT[letter] for letter in memory.access)
            self._uc.mem_map(memory.base, memory.size, prot)
        self._read, self._write = quick_access(self._uc)
        self._uc.hook_add(uc_const.UC_HOOK_TLB_FILL, self._fill)
        self._uc.hook_add(uc_const.UC_HOOK_INTR, self._exception)
        self._uc.hook_add(uc_const.UC_HOOK_MEM_READ_UNMAPPED, self._read_nothing)
        self._uc.hook_add(uc_const.UC_HOOK_MEM_WRITE_PROT, self._write_ignored)
        self.open_bus: list[int] = []
        self.ignored_writes = 0
        self.on_store: Callable[[int, int, int], bool] = lambda _address, _size, _value: False
        self._written: list[tuple[int, bytes]] = []
        self._afterwards: list[Callable[[], None]] = []
        self._context = self._uc.context_save()
        self._stopped = False
        self._problem = ""
        self.waiting = False

    def close(self) -> None:
        """Free the memory now; nothing can be executed afterwards."""
        for memory in self.memories:
            self._uc.mem_unmap(memory.base, memory.size)

    # memory -----------------------------------------------------------------------------------

    def map_device(
        self,
        base: int,
        size: int,
        read: Callable[[Any, int, int, Any], int],
        write: Callable[[Any, int, int, int, Any], None],
    ) -> None:
        """Map a device range.

        Args:
            base: First address.
            size: Bytes.
            read: Called with (ignored, offset, width, ignored). This is Unicorn's own signature, to
                save a call: firmware reads registers a hundred thousand times per second.
            write: Called with (ignored, offset, width, value, ignored).
        """
        self._uc.mmio_map(base, size, read, None, write, None)

    def peek(self, address: int, size: int) -> bytes:
        """Read plain memory without side effects."""
        return bytes(self._uc.mem_read(address, size))

    def forget_code(self) -> None:
        """Discard translated code, after code was changed from outside."""
        self._uc.ctl_flush_tb()

    def poke(self, address: int, data: bytes) -> None:
        """Write plain memory, even if it is read-only."""
        self._uc.mem_write(address, data)

    def writable(self) -> list[tuple[int, bytes]]:
        """Base address and a copy of every writable memory."""
        return [(m.base, self.peek(m.base, m.size)) for m in self.memories if "w" in m.access]

    def copy(self, to: int, source: int, length: int) -> None:
        """Copy within plain memory; does nothing if either range is outside of it."""
        if self.is_plain(source, length, "r") and self.is_plain(to, length, "w"):
            self.poke(to, self.peek(source, length))

    def is_plain(self, address: int, length: int, access: str) -> bool:
        """Whether a range is inside one plain memory with this access (``r``, ``w`` or ``x``)."""
        return any(
            m.base <= address and address + length <= m.base + m.size and access in m.access
            for m in self.memories
        )

    # running ----------------------------------------------------------------------------------

    def run(self, count: int) -> bool:
        """Execute exactly ``count`` instructions, or fewer when :meth:`stop` is called.

        Returns:
            Whether all of them were executed.

        Raises:
            CodeCrashError: The code accessed unmapped memory, or is not valid code.
        """
        self._stopped = False
        self.waiting = False
        self._problem = ""
        start = self.pc | (1 if self.cpsr & _THUMB else 0)
        try:
            with stopping.shield():  # an exception raised in a hook may be lost
                self._uc.emu_start(start, _NEVER, count=count)
        except _ENGINE.UcError as error:
            plain, _, _ = str(error).partition(" (UC_ERR")  # its code says nothing more
            raise CodeCrashError(self._problem or plain, pc=self.pc, lr=self.lr) from error
        finally:
            self._undo_writes()
            while self._afterwards:
                self._afterwards.pop(0)()
        if self._problem:
            raise CodeCrashError(self._problem, pc=self.pc, lr=self.lr)
        return not self._stopped

    def stop(self) -> None:
        """End the current slice after the current instruction (for device models)."""
        self._stopped = True
        self._uc.emu_stop()

    def afterwards(self, action: Callable[[], None]) -> None:
        """Call ``action`` when the current slice has ended, e.g. to replace code."""
        self._afterwards.append(action)

    def watch(self, address: int, callback: Callable[[], None]) -> int:
        """Call back whenever ``address`` is executed; only code at that address is slowed."""
        handle = self._uc.hook_add(
            uc_const.UC_HOOK_CODE, lambda *_args: callback(), begin=address, end=address
        )
        self._uc.ctl_flush_tb()
        return int(handle)

    def unwatch(self, handle: int) -> None:
        """Undo :meth:`watch`; must not be called while code is running."""
        self._uc.hook_del(handle)
        self._uc.ctl_flush_tb()

    def comes_back(self, count: int) -> bool:
        """Execute until all registers are as they are now, at most ``count`` instructions.

        Returns:
            Whether that happened; if not, ``count`` were executed, or fewer after :meth:`stop`.
        """
        pc, state = self.pc, self.general()
        passed = [0, 0]

        def passes(*_args: object) -> None:
            passed[0] += 1  # the first pass is the instruction it starts with
            if passed[0] > 1 and self.general() == state:
                passed[1] = 1
                self.stop()

        handle = self._uc.hook_add(uc_const.UC_HOOK_CODE, passes, begin=pc, end=pc)
        self._uc.ctl_remove_cache(pc, pc + 4)
        try:
            self.run(count)
        finally:
            self._uc.hook_del(handle)
            self._uc.ctl_remove_cache(pc, pc + 4)
        return bool(passed[1])

    # registers --------------------------------------------------------------------------------

    @property
    def pc(self) -> int:
        """Program counter, without the Thumb bit."""
        return self._read(arm.UC_ARM_REG_PC)

    @property
    def lr(self) -> int:
        """Link register of the current mode."""
        return self._read(arm.UC_ARM_REG_LR)

    @property
    def sp(self) -> int:
        """Stack pointer of the current mode."""
        return self._read(arm.UC_ARM_REG_SP)

    @property
    def cpsr(self) -> int:
        """Current program status register."""
        return self._read(arm.UC_ARM_REG_CPSR)

    @property
    def irq_open(self) -> bool:
        """Whether interrupts are enabled."""
        return not self.cpsr & _IRQ_OFF

    @property
    def fiq_open(self) -> bool:
        """Whether fast interrupts are enabled."""
        return not self.cpsr & _FIQ_OFF

    def fingerprint(self) -> bytes:
        """A value that is equal when all registers are equal; for comparison only."""
        self._uc.context_update(self._context)
        return bytes(self._context)

    def general(self) -> tuple[int, ...]:
        """r0 to r15 of the current mode and the CPSR."""
        return tuple(map(self._read, _CURRENT))

    def reset(self, pc: int) -> None:
        """Reset to supervisor mode, ARM state, interrupts off, at ``pc``."""
        self._write(arm.UC_ARM_REG_CPSR, _MODE_SVC | _IRQ_OFF | _FIQ_OFF)
        for reg in _GENERAL[:15]:
            self._write(reg, 0)
        self._write(arm.UC_ARM_REG_PC, pc)

    def enter_irq(self) -> None:
        """Take an interrupt between two slices."""
        self._enter(_MODE_IRQ, 0x18, self.pc + 4, _IRQ_OFF)

    def enter_fiq(self) -> None:
        """Take a fast interrupt between two slices."""
        self._enter(_MODE_FIQ, 0x1C, self.pc + 4, _IRQ_OFF | _FIQ_OFF)

    def _enter(self, mode: int, vector: int, link: int, masks: int) -> None:
        cpsr = self.cpsr
        kept = cpsr & ~(0x1F | _THUMB)
        self._write(arm.UC_ARM_REG_CPSR, kept | mode | masks)
        self._write(arm.UC_ARM_REG_SPSR, cpsr)
        self._write(arm.UC_ARM_REG_LR, link)
        self._write(arm.UC_ARM_REG_PC, vector)

    # hooks ------------------------------------------------------------------------------------

    @staticmethod
    def _fill(_uc: Any, address: int, access: int, entry: Any, _data: Any) -> bool:
        entry.paddr = address
        entry.perms = (
            uc_const.UC_PROT_READ | uc_const.UC_PROT_EXEC
            if access == _ACCESS_FETCH
            else uc_const.UC_PROT_READ | uc_const.UC_PROT_WRITE
        )
        return True

    def _read_nothing(
        self, uc: Any, _access: int, address: int, _size: int, _value: int, _data: Any
    ) -> bool:
        """Unmapped reads give 0, as on the silicon's bus, up to a limit of pages."""
        if len(self.open_bus) >= _MOST_OPEN_PAGES:
            return False
        page = address & ~(PAGE - 1)
        self.open_bus.append(page)
        uc.mem_map(page, PAGE, uc_const.UC_PROT_READ)
        return True

    def _write_ignored(
        self, uc: Any, _access: int, address: int, size: int, value: int, _data: Any
    ) -> bool:
        """Flash ignores most stores: let this one happen and undo it when the slice ends."""
        page = address & ~(PAGE - 1)
        if not self.is_plain(page, PAGE, "x"):
            return False
        if self.on_store(address, size, value):
            return True
        self.ignored_writes += 1
        self._written.append((page, self.peek(page, PAGE)))
        uc.mem_protect(page, PAGE, uc_const.UC_PROT_ALL)
        return True

    def _undo_writes(self) -> None:
        for page, before in self._written:
            self.poke(page, before)
            self._uc.mem_protect(page, PAGE, uc_const.UC_PROT_READ | uc_const.UC_PROT_EXEC)
        self._written.clear()

    def _exception(self, _uc: Any, number: int, _data: Any) -> None:
        if number == _EXCP_SWI:
            self._enter(_MODE_SVC, 0x08, self.pc, _IRQ_OFF)
            return
        if number == _EXCP_BKPT and self.peek(self.pc, 4) == WAIT_STAND_IN:
            self._write(arm.UC_ARM_REG_PC, self.pc + 4)
            self.waiting = True
            self.stop()
            return
        self._problem = "undefined instruction" if number == _EXCP_UDEF else f"exception {number}"
        self._uc.emu_stop()

    # snapshots --------------------------------------------------------------------------------

    def save(self) -> dict[str, int]:
        """All registers of all modes by name."""
        return save_registers(self._uc)

    def load(self, saved: dict[str, int]) -> None:
        """Restore what :meth:`save` returned."""
        load_registers(self._uc, saved)
