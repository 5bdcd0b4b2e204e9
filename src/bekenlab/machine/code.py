"""The code in flash as the processor sees it, and how a boot loader replaces it.

Loaders do that in two ways. That of a BK7231T programs frames that it has encrypted itself, through
the flash controller. That of a BK7231N sets a bit in the controller's configuration
(``FWREN_FLASH_CPU`` in Beken's ``flash.h``) and then stores plain words where the processor sees
the code; the hardware encrypts them and adds the CRC. What happens to less than a frame of 32 bytes
is a guess: it is filled with FF.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from bekenlab.chips import SECTOR
from bekenlab.image import cipher, framing, read_image
from bekenlab.image.cipher import PLAIN_KEY
from bekenlab.machine.devices.base import bytes_of, int_of, ints_of
from bekenlab.machine.memory import stand_in_for_waits

if TYPE_CHECKING:
    from bekenlab.image.cipher import CodeKey
    from bekenlab.machine.cpu import Cpu
    from bekenlab.machine.devices.base import State
    from bekenlab.machine.devices.flash import Flash
    from bekenlab.machine.image import FlashImage

_FRAME = framing.DATA_SIZE


class CodeView:
    """Keeps the processor's view of code and the content of flash together.

    Args:
        image: What the machine was built from; says which key is burnt into the chip.
        size: Bytes of code that the processor sees.
        cpu: The processor.
        flash: Flash.
    """

    def __init__(self, image: FlashImage, size: int, cpu: Cpu, flash: Flash) -> None:
        self._physical = image.physical
        self._size = size
        self._cpu = cpu
        self._flash = flash
        self._start = 0
        self._stored = bytearray()
        self._current: set[int] = set()
        self._follows = False
        cpu.on_store = self._store
        flash.on_command = self.settle

    @cached_property
    def _key(self) -> CodeKey:
        return read_image(self._physical).encryption.key or PLAIN_KEY

    def replace(self, logical: bytes) -> bytes:
        """Show the processor other code; returns what it sees."""
        code = stand_in_for_waits(logical[: self._size].ljust(self._size, b"\xff"))
        self._cpu.poke(0, code)
        self._cpu.forget_code()
        return code

    def follow(self, app: int) -> None:
        """From now on, an app that a loader has written is seen when the loader starts it.

        Args:
            app: Where it starts.
        """
        if not self._follows:
            self._follows = True
            self._cpu.watch(app, self._started)

    def _started(self) -> None:
        if self._flash.changed - self._current:
            self._cpu.afterwards(self._refresh)
            self._cpu.stop()

    def _refresh(self) -> None:
        """Decrypt the sectors of code that have changed."""
        for sector in sorted(self._flash.changed - self._current):
            first = sector * SECTOR // framing.FRAME_SIZE * _FRAME
            last = -(-(sector + 1) * SECTOR // framing.FRAME_SIZE) * _FRAME
            self._show(first, min(last, self._size))
        self._current |= self._flash.changed
        self._cpu.forget_code()

    def _show(self, start: int, end: int) -> None:
        """Show the processor what flash holds; both are multiples of 32."""
        if start < end:
            framed = self._flash.content[framing.to_physical(start) : framing.to_physical(end)]
            plain = cipher.apply(framing.strip(bytes(framed)), start, self._key)
            self._cpu.poke(start, stand_in_for_waits(plain))

    # stores -----------------------------------------------------------------------------------

    def _store(self, address: int, size: int, value: int) -> bool:
        """The processor stores where its code is; returns whether flash takes it."""
        if not self._flash.takes_stores:
            return False
        if address != self._start + len(self._stored):
            self.settle()
        if not self._stored:
            self._start = address // _FRAME * _FRAME
            self._stored += b"\xff" * (address - self._start)
        self._stored += (value & ((1 << 8 * size) - 1)).to_bytes(size, "little")
        return True

    def settle(self) -> None:
        """Program what was stored."""
        if not self._stored:
            return
        start, plain = self._start, bytes(self._stored)
        self._stored.clear()
        plain += b"\xff" * (-len(plain) % _FRAME)
        framed = framing.add(cipher.apply(plain, start, self._key))
        self._flash.program(framing.to_physical(start), framed)
        self._show(start, min(start + len(plain), self._size))

    # snapshots --------------------------------------------------------------------------------

    def save(self) -> State:
        """What was stored and is not yet programmed, and which sectors the processor sees."""
        return {
            "start": self._start,
            "stored": bytes(self._stored),
            "current": sorted(self._current),
        }

    def load(self, state: State) -> None:
        """Restore what :meth:`save` returned."""
        self._start = int_of(state["start"])
        self._stored = bytearray(bytes_of(state["stored"]))
        self._current = set(ints_of(state["current"]))
