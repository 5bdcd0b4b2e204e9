"""A simulated second controller at the end of a serial line, for anybody's module to talk to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bekenlab.chips import BITS_PER_BYTE
from bekenlab.machine.line_rate import as_heard
from bekenlab.machine.wire import Sent

if TYPE_CHECKING:
    from bekenlab.machine.peers.battery_mcu import BatteryMcu
    from bekenlab.machine.peers.tuya_mcu import TuyaMcu


class ControllerWire:
    """Implements ``machine.wire.WireDevice``: it has no flash, and answers as soon as it has heard.

    Args:
        controller: What answers.
        baud: Its rate; a module at another one sends it garbage.
    """

    def __init__(self, controller: TuyaMcu | BatteryMcu, baud: int) -> None:
        self.now = 0.0
        self._controller = controller
        self._baud = baud
        self._answers: list[Sent] = []
        self._heard = 0.0

    @property
    def baud(self) -> int:
        """Its rate."""
        return self._baud

    @property
    def flash(self) -> bytes:
        """It has none."""
        return b""

    def feed(self, data: bytes, baud: int) -> None:
        """See ``WireDevice``."""
        heard = data if baud == self._baud else as_heard(data, baud, self._baud)
        self._heard = max(self.now, self._heard) + len(data) * BITS_PER_BYTE / baud
        if answer := self._controller.receive(heard):
            self._answers.append(Sent(self._heard, self._baud, answer))

    def advance(self, until: float) -> tuple[Sent, ...]:
        """See ``WireDevice``."""
        if self._answers and self._answers[0].at <= until:
            sent = self._answers.pop(0)
            self.now = max(self.now, sent.at)
            return (sent,)
        self.now = max(self.now, until)
        return ()

    def reset(self) -> None:
        """The module restarts; the controller goes on."""
        self._answers.clear()
