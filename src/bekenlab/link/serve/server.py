"""Connects a virtual chip to a program: bytes both ways, baud rates, reset."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

from bekenlab.link.serve.pacing import Pacer
from bekenlab.link.serve.port import Arrived, PortEvent
from bekenlab.link.serve.reset_button import ResetButton
from bekenlab.machine.line_rate import as_heard, rates_agree

if TYPE_CHECKING:
    from collections.abc import Callable

    from bekenlab.link.serve.port import ServedPort
    from bekenlab.machine.wire import Sent, WireDevice

_IDLE_WAIT = 0.002
_CLOSED_WAIT = 0.05
# The program's change of rate may arrive later than the chip's first byte at the new rate.
_RATE_PATIENCE = 0.3


class Server:
    """Serves a chip at a port.

    Args:
        chip: The chip.
        port: The port that a program opens.
        paced: Whether a device second is a real second.
        monotonic: Real time in seconds.
    """

    def __init__(
        self, chip: WireDevice, port: ServedPort, *, paced: bool, monotonic: Callable[[], float]
    ) -> None:
        self._chip = chip
        self._port = port
        self._paced = paced
        self._monotonic = monotonic
        self._pacer = Pacer(chip, paced=paced, monotonic=monotonic)
        self._button = ResetButton()
        self._kept: deque[Sent] = deque()
        self._kept_since: float | None = None
        self._met = False

    def run(self, stopped: Callable[[], bool]) -> None:
        """Serve until ``stopped`` returns True; it is called at least every 0.1 s."""
        while not stopped():
            self.step()

    def step(self) -> None:
        """Handle what the program did, then let the chip run for a few milliseconds."""
        self._port.wait(self._patience())
        for event in self._port.take():
            self._handle(event)
        if self._kept_since is None and self._is_powered():
            sent = self._pacer.run()
            if sent:
                self._button.answered()
                self._kept.extend(sent)
        self._deliver()

    def _patience(self) -> float:
        if self._pacer.busy and self._kept_since is None:
            return 0.0
        return _IDLE_WAIT if self._is_powered() else _CLOSED_WAIT

    def _is_powered(self) -> bool:
        """Whether time may pass: not before the first program, or the app would change flash."""
        return self._port.is_open or (self._paced and self._met)

    def _handle(self, event: Arrived | PortEvent) -> None:
        if event is PortEvent.OPENED:
            self._met = True
            self._button.opened()
        elif event is PortEvent.RELEASED_RESET:
            self._button.reset_by_program()
            self._reset()
        elif isinstance(event, Arrived):
            if self._button.request_sent(self._monotonic()):
                self._reset()
            self._pacer.feed(event.data, event.baud or self._chip.baud)
        else:
            self._kept.clear()

    def _reset(self) -> None:
        self._kept.clear()
        self._kept_since = None
        self._pacer.reset()

    def _deliver(self) -> None:
        """Pass on what the chip sent; if the rates differ, first wait for the program to change."""
        now = self._monotonic()
        while self._kept:
            sent = self._kept[0]
            heard_at = self._port.baud or sent.baud
            if not rates_agree(sent.baud, heard_at):
                if self._kept_since is None:
                    self._kept_since = now
                if now - self._kept_since < _RATE_PATIENCE:
                    return
            self._port.send(as_heard(sent.data, sent.baud, heard_at))
            self._kept.popleft()
        self._kept_since = None
