"""A virtual chip for tests: an expectation that is not met in time fails the test."""

from __future__ import annotations

import re
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any, Literal, Self

from bekenlab._api import one_file
from bekenlab.analysis.boot import flash_image
from bekenlab.image import read_image
from bekenlab.live.source import live_source
from bekenlab.machine import Machine, PinEdge, StopReason, Until

if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import TracebackType

    from bekenlab._api import FileSource
    from bekenlab.machine import FlashImage, Outcome
    from bekenlab.machine.devices.base import PwmState
    from bekenlab.machine.devices.gpio import PinState

Start = Literal["app", "bootloader"]

_SECONDS = 10.0
_LAST_LINES = 15
# A match at the end of what was printed may be the first part of a longer one.
_REST_OF_A_LINE = 0.05
_CRASHES = {
    StopReason.FAULT: "the firmware crashed",
    StopReason.WATCHDOG: "the watchdog reset the chip",
}


class VirtualChip:
    r"""A chip that runs a firmware image. Time is virtual: it passes only in calls that take time.

    Every such call raises :class:`AssertionError` when the firmware crashes or restarts through its
    watchdog. The message ends with the last lines of the log.

    Args:
        source: A dump or app image: path, bytes, or a binary stream; packed or not.
        chip: Name of the chip, e.g. ``"BK7231N"``, instead of the one recognised.
        start: Reset into the app, or into the image's own boot loader.
        template: For an OpenBeken image: its pin configuration, in the form of its web app, e.g.
            ``{"pins": {"10": "Btn;1", "26": "Rel;1"}}``. It also gets a console on UART1.

    Attributes:
        chip: Name of the chip.
        machine: The underlying :class:`bekenlab.Machine`, for everything not offered here.

    Raises:
        BekenlabError: The image cannot be used; each error has a ``code``.

    Examples:
        >>> plug = VirtualChip("my-dump.bin")
        >>> plug.wait_for(r"rl1_pin: is (\d+)").group(1)
        '26'
    """

    def __init__(
        self,
        source: FileSource,
        *,
        chip: str | None = None,
        start: Start = "app",
        template: Mapping[str, Any] | None = None,
    ) -> None:
        found = live_source(one_file(source), chip=chip, template=template)
        self.chip = found.chip
        self._start: Start = start
        self._searched = 0
        self.machine = self._powered(found.flash)

    def _powered(self, flash: FlashImage) -> Machine:
        return Machine.from_image(flash, chip=self.chip, start=self._start)

    @property
    def log(self) -> str:
        """What was printed on UART2 since the last reset; of more than 1 MiB only the end."""
        return self.machine.log

    @property
    def console(self) -> str:
        """What was sent on UART1 since the last reset; of more than 1 MiB only the end."""
        return self.machine.uart1.sent.decode("utf-8", "replace")

    @property
    def seconds(self) -> float:
        """Device time since the last reset."""
        return self.machine.clock.seconds

    @property
    def flash(self) -> bytes:
        """Current content of the flash, physical addresses."""
        return self.machine.flash

    def pin(self, gpio: int) -> PinState:
        """Direction, level and pull of a pin; see :class:`bekenlab.PinState`."""
        return self.machine.board.gpio.pin(gpio)

    def level(self, gpio: int) -> int:
        """Level at a pin, 0 or 1."""
        return self.pin(gpio).level

    def pwm(self, gpio: int) -> PwmState | None:
        """Frequency in Hz (``hz``) and duty from 0 to 1 (``duty``) of a PWM pin, else None."""
        return self.machine.pwm(gpio)

    def run(self, seconds: float) -> None:
        """Run for this much device time."""
        self._run(Until(device_seconds=seconds))

    def wait_for(self, pattern: str, *, seconds: float = _SECONDS) -> re.Match[str]:
        r"""Run until the log matches a regular expression.

        Each call searches after the previous match, so that consecutive lines can be waited for;
        what has been printed already counts.

        Args:
            pattern: Regular expression.
            seconds: Longest device time to wait.

        Returns:
            The match.

        Raises:
            AssertionError: The log does not match in that time.
        """
        wanted = re.compile(pattern)
        found = self._found(wanted)
        if found is None:
            outcome = self._run(
                Until(device_seconds=seconds, interrupted=lambda: self._found(wanted) is not None)
            )
            found = self._found(wanted)
            if found is None:
                raise AssertionError(self._report(f"no {pattern!r} in {seconds:g} s", outcome))
        while found.end() == (printed := len(self.log)):
            self.machine.run(Until(device_seconds=_REST_OF_A_LINE))
            found = self._found(wanted) or found
            if len(self.log) == printed:
                break
        self._searched = found.end() + self.machine.uart2.dropped
        return found

    def _found(self, wanted: re.Pattern[str]) -> re.Match[str] | None:
        return wanted.search(self.log, max(0, self._searched - self.machine.uart2.dropped))

    def wait_for_level(self, gpio: int, level: int, *, seconds: float = _SECONDS) -> float:
        """Run until a pin has this level; return immediately if it already has.

        Args:
            gpio: Number of the pin.
            level: 0 or 1.
            seconds: Longest device time to wait.

        Returns:
            Device seconds since the last reset.

        Raises:
            AssertionError: It does not reach this level in that time.
        """
        if self.level(gpio) != level:
            until = Until(pin=PinEdge(gpio, level), device_seconds=seconds)
            outcome = self._run(until)
            if outcome.reason is not StopReason.MATCH:
                text = f"P{gpio} did not become {level} in {seconds:g} s: {self.pin(gpio)}"
                raise AssertionError(self._report(text, outcome))
        return self.seconds

    def drive(self, gpio: int, level: int | None) -> None:
        """Drive a pin to 0 or 1 from outside; None releases it."""
        self.machine.drive(gpio, level)

    def press(self, gpio: int, *, level: int = 0, seconds: float = 0.2) -> None:
        """Press and release a button: drive the pin to ``level`` for ``seconds`` of device time."""
        self.drive(gpio, level)
        self.run(seconds)
        self.drive(gpio, None)

    def type(self, text: str) -> None:
        r"""Send text to UART1 at its baud rate as the chip runs; Enter is ``"\r\n"``."""
        self.machine.uart1.type(text.encode())

    def restart(self) -> None:
        """Power-cycle the chip. Flash is kept, the log starts afresh."""
        flash = flash_image(read_image(self.flash))
        self.machine.close()
        self._searched = 0
        self.machine = self._powered(flash)

    def wait_for_restart(self, *, seconds: float = _SECONDS) -> None:
        """Run until the firmware restarts the chip, which then boots with its flash as it is.

        Raises:
            AssertionError: It does not restart in that device time, or it crashes.
        """
        outcome = self.machine.run(Until(device_seconds=seconds))
        if outcome.reason is not StopReason.WATCHDOG:
            raise AssertionError(self._report(f"no restart in {seconds:g} s", outcome))
        self.restart()

    def close(self) -> None:
        """Free its memory; the chip must not be used afterwards."""
        self.machine.close()

    def _run(self, until: Until) -> Outcome:
        outcome = self.machine.run(until)
        if outcome.reason in _CRASHES:
            raise AssertionError(self._report(_CRASHES[outcome.reason], outcome))
        return outcome

    def _report(self, text: str, outcome: Outcome) -> str:
        detail = f" ({outcome.detail})" if outcome.detail else ""
        lines = self.log.splitlines()[-_LAST_LINES:]
        return "\n".join((f"{text}{detail}; the log ends:", *(f"  {line}" for line in lines)))


class VirtualChips:
    """Boots virtual chips for a test and frees them after it; the type of ``virtual_chip``."""

    def __init__(self) -> None:
        self._made = ExitStack()

    def __call__(
        self,
        source: FileSource,
        *,
        chip: str | None = None,
        start: Start = "app",
        template: Mapping[str, Any] | None = None,
    ) -> VirtualChip:
        """Boot an image; arguments and errors are those of :class:`VirtualChip`."""
        made = VirtualChip(source, chip=chip, start=start, template=template)
        self._made.callback(made.close)
        return made

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Free all chips."""
        self._made.close()
