"""A chip on a wire whose download code is in its flash: the dump's own boot loader answers.

The genuine loader runs in the virtual chip, with UART1 in line time. It answers as on silicon: the
protocol is not modelled here. What it writes to flash is what runs after the next reset.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bekenlab import stopping
from bekenlab.errors import NotADumpError
from bekenlab.image import cipher, framing, read_image
from bekenlab.machine.devices.uart_paced import PacedUart
from bekenlab.machine.engine import SLICE
from bekenlab.machine.errors import CodeCrashError
from bekenlab.machine.image import FlashImage
from bekenlab.machine.machine import Machine
from bekenlab.machine.wire import Sent

if TYPE_CHECKING:
    from bekenlab.machine.serial import SerialPort

_UNSET_BAUD = 115_200
_UNTIL = "wire.until"
_LONGEST_RECORD = 1 << 20


class LoaderChip:
    """A chip that runs the boot loader in its flash, then the application; a ``WireDevice``.

    A watchdog reset or a reboot by the loader restarts it, like :meth:`reset`. After its code
    crashes, nothing answers until :meth:`reset`.

    Args:
        flash: A dump that begins with its boot loader; a rotated dump is turned back.
        chip: Name of a chip, e.g. ``"BK7231T"``.

    Attributes:
        now: Device seconds since it was first powered.
        machine: The current machine; every reset makes a new one.

    Raises:
        NotADumpError: The dump has no boot loader, or its key is not known.
        UnsupportedError: No model of this chip.
    """

    def __init__(self, flash: bytes, chip: str) -> None:
        image = read_image(flash)
        if image.loader is None or image.encryption.key is None:
            raise NotADumpError(
                "this dump has no boot loader that can run",
                hint="a whole dump from address 0 is needed",
            )
        self.now = 0.0
        self._chip = chip
        # The key is burnt into the chip, so it also applies to what is written later.
        self._key = image.encryption.key
        self._origin = 0.0
        self._crashed = False
        self.machine = self._start(image.physical)

    def _start(self, flash: bytes) -> Machine:
        code = cipher.apply(framing.strip(flash), 0, self._key)
        machine = Machine.from_image(
            FlashImage(flash, code), chip=self._chip, start="bootloader", line_time=True
        )
        machine.clock.handle(_UNTIL, lambda _due: None)
        _uart(machine).end_slice = machine.cpu.stop
        self._origin = self.now
        self._crashed = False
        return machine

    @property
    def baud(self) -> int:
        """Rate of the chip's UART; 115200 until the loader sets one."""
        return self.machine.uart1.baud or _UNSET_BAUD

    @property
    def flash(self) -> bytes:
        """Current content of the flash, physical addresses."""
        return self.machine.flash

    @property
    def log(self) -> str:
        """The latest part of what UART2 printed since the last reset."""
        return self.machine.log

    def feed(self, data: bytes, baud: int) -> None:
        """Put bytes on the wire to the chip from ``now`` on, ten bit times each at ``baud``."""
        _uart(self.machine).feed_at(data, baud, self._tick(self.now))

    def advance(self, until: float) -> tuple[Sent, ...]:
        """Let time pass until ``until``, or until the chip has sent something."""
        while True:
            sent = self._sent()
            if sent:
                self.now = max(self.now, sent[-1].at)
                return sent
            if self._seconds() >= until or self._crashed:
                self.now = max(self.now, until)
                return ()
            self._slice(until)
            stopping.check()

    def reset(self) -> None:
        """Pull CEN low and release it."""
        self.machine = self._start(self.flash)

    def _slice(self, until: float) -> None:
        machine = self.machine
        machine.clock.at(_UNTIL, max(self._tick(until), machine.clock.now + 1))
        try:
            machine.engine.slice(SLICE)
        except CodeCrashError:
            self._crashed = True
        for port in (machine.uart1, machine.uart2):
            _keep_short(port)
        if machine.bitten:
            self.now = self._seconds()
            self.reset()

    def _sent(self) -> tuple[Sent, ...]:
        hz = self.machine.clock.hz
        return tuple(
            Sent(self._origin + piece.tick / hz, piece.baud, bytes(piece.data))
            for piece in _uart(self.machine).take()
        )

    def _seconds(self) -> float:
        return self._origin + self.machine.clock.seconds

    def _tick(self, seconds: float) -> int:
        return round((seconds - self._origin) * self.machine.clock.hz)


def _uart(machine: Machine) -> PacedUart:
    uart = machine.board.uart1
    if not isinstance(uart, PacedUart):
        raise TypeError("UART1 does not take line time")
    return uart


def _keep_short(port: SerialPort) -> None:
    """Limit the record of a port: a chip may be served for days."""
    if len(port.sent) > _LONGEST_RECORD:
        port.load(b"", b"")
