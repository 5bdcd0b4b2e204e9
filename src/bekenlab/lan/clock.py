"""Time and time limits of everything that waits for a device."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Protocol


class Clock(Protocol):
    """A clock that can also wait."""

    def now(self) -> float:
        """Time in seconds; only differences are meaningful."""
        ...

    def sleep(self, seconds: float) -> None:
        """Wait."""
        ...


class WallClock:
    """The computer's clock."""

    def now(self) -> float:
        """Time in seconds; never goes back."""
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        """Wait."""
        time.sleep(seconds)


@dataclass(frozen=True, slots=True)
class Timeouts:
    """How long to wait for a device, in seconds.

    Attributes:
        connect: For a connection.
        answer: For a complete answer. With poor Wi-Fi, even a short one takes seconds.
        upload: For an upload to be sent and answered; the device erases flash meanwhile.
        save: For a change to reach flash; OpenBeken checks once per second.
        reboot: For a device to be back on the network after a restart.
        update: The same after an update, which the boot loader has to unpack.
        poll: Between two attempts.
        tries: How often to send a request that changes nothing before giving up.
    """

    connect: float = 5.0
    answer: float = 15.0
    upload: float = 300.0
    save: float = 10.0
    reboot: float = 90.0
    update: float = 240.0
    poll: float = 0.5
    tries: int = 4
