"""A ROM chip on a wire: boot window, download mode, application."""

from __future__ import annotations

import math
from dataclasses import replace
from enum import Enum
from typing import TYPE_CHECKING

from bekenlab.machine.line_rate import rates_agree
from bekenlab.machine.rom.commands import Commands, Job
from bekenlab.machine.rom.faults import ChipFaults, Fate, FaultCounter
from bekenlab.machine.rom.frames import Code, Parser
from bekenlab.machine.rom.line import Receiver, Transmitter
from bekenlab.machine.rom.nor import NorFlash
from bekenlab.machine.rom.profile import load_profile, part_of_size
from bekenlab.machine.rom.registers import Registers
from bekenlab.machine.wire import Sent

if TYPE_CHECKING:
    from collections.abc import Callable

    from bekenlab.machine.rom.frames import Request
    from bekenlab.machine.wire import WireDevice

    AppStart = Callable[[bytes], WireDevice]

_NO_FAULTS = ChipFaults()
_LONG_WORK = 1e-3  # seconds; during shorter work the fault ``reset`` cuts the reply instead


class Mode(Enum):
    """Operating mode of a ROM chip."""

    WINDOW = "boot window"
    DOWNLOAD = "download"
    APP = "running app"
    DEAD = "without power"


class RomChip:
    """A chip with the download protocol in ROM; a ``WireDevice``.

    After a reset it waits briefly for a LinkCheck. If one arrives, it stays in download mode until
    told to reboot; otherwise it starts the application, and only a reset makes the protocol
    available again. Until it is linked, it answers nothing but a LinkCheck.

    It processes one request at a time. What arrives meanwhile waits in the receive FIFO, and
    replies leave through the transmit FIFO, so that the next request is started while the previous
    reply is still being sent.

    Args:
        name: Name of the chip, e.g. ``"BK7231N"``.
        flash: Its content, the size of a flash part; None is a blank part of the chip's size.
        app: Called with the flash when the application starts; returns a device that takes over
            the wire until the next reset. None for a silent application.
        faults: Faults of the chip.

    Attributes:
        now: Device seconds since it was first powered.
        nor: The flash part.

    Raises:
        UnsupportedError: Not a ROM chip, or no flash part of that size.
    """

    def __init__(
        self,
        name: str,
        flash: bytes | None = None,
        *,
        app: AppStart | None = None,
        faults: ChipFaults = _NO_FAULTS,
    ) -> None:
        profile = load_profile(name)
        self._profile = profile = replace(profile, times=profile.times.slowed(faults.slow))
        content = b"\xff" * profile.chip.flash_size if flash is None else flash
        part = part_of_size(profile, len(content))
        self.now = 0.0
        self._faults = faults
        self._counter = FaultCounter(faults)
        self.nor = NorFlash(part, content, profile.protect, self._counter.operation)
        if faults.flash_id is not None:
            self.nor.jedec_id = faults.flash_id
        if faults.stuck_protection:
            self.nor.stuck = part.protect_mask
        registers = Registers(profile, content)
        self._commands = Commands(profile, self.nor, registers, self._counter)
        self._start_app = app
        self._parser = Parser()
        self._receiver = Receiver(profile.fifo)
        self._transmitter = Transmitter(profile.fifo)
        self._boot()

    @property
    def name(self) -> str:
        """Name of the chip."""
        return self._profile.chip.name

    @property
    def mode(self) -> Mode:
        """The current mode."""
        return self._mode

    @property
    def baud(self) -> int:
        """Rate of its UART, in bits per second."""
        return self._baud if self._app is None else self._app.baud

    @property
    def flash(self) -> bytes:
        """Current content of the flash, physical addresses."""
        return bytes(self.nor.content) if self._app is None else self._app.flash

    def feed(self, data: bytes, baud: int) -> None:
        """Put bytes on the wire to the chip; see ``WireDevice``."""
        if self._app is None:
            if self._mode not in (Mode.APP, Mode.DEAD):
                self._receiver.put(self.now, data, baud)
        else:
            self._app.feed(data, baud)

    def advance(self, until: float) -> tuple[Sent, ...]:
        """Let time pass until something is sent, or until ``until``; see ``WireDevice``."""
        while self._app is None:
            due = self._transmitter.due(min(until, self._interrupted_at))
            if self._step(until if due is None else due):
                continue
            if due is not None:
                sent = self._transmitter.take(min(until, self._interrupted_at))
                self.now = max(self.now, sent.at)
                return (sent,)
            self.now = max(self.now, until)
            return ()
        return self._advance_app(until)

    def reset(self) -> None:
        """Pull CEN low and release it."""
        if self._app is not None:
            self.nor.content[:] = self._app.flash
        self.nor.powered = True
        self._boot()

    def _boot(self) -> None:
        self._app: WireDevice | None = None
        self._app_began = 0.0
        self._mode = Mode.WINDOW
        self._began = self.now
        self._baud = self._profile.baud
        self._job: Job | None = None
        self._interrupted_at = math.inf  # when a fault resets the chip or cuts its power
        self._cut_reply = False
        self._busy_until = self.now + self._profile.times.start
        self._heard = self.now
        self._parser.clear()
        self._receiver.clear(self.now)
        self._transmitter.clear(self.now)

    def _step(self, limit: float) -> bool:
        """Carry out the processor's next step, if it is not after ``limit``."""
        if self._mode in (Mode.APP, Mode.DEAD):
            return False
        busy = self._busy_until > self._heard
        if self._interrupted_at <= limit and not (busy and self._busy_until < self._interrupted_at):
            self._interrupt()
            return True
        if busy:
            return self._finish(limit)
        deadline = self._deadline()
        heard, request = self._receiver.read(
            self._parser, self._heard, min(limit, deadline), self._baud
        )
        if heard is not None:
            self._heard = self._busy_until = heard
        if request is not None:
            self._begin(request, self._heard)
        elif heard is None and deadline <= limit:
            self._miss(deadline)
        return heard is not None or deadline <= limit

    def _deadline(self) -> float:
        """When something happens without further bytes."""
        silence = self._heard + self._profile.times.silence if self._parser.inside else math.inf
        window = self._began + self._profile.times.window
        return min(silence, window) if self._mode is Mode.WINDOW else silence

    def _miss(self, deadline: float) -> None:
        """No byte arrived in time: the boot window closes, or a request remains incomplete."""
        self._heard = self._busy_until = deadline
        if self._mode is Mode.WINDOW and deadline >= self._began + self._profile.times.window:
            self._run_app(deadline)
            return
        request = self._parser.expire()
        if request is not None:
            self._begin(request, deadline)

    def _begin(self, request: Request, now: float) -> None:
        if self._mode is Mode.WINDOW:
            if request.long or request.code != Code.LINK_CHECK or not request.complete:
                return
            self._mode = Mode.DOWNLOAD
        fate = self._counter.request(request)
        job = None if fate is Fate.IGNORED else self._commands.start(request)
        if job is None:
            return
        self._job = job
        self._busy_until = now + job.seconds
        long = job.seconds > _LONG_WORK
        if not self.nor.powered or (fate is Fate.RESET and long):
            self._interrupted_at = now + job.seconds / 2
        self._cut_reply = fate is Fate.RESET and not long
        if job.baud is not None:
            # What is still in the FIFO is sent at the old rate.
            self._busy_until = max(self._busy_until, self._transmitter.free)

    def _finish(self, limit: float) -> bool:
        """Finish the current work, if that is not after ``limit``."""
        now = self._busy_until
        if now > limit:
            return False
        self._receiver.fill(now, self._baud)
        self._heard = now
        job, self._job = self._job, None
        if self._faults.deaf or self._mode is Mode.WINDOW:  # only now does it start to listen
            self._receiver.empty()
        if job is None:
            return True
        if job.restart:
            self.now = max(self.now, now)
            self._boot()
            return True
        if job.baud is not None and self._counter.change_of_baud():
            self._baud = self._reached(job.baud)
        self._busy_until = self._transmitter.send(now, job.reply(), self._baud)
        if self._cut_reply:
            self._interrupted_at = (now + self._transmitter.free) / 2
        return True

    def _interrupt(self) -> None:
        self.now = max(self.now, self._interrupted_at)
        self._boot()
        if not self.nor.powered:
            self._mode = Mode.DEAD

    def _reached(self, baud: int) -> int:
        """The rate its clock allows; the requested one if no host notices the difference."""
        clock = self._profile.clock
        if not 0 < baud <= clock:
            return self._baud
        real = clock // max(round(clock / baud), 1)
        return baud if rates_agree(baud, real) else real

    def _run_app(self, now: float) -> None:
        self._mode = Mode.APP
        self._receiver.clear(now)
        if self._start_app is not None:
            self.now = max(self.now, now)
            self._app = self._start_app(bytes(self.nor.content))
            self._app_began = self.now - self._app.now

    def _advance_app(self, until: float) -> tuple[Sent, ...]:
        if self._app is None:
            return ()
        began = self._app_began
        sent = self._app.advance(until - began)
        self.now = began + self._app.now
        return tuple(Sent(began + part.at, part.baud, part.data) for part in sent)
