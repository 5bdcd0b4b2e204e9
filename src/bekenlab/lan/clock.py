"""Time, as it is passed to what waits for a device."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Protocol


class Clock(Protocol):
    """Tells and passes time."""

    def now(self) -> float:
        """Seconds; only differences mean anything."""
        ...

    def sleep(self, seconds: float) -> None:
        """Let time pass."""
        ...


class WallClock:
    """The computer's own."""

    def now(self) -> float:
        """Seconds; never goes back."""
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        """Let time pass."""
        time.sleep(seconds)


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a device is waited for, in seconds.

    Attributes:
        connect: Until it takes a connection.
        answer: Until an answer is whole. Devices in a poor Wi-Fi take seconds for a small one.
        upload: Until an upload is sent and answered; a device erases flash meanwhile.
        save: Until a change has arrived in flash; OpenBeken looks once a second.
        reboot: Until it is back after a restart, in the Wi-Fi again.
        update: The same after an update, which the boot loader has to unpack.
        poll: Between two looks.
        tries: How often a question is put that changes nothing, before giving up.
    """

    connect: float = 5.0
    answer: float = 15.0
    upload: float = 300.0
    save: float = 10.0
    reboot: float = 90.0
    update: float = 240.0
    poll: float = 0.5
    tries: int = 4
