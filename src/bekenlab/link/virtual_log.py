"""The log port of a virtual chip: runs its firmware and receives what it prints on TX2."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bekenlab.chips import LOG_BAUD
from bekenlab.image import read_image
from bekenlab.machine import FlashImage, Machine, StopReason, Until
from bekenlab.machine.line_rate import as_heard

if TYPE_CHECKING:
    from bekenlab.link.transport import ModemLines

# Device seconds the firmware runs between checks for output.
_STEP = 0.02
# Firmware that does nothing but access devices runs several times slower than a chip. What is
# slower than this is not waited for: the chip lags behind, as if it were clocked lower.
_SLOWEST, _LEAST_WALL_SECONDS = 4.0, 1.0


class VirtualLog:
    """A ``Transport`` that only receives, in virtual time.

    Creating it starts the firmware from reset. Flash without runnable code prints nothing.

    Args:
        name: The chip's port as the user named it.
        chip: Name of the chip.
        flash: Its content, physical addresses.

    Attributes:
        name: As given.
        lines: None: nothing resets the chip from here.
        machine: The chip, or None if there is no code to run.
    """

    def __init__(self, name: str, chip: str, flash: bytes) -> None:
        image = read_image(flash)
        self.name = name
        self.lines: ModemLines | None = None
        self.machine: Machine | None = None
        if image.logical and not image.logical_start:
            code = FlashImage(image.physical, image.logical)
            self.machine = Machine.from_image(code, chip=chip)
        self._flash = flash
        self._baud = LOG_BAUD
        self._now = 0.0
        self._taken = 0
        self._over = self.machine is None

    @property
    def flash(self) -> bytes:
        """The flash as the firmware left it, physical addresses."""
        return self._flash if self.machine is None else self.machine.flash

    @property
    def baud(self) -> int:
        """Rate of this end; at any rate but the firmware's, garbage arrives."""
        return self._baud

    def set_baud(self, baud: int) -> None:
        """Change the rate of this end."""
        self._baud = baud

    def write(self, data: bytes) -> None:
        """Ignored: only the receiver is wired to TX2."""
        del data

    def read(self, timeout: float) -> bytes:
        """Return what was printed; empty only if nothing arrives within ``timeout`` seconds."""
        deadline = self._now + max(timeout, _STEP)
        data = self._take()
        while not data and self._now < deadline:
            self._run(min(_STEP, deadline - self._now))
            data = self._take()
        return data

    def now(self) -> float:
        """Device seconds of the chip."""
        return self._now

    def sleep(self, seconds: float) -> None:
        """Let virtual time pass."""
        self._run(seconds)

    def close(self) -> None:
        """Nothing to release."""

    def _run(self, seconds: float) -> None:
        if self.machine is not None and not self._over:
            wall = max(_LEAST_WALL_SECONDS, _SLOWEST * seconds)
            outcome = self.machine.run(Until(device_seconds=seconds, wall_seconds=wall))
            self._over = outcome.reason is StopReason.FAULT
        self._now += seconds

    def _take(self) -> bytes:
        if self.machine is None:
            return b""
        piece = self.machine.uart2.since(self._taken)
        self._taken = self.machine.uart2.total
        return as_heard(piece, self.machine.uart2.baud or LOG_BAUD, self._baud)
