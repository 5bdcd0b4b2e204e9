"""Sends input to UART1 once the firmware's console is ready.

A console starts some time after a reset, and earlier input is lost (OpenBeken discards what arrives
in its first 20 ms, and runs its startup command after 0.5 s). Firmware with a console logs its
startup on UART2, so input is sent at the first long pause there, or after 5 s without one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bekenlab.machine.machine import Machine

_DEADLINE = "console_input"
_POLL_SECONDS, _PAUSE_SECONDS, _PATIENCE_SECONDS = 0.05, 0.5, 5.0


class ConsoleInput:
    """Waits for the first pause of the log, then sends input.

    Args:
        machine: A machine that has not run yet.
        data: Bytes to send to its UART1.
    """

    def __init__(self, machine: Machine, data: bytes) -> None:
        self._machine = machine
        self._data = data
        self._printed = 0
        self._silent_since = self._began = machine.clock.now
        machine.clock.handle(_DEADLINE, self._poll)
        self._poll(machine.clock.now)

    def _poll(self, now: int) -> None:
        clock = self._machine.clock
        printed = self._machine.uart2.total
        if printed != self._printed:
            self._printed, self._silent_since = printed, now
        silent, waited = now - self._silent_since, now - self._began
        if silent >= _PAUSE_SECONDS * clock.hz or waited >= _PATIENCE_SECONDS * clock.hz:
            self._machine.uart1.type(self._data)
        else:
            clock.at(_DEADLINE, now + int(_POLL_SECONDS * clock.hz))
