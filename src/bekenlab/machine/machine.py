"""The virtual chip: boots a firmware image, shows its pins and logs, and drives its inputs.

    machine = Machine.from_image(FlashImage(physical, logical), chip="BK7231N")
    outcome = machine.run(Until(match="app_init finished", wall_seconds=20))
    print(machine.uart2.sent.decode("utf-8", "replace"))

Everything depends only on the image and on what was driven or typed at which tick: two runs give
the same bytes. Real time only matters for ``wall_seconds``.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Literal

from bekenlab import stopping
from bekenlab.errors import UnsupportedError
from bekenlab.machine.board import build_board
from bekenlab.machine.chips import ChipProfile, load_profile
from bekenlab.machine.clock import Clock
from bekenlab.machine.code import CodeView
from bekenlab.machine.cpu import PAGE, Cpu
from bekenlab.machine.devices.gdma import Gdma
from bekenlab.machine.devices.pwm_new import NewPwm
from bekenlab.machine.devices.pwm_old import OldPwm
from bekenlab.machine.engine import Engine
from bekenlab.machine.errors import CodeCrashError
from bekenlab.machine.image import FlashImage
from bekenlab.machine.memory import Memory
from bekenlab.machine.run import Outcome, StopReason, Until
from bekenlab.machine.serial import SerialPort
from bekenlab.machine.watch import Watch

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TypeAlias

    from bekenlab.machine.devices.base import PwmState
    from bekenlab.machine.devices.gpio import PinState

    PinListener: TypeAlias = Callable[[int, int], None]

_VECTORS = slice(0x04, 0x40)
_SOFTWARE_INTERRUPT, _RELAY = 0x08, 0x40
_ADD_4_TO_LR, _BRANCH = 0xE28E_E004, 0xEA00_0000
_FLASH_MOST = 16 << 20
_HANGS_SECONDS = 1.0
# Code that writes code makes the processor's memory grow by 12 MB a second. Translating all of it
# anew takes 40 ms, and changes nothing that the code can notice.
_FORGET_SECONDS = 10.0


class Machine:
    """A chip with its firmware.

    Use :meth:`from_image`. The attributes may be used between runs.

    Attributes:
        profile: The chip as its firmware sees it.
        clock: Virtual time.
        cpu: The processor.
        code: The code in flash as the processor sees it.
        board: The peripherals.
        uart1: The far end of the download and TuyaMCU port.
        uart2: The far end of the log port.
        engine: Executes the firmware.
        monotonic: Real time, only used for ``wall_seconds``.
        bitten: Whether the watchdog has expired; cleared when a run reports it.
    """

    def __init__(
        self,
        image: FlashImage,
        profile: ChipProfile,
        *,
        start: Literal["app", "bootloader"] = "app",
        skip_idle: bool = True,
        line_time: bool = False,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        if not 0 < len(image.physical) <= _FLASH_MOST:
            raise UnsupportedError("Flash must hold between 1 byte and 16 MiB.")
        self.profile = profile
        self.image = image
        self.start = start
        self.clock = Clock(profile.rate)
        self.board = build_board(
            profile, self.clock, {"uart1": "uart_paced"} if line_time else None
        )
        self.board.flash.hold(image.physical)
        size = max(PAGE, -(-min(len(image.logical), profile.flash_limit) // PAGE) * PAGE)
        self.cpu = Cpu([Memory("flash", 0, size, "rx"), *profile.memories])
        self.board.bus.connect(self.cpu)
        self.code = CodeView(image, size, self.cpu, self.board.flash)
        self.uart1 = SerialPort(self.board.uart1)
        self.uart2 = SerialPort(self.board.uart2)
        self.engine = Engine(self.cpu, self.board, self.clock, skip_idle=skip_idle)
        self.monotonic = monotonic
        self.bitten = False
        self._forgot_at = monotonic()
        self.board.watchdog.on_bite = self._watchdog_bit
        for device in self.board.devices.values():
            if isinstance(device, Gdma):
                device.copy = self.cpu.copy
        self.board.mac.use_memory(self.cpu)
        self._fresh = {name: device.save() for name, device in self.board.devices.items()}
        self._pin_listeners: list[PinListener] = []
        self.board.gpio.on_change = self._pin_changed
        self.board.gpio.on_edge = self.board.sctrl.pin_changed
        self.board.sctrl.on_sleep = self.cpu.stop
        self.board.flash.on_long = self.cpu.stop
        self.board.sctrl.on_wake = self._woke
        self._code = self.code.replace(image.logical)
        self._prepare()

    @classmethod
    def from_image(
        cls,
        image: FlashImage,
        *,
        chip: str,
        start: Literal["app", "bootloader"] = "app",
        skip_idle: bool = True,
        line_time: bool = False,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> Machine:
        """Build a machine.

        Args:
            image: The flash in both address spaces.
            chip: Name of a chip, e.g. ``"BK7231N"``.
            start: Reset into the application, or into the dump's own boot loader at 0.
            skip_idle: Skip time while the firmware only waits for interrupts; otherwise such loops
                are executed (about ten times slower).
            line_time: Whether sending on UART1 takes line time; otherwise it takes none.
            monotonic: Real time in seconds, for ``wall_seconds``.

        Raises:
            UnsupportedError: Unknown chip.
        """
        return cls(
            image,
            load_profile(chip),
            start=start,
            skip_idle=skip_idle,
            line_time=line_time,
            monotonic=monotonic,
        )

    def _prepare(self) -> None:
        app = self.profile.app
        entry = 0
        if self.start == "app":
            entry = app
            if self._code[_VECTORS][:4] != self._code[app:][_VECTORS][:4]:
                # No boot loader to relay exceptions: use the application's own vectors.
                self.cpu.poke(_VECTORS.start, self._code[app:][_VECTORS])
                if self.profile.relays:
                    self._relay_software_interrupts(app)
            for address, value in self.profile.presets.items():
                self.cpu.poke(address, value.to_bytes(4, "little"))
        else:
            self.code.follow(app)
        self.cpu.reset(entry)

    def _relay_software_interrupts(self, app: int) -> None:
        """Do what the boot loader's vector does: raise the return address, and go on in the app."""
        self.cpu.poke(_SOFTWARE_INTERRUPT, _branch(_SOFTWARE_INTERRUPT, _RELAY))
        target = _branch(_RELAY + 4, app + _SOFTWARE_INTERRUPT)
        self.cpu.poke(_RELAY, _ADD_4_TO_LR.to_bytes(4, "little") + target)

    # running ----------------------------------------------------------------------------------

    def step(self, count: int = 1) -> None:
        """Execute ``count`` instructions, fewer if the chip enters deep sleep.

        Pending interrupts are taken in between.

        Raises:
            CodeCrashError: The code crashed.
        """
        end = self.instructions + count
        while self.instructions < end and not self.asleep:
            self.engine.slice(end - self.instructions)
            self.uart1.pump()
            stopping.check()

    def run(self, until: Until) -> Outcome:
        """Run until one of the conditions holds, the firmware crashes, or the watchdog bites.

        May never return unless at least one condition is a limit.
        """
        started = self.monotonic()
        watch = Watch(self, until, started)
        stop_listening = self.listen_pins(watch.pin_changed)
        try:
            reason = None
            while reason is None:
                self.engine.slice(watch.budget())
                self.uart1.pump()
                stopping.check()
                self._forget_sometimes()
                reason = watch.check()
        except CodeCrashError as fault:
            self.uart2.pump()
            self.board.gpio.settle(0, 0, 0)
            detail = f"{fault.message} at {self.cpu.pc:#x}, called from {self.cpu.lr:#x}"
            return self._outcome(StopReason.FAULT, detail, started)
        finally:
            stop_listening()
            watch.close()
        return self._outcome(reason, watch.detail, started)

    def _forget_sometimes(self) -> None:
        now = self.monotonic()
        if now - self._forgot_at >= _FORGET_SECONDS:
            self._forgot_at = now
            self.cpu.forget_code()

    def _pin_changed(self, gpio: int, level: int) -> None:
        for listener in tuple(self._pin_listeners):
            listener(gpio, level)

    def _watchdog_bit(self) -> None:
        self.bitten = True

    def _woke(self) -> None:
        """Deep sleep ends with a reset of memory and of every block but system control."""
        for name, device in self.board.devices.items():
            if device is not self.board.sctrl:
                device.power_up(self._fresh[name])
        for memory in self.cpu.memories:
            if "w" in memory.access:
                self.cpu.poke(memory.base, bytes(memory.size))
        self.cpu.forget_code()
        self.engine.power_up()
        self._prepare()

    @property
    def hangs(self) -> bool:
        """Whether the code has kept interrupts off and accessed no device for a second.

        Only a watchdog can end that.
        """
        alone = self.clock.now - self.engine.alone_since
        return not self.asleep and alone >= _HANGS_SECONDS * self.clock.hz

    def _doing(self) -> str:
        """What the code waits for, as text; empty while it seems to be running."""
        if self.engine.polled is not None:
            return f"polling {self.board.bus.name_of(self.engine.polled)}"
        return "in a loop with interrupts off" if self.hangs else ""

    def _outcome(self, reason: StopReason, detail: str, started: float) -> Outcome:
        return Outcome(
            reason=reason,
            detail=detail or self._doing(),
            hangs=self.hangs,
            pc=self.cpu.pc,
            device_seconds=self.clock.seconds,
            instructions=self.instructions,
            wall_seconds=self.monotonic() - started,
        )

    def close(self) -> None:
        """Free its memory immediately; the machine must not be used afterwards.

        A machine's parts refer to each other, and Python frees such cycles only occasionally. Close
        machines when you build one after another: each takes about 10 MB.
        """
        self.cpu.close()
        self.board.flash.content = bytearray(1)
        self._code = b""
        self.image = FlashImage(b"", b"")

    # outside ----------------------------------------------------------------------------------

    @property
    def instructions(self) -> int:
        """Executed so far; in slices that a device ended early, four per device access."""
        return self.engine.instructions

    @property
    def asleep(self) -> bool:
        """Whether the chip is in deep sleep, until a pin or its timer wakes it."""
        return self.board.sctrl.asleep

    @property
    def log(self) -> str:
        """What UART2 has printed so far; of more than 1 MiB only the end."""
        return self.uart2.sent.decode("utf-8", "replace")

    @property
    def flash(self) -> bytes:
        """Current content of the flash, physical addresses."""
        return bytes(self.board.flash.content)

    def reload_code(self, logical: bytes) -> None:
        """Replace the code the processor sees, e.g. after its flash was rewritten through UART1.

        Args:
            logical: The code from logical address 0, as in :class:`FlashImage`; anything beyond the
                length of the original code is ignored.
        """
        self._code = self.code.replace(logical)

    def pins(self) -> tuple[PinState, ...]:
        """State of all pins as configured by the firmware."""
        return tuple(self.board.gpio.pin(n) for n in range(self.board.gpio.count))

    def pwm(self, gpio: int) -> PwmState | None:
        """Frequency and duty of the PWM at a pin, or None for a pin without one."""
        generator = self.board.devices.get("pwm")
        if isinstance(generator, NewPwm | OldPwm):
            return generator.state(gpio)
        return None

    def listen_pins(self, listener: PinListener) -> Callable[[], None]:
        """Call ``listener`` with (gpio, level) when the level at a pin changes for any reason.

        It is called during a run, with ``clock.seconds`` at the moment of the change; it may drive
        pins, but not run the machine.

        Returns:
            A function that removes the listener.
        """
        self._pin_listeners.append(listener)
        return lambda: self._pin_listeners.remove(listener)

    def listen_edges(self, listener: Callable[[int, int, int], None]) -> None:
        """Call ``listener`` with (tick, gpio, level) for each change of the level at a pin.

        It is called once the time of the change is known: for changes by the firmware, after the
        slice of instructions they happened in. There is only one such listener.
        """
        self.board.gpio.on_settled = listener

    def drive(self, gpio: int, level: int | None) -> None:
        """Drive a pin to 0 or 1 from outside, e.g. to press a button; None releases it."""
        self.board.gpio.drive(gpio, level)


def _branch(place: int, target: int) -> bytes:
    """An ARM instruction at one address that branches to another."""
    return (_BRANCH | (target - place - 8) >> 2 & 0xFF_FFFF).to_bytes(4, "little")
