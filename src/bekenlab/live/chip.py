"""A live chip: a virtual chip with parts on its pins, run step by step.

There are no threads and no real time here (except for a limit per call), so that the same commands
at the same ticks give the same edges and the same log.
"""

from __future__ import annotations

import codecs
from typing import TYPE_CHECKING, Literal

from bekenlab.analysis.boot import gpio_rows
from bekenlab.analysis.log_pins import pins_from_log
from bekenlab.chips import SECTOR
from bekenlab.chips import chip as chip_named
from bekenlab.live.commands import (
    ChipCommand,
    Done,
    Drive,
    Press,
    Release,
    ReportPoint,
    Reset,
    TypeText,
)
from bekenlab.live.drivers import DriverChip
from bekenlab.live.fitting import fitting_of_map
from bekenlab.live.model import Stop, StopCause
from bekenlab.live.parts import part_views
from bekenlab.live.record import MOST_EDGES, LogTail, Ring
from bekenlab.live.source import fitting_of_flash
from bekenlab.live.two_wire import TwoWire
from bekenlab.live.uart1 import Uart1Peer
from bekenlab.live.update import has_arrived, unpacked, with_loader
from bekenlab.machine import FlashImage, Machine, StopReason, Until
from bekenlab.tuya.boot_log.follow import BootLogReader
from bekenlab.tuya.boot_log.read import parse_boot_log

if TYPE_CHECKING:
    from bekenlab.analysis.boot_model import GpioRow
    from bekenlab.live.fitting import Fitting
    from bekenlab.live.model import PointView
    from bekenlab.live.parts import PartView
    from bekenlab.live.source import LiveSource
    from bekenlab.machine.air import Air

#: Seconds. Firmware debounces buttons, and nobody presses one for less time than this.
SHORTEST_PRESS = 0.1
MOST_DONE = 10_000
_LONGEST_PORT_RECORD = 1 << 16
_LONGEST_LOG = 1 << 17
# A chip that is reset by its watchdog this often, each time within this time, is in a boot loop.
_MOST_BITES, _HEALTHY_SECONDS = 3, 5.0


class LiveChip:
    """A chip that can be run, watched and operated.

    Args:
        source: The firmware and its settings.
        air: The air it is in; None: it has no radio.
        place: Its place in the air, 0 for the first chip.

    Attributes:
        source: The firmware and its settings.
        fitting: The parts on its pins, as far as they are known.
        log: Its log.
        edges: Pin edges as (tick, gpio, level) of the current power-up.
        first_edge: Number of the first edge of the current power-up.
        power_ups: Number of starts.
        stop: Why it cannot continue, or None.
        done: The commands so far, in order; at most ``MOST_DONE``.
    """

    def __init__(self, source: LiveSource, air: Air | None = None, place: int = 0) -> None:
        self.source = source
        self._place = place
        self._air = air
        self.fitting: Fitting = source.fitting
        self.log = LogTail()
        self.edges: Ring[tuple[int, int, int]] = Ring(MOST_EDGES)
        self.first_edge = 0
        self.power_ups = 0
        self.stop: Stop | None = None
        self.done: list[Done] = []
        self._bites = 0
        self._driven: dict[int, int] = {}
        self._updated = False
        self._start(source.flash)

    # running ----------------------------------------------------------------------------------

    @property
    def tick(self) -> int:
        """Virtual time since the last power-up, in ticks."""
        return self._machine.clock.now

    @property
    def seconds(self) -> float:
        """Virtual time since the last power-up."""
        return self._machine.clock.seconds

    def ticks(self, seconds: float) -> int:
        """Convert seconds to ticks of this chip."""
        return round(seconds * self._machine.clock.hz)

    def run_to(self, tick: int, *, wall_seconds: float | None = None) -> None:
        """Run until a tick, or until the chip stops, restarts, or real time runs out.

        It returns at the end of a slice of the machine, which may be somewhat later than ``tick``.
        """
        power_up = self.power_ups
        began = self._machine.monotonic()
        while self.stop is None and self.power_ups == power_up and self.tick < tick:
            goal = min([tick, *self._releases.values()])
            left = None
            if wall_seconds is not None:
                left = wall_seconds - (self._machine.monotonic() - began)
                if left <= 0:
                    return
            if goal > self.tick:
                self._run((goal - self.tick) / self._machine.clock.hz, left)
            self._let_go_due()
            self.log.flush()

    def _run(self, seconds: float, wall_seconds: float | None) -> None:
        until = Until(device_seconds=seconds, wall_seconds=wall_seconds)
        try:
            outcome = self._machine.run(until)
        except Exception as error:  # noqa: BLE001 - a fault of a model must not end the process
            self._stopped(StopCause.INTERNAL, f"{type(error).__name__}: {error}")
            return
        self._tidy()
        if outcome.reason is StopReason.FAULT:
            self._stopped(StopCause.CRASH, outcome.detail)
        elif outcome.reason is StopReason.WATCHDOG:
            self._bitten()

    def _stopped(self, cause: StopCause, detail: str) -> None:
        self.stop = Stop(cause, detail)
        self._say(f"{cause}: {detail}")

    def _bitten(self) -> None:
        """Reset the chip after a watchdog bite; stop it if it is in a boot loop."""
        self._bites = 1 if self.seconds > _HEALTHY_SECONDS else self._bites + 1
        if self._bites > _MOST_BITES:
            times = f"{self._bites} times within {_HEALTHY_SECONDS:.0f} s each"
            self._stopped(StopCause.WATCHDOG, f"the watchdog reset the chip {times}")
            return
        self._say("watchdog-reset")
        self._restart(self._machine.flash)

    def _restart(self, physical: bytes) -> None:
        self._machine.close()
        chip, image = self.source.chip, FlashImage(physical, self._logical)
        arrived = has_arrived(physical, chip, self.source.flash.physical)
        whole = with_loader(physical) if arrived or self._updated else None
        if whole is not None:
            image, self._updated = whole, True
        elif arrived:
            image = unpacked(image, chip) or image
        self._start(image, "bootloader" if arrived and whole is not None else "app")

    def _start(self, image: FlashImage, start: Literal["app", "bootloader"] = "app") -> None:
        """Power up: make a new machine with this flash; external levels are kept."""
        source, self._logical = self.source, image.logical
        self._machine = Machine.from_image(image, chip=source.chip, start=start)
        if self._air is not None:
            self._air.join(self._machine, self._place)
        self.power_ups += 1
        self.stop = None
        self.first_edge = self.edges.end
        self._releases: dict[int, int] = {}
        self._pressed_at: dict[int, int] = {}
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._reader = BootLogReader()
        self._uart1 = Uart1Peer(source.product, self._heard, source.points, battery=source.battery)
        self._machine.uart2.listen(self._printed)
        self._machine.uart1.attach(self._uart1)
        self._config_changed = False
        self._machine.board.flash.on_change = self._flash_changed
        self._fit()
        self._machine.listen_edges(self._pin_changed)
        for gpio, level in self._driven.items():
            self._machine.drive(gpio, level)

    def close(self) -> None:
        """Free its memory; it cannot be used afterwards."""
        if self._air is not None:
            self._air.leave(self._place)
        self._machine.close()

    # listening --------------------------------------------------------------------------------

    def _heard(self, port: str, text: str) -> None:
        self.log.add(self.seconds, port, text)

    def _say(self, text: str) -> None:
        self._heard("bench", text)

    def _printed(self, data: bytes) -> None:
        self._heard("uart2", self._decoder.decode(data))
        if not self.fitting.pins:
            self._reader.feed(data)

    def _pin_changed(self, tick: int, gpio: int, level: int) -> None:
        self.edges.add((tick, gpio, level))
        if self._wires is not None:
            self._wires.changed(gpio, level)

    def _flash_changed(self, address: int, length: int) -> None:
        sector = chip_named(self.source.chip).config_address
        if address < sector + SECTOR and sector < address + length:
            self._config_changed = True

    def _tidy(self) -> None:
        """Between runs: update the parts on the pins; keep the records short."""
        for port in (self._machine.uart1, self._machine.uart2):
            if len(port.sent) > _LONGEST_PORT_RECORD or len(port.received) > _LONGEST_PORT_RECORD:
                port.load(b"", b"")
        if self.source.openbeken and self._config_changed:
            self._config_changed = False
            found = fitting_of_flash(self._machine.flash, self.source.chip)
            if found is not None and found != self.fitting:
                self.fitting = found
                self._fit()
        elif not self.fitting.pins and self._reader.pins_complete:
            text = self._reader.text[-_LONGEST_LOG:].decode("utf-8", "replace")
            self._reader = BootLogReader()  # should they be of no use, for the next ones
            pins = pins_from_log(parse_boot_log(text))
            self.fitting = fitting_of_map(pins, "boot_log")
            self._fit()

    def _fit(self) -> None:
        """Connect the LED driver to its pins, if there is one."""
        wires, row = self.fitting.wires(), self.fitting.driver
        self._driver = DriverChip(row) if row is not None else None
        self._wires: TwoWire | None = None
        if wires is not None and self._driver is not None:
            self._wires = TwoWire(*wires, self._driver.take)

    # observing --------------------------------------------------------------------------------

    def gpio(self) -> tuple[GpioRow, ...]:
        """State of all pins."""
        return gpio_rows(self._machine)

    def driven(self) -> tuple[tuple[int, int], ...]:
        """Pins driven from outside: number and level."""
        return tuple(sorted(self._driven.items()))

    def parts(self, gpio: tuple[GpioRow, ...]) -> tuple[PartView, ...]:
        """State of the parts on the pins."""
        driven = self._driver.shares(self.fitting.order) if self._driver else None
        return part_views(self.fitting, {row.gpio: row for row in gpio}, driven)

    def points(self) -> tuple[PointView, ...]:
        """TuyaMCU data points."""
        return self._uart1.points()

    # operating --------------------------------------------------------------------------------

    def do(self, command: ChipCommand) -> None:
        """Apply a command now."""
        if len(self.done) < MOST_DONE:
            self.done.append(Done(self.power_ups, self.tick, command))
        if isinstance(command, Drive):
            self._drive(command.gpio, command.level)
        elif isinstance(command, Press):
            self._releases.pop(command.gpio, None)
            self._pressed_at[command.gpio] = self.tick
            self._drive(command.gpio, self._active(command.gpio))
        elif isinstance(command, Release):
            pressed = self._pressed_at.get(command.gpio, 0)
            self._releases[command.gpio] = pressed + self.ticks(SHORTEST_PRESS)
            self._let_go_due()
        elif isinstance(command, TypeText):
            port = self._machine.uart1 if command.port == "uart1" else self._machine.uart2
            port.type(command.text.encode())
        elif isinstance(command, ReportPoint):
            self._machine.uart1.type(self._uart1.report(command.point))
        else:
            self._reset(command)
        self.log.flush()

    def _reset(self, command: Reset) -> None:
        self._bites = 0
        self._say("reset-erased" if command.erase else "reset")
        if command.erase:
            self.fitting = self.source.fitting
            self._logical, self._updated = self.source.flash.logical, False
        self._restart(self.source.flash.physical if command.erase else self._machine.flash)

    def _active(self, gpio: int) -> int:
        """The level of a pressed button; if unknown, the opposite of the pin's pull."""
        for pin in self.fitting.pins:
            if pin.gpio == gpio:
                return pin.active
        return 1 if self._machine.pins()[gpio].pull == "down" else 0

    def _drive(self, gpio: int, level: int | None) -> None:
        if level is None:
            self._driven.pop(gpio, None)
        else:
            self._driven[gpio] = level
        self._machine.drive(gpio, level)

    def _let_go_due(self) -> None:
        for gpio in [gpio for gpio, due in self._releases.items() if due <= self.tick]:
            del self._releases[gpio]
            self._pressed_at.pop(gpio, None)
            self._drive(gpio, None)


def replay(source: LiveSource, done: list[Done]) -> LiveChip:
    """Repeat recorded commands at the same ticks; returns the chip after the last command."""
    chip = LiveChip(source)
    for step in done:
        while chip.power_ups < step.power_up and chip.stop is None:
            chip.run_to(chip.tick + chip.ticks(1.0))
        chip.run_to(step.tick)
        chip.do(step.command)
    return chip
