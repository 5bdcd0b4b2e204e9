"""A virtual chip for experiments: started or restored, driven, run in steps, its pins recorded."""

from __future__ import annotations

import time
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING

from bekenlab.machine import FlashImage, Machine, StopReason, Until, snapshot
from bekenlab.machine.peers.bl0937 import Bl0937
from bekenlab.machine.peers.tuya_mcu import TuyaMcu
from bekenlab.probing.observations import Happening, Observation, Outcome
from bekenlab.probing.recorder import Recorder

if TYPE_CHECKING:
    import re

    from bekenlab.machine.air import Air
    from bekenlab.probing.observations import MeterWires

_STEP = 0.02  # device seconds
_MOST_RESTARTS = 6
_LINE = 4096


@dataclass(frozen=True, slots=True)
class RigSource:
    """What a chip for experiments is made of.

    Attributes:
        chip: Name of the chip.
        flash: Its flash in both address spaces.
        product: Product id of the MCU on UART1.
        deadline: When real time is over, by ``time.monotonic``; the same in all processes.
    """

    chip: str
    flash: FlashImage = field(repr=False)
    product: str
    deadline: float


class Rig:
    """A chip that runs one experiment.

    Args:
        source: The chip.
        saved: A snapshot to begin with, of the same chip; None: power it up.
        air: The air it is in; None: it has no radio.
        announces: What the firmware prints when its product test begins.
        meter: How a power meter is connected, or None without one.
    """

    def __init__(
        self,
        source: RigSource,
        saved: bytes | None = None,
        *,
        air: Air | None = None,
        announces: re.Pattern[bytes] | None = None,
        meter: MeterWires | None = None,
    ) -> None:
        self._source = source
        self._wires = meter
        self._meter: Bl0937 | None = None
        self._air = air
        self._announces = announces
        self._driven: dict[int, int] = {}
        self._moments: list[tuple[float, Happening]] = []
        self._restarts = 0
        self._line = b""
        self.outcome = Outcome.DONE
        self._machine = self._start(source.flash)
        if saved is not None:
            snapshot.restore(self._machine, saved)
        self._recorder = Recorder(self._machine)

    def _start(self, flash: FlashImage) -> Machine:
        machine = Machine.from_image(flash, chip=self._source.chip)
        machine.uart1.attach(TuyaMcu(self._source.product))
        if self._announces is not None:
            machine.uart2.listen(self._printed)
        if self._air is not None:
            self._air.join(machine)
        if self._wires is not None:
            self._meter = Bl0937(machine, **asdict(self._wires))
        return machine

    def _printed(self, data: bytes) -> None:
        *lines, rest = (self._line + data).split(b"\n")
        self._line = rest[-_LINE:]
        if self._announces is not None and any(map(self._announces.search, lines)):
            self.note(Happening.TEST_BEGAN)
            self._announces = None

    @property
    def alive(self) -> bool:
        """Whether it can go on."""
        return self.outcome in (Outcome.DONE, Outcome.RESTARTED)

    @property
    def at(self) -> float:
        """Milliseconds since the beginning."""
        return self._recorder.at

    def note(self, happening: Happening) -> None:
        """Something happens now."""
        self._moments.append((self._recorder.at, happening))

    def happened(self, happening: Happening) -> bool:
        """Whether something has happened."""
        return any(what is happening for _, what in self._moments)

    def drive(self, gpio: int, level: int | None) -> None:
        """Drive a pin from outside; None releases it."""
        if level is None:
            self._driven.pop(gpio, None)
        else:
            self._driven[gpio] = level
        self._machine.drive(gpio, level)

    def run(self, seconds: float) -> None:
        """Let device time pass."""
        end = self._recorder.at + 1000 * seconds
        while self.alive and self._recorder.at < end:
            left = self._source.deadline - time.monotonic()
            if left <= 0:
                self.outcome = Outcome.OUT_OF_TIME
                return
            step = min(_STEP, (end - self._recorder.at) / 1000)
            outcome = self._machine.run(Until(device_seconds=step, wall_seconds=left))
            if self._meter is not None:
                self._meter.step()
            self._recorder.step()
            if outcome.reason is StopReason.FAULT:
                self.outcome = Outcome.STOPPED
            elif outcome.reason is StopReason.WATCHDOG:
                self._restart()

    def _restart(self) -> None:
        """The firmware has restarted the chip."""
        self.note(Happening.RESTARTED)
        self._restarts += 1
        self.outcome = Outcome.RESTARTED
        if self._restarts > _MOST_RESTARTS:
            self.outcome = Outcome.STOPPED
            return
        base = self._recorder.at
        flash = FlashImage(self._machine.flash, self._source.flash.logical)
        self._machine.close()
        self._machine = self._start(flash)
        for gpio, level in self._driven.items():
            self._machine.drive(gpio, level)
        self._recorder.follow(self._machine, base)

    def save(self) -> bytes:
        """A snapshot of the chip."""
        return snapshot.save(self._machine)

    def observed(self, name: str, gpio: int | None = None) -> Observation:
        """What was seen so far."""
        return Observation(
            name,
            gpio,
            self.outcome,
            round(self._recorder.at / 1000, 3),
            tuple(self._moments),
            self._recorder.pins(),
            self._recorder.wires(),
            set_up=self._recorder.set_up(),
            meter=self._wires,
        )

    def close(self) -> None:
        """Free its memory; it cannot be used afterwards."""
        if self._air is not None:
            self._air.leave()
        self._machine.close()
