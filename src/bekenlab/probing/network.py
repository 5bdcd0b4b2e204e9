"""Tries a chip in a network: does it join with the name and password it was given, and answer?

The network is one of ours in the virtual air, with the name and password of the configuration as it
was written. So what the firmware makes of them is seen before the device is touched; whether they
are those of the user's router cannot be.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bekenlab.image import read_image
from bekenlab.machine import FlashImage, Machine, StopReason, Until
from bekenlab.machine.air import Air, Network, OurNetwork

if TYPE_CHECKING:
    from collections.abc import Callable

_JOINS_WITHIN = 30.0  # device seconds; OpenBeken waits five before it begins
_ANSWERS_WITHIN = 5.0
_STEP = 0.1
_WALL = 60.0  # real seconds
_HTTP = 80
_REQUEST = b"GET /index HTTP/1.1\r\nHost: device\r\nConnection: close\r\n\r\n"
_PAGE = b"<title>OpenB"
_TRIED = ("associated", "wrong-key", "other-security")


@dataclass(frozen=True, slots=True)
class NetworkCheck:
    """What was seen of a chip in a network of ours.

    Attributes:
        tried: Whether it tried to join at all.
        joined: Whether it joined: its key is that of the password.
        address: Whether it took the address it was offered.
        page: Whether it answered with OpenBeken's page.
    """

    tried: bool = False
    joined: bool = False
    address: bool = False
    page: bool = False


def try_network(flash: bytes, chip: str, ssid: bytes, password: bytes) -> NetworkCheck | None:
    """Start a chip in a network with this name and password.

    Args:
        flash: The chip's flash, as it was written.
        chip: Name of the chip.
        ssid: Name of the network.
        password: Its password; empty for an open network.

    Returns:
        What was seen; None if there can be no network with this name and password, as of those
        that are not text but a key.
    """
    try:
        network = Network(ssid, password or None)
    except ValueError:
        return None
    image = read_image(flash)
    machine = Machine.from_image(FlashImage(image.physical, image.logical), chip=chip)
    air = Air()
    ours = OurNetwork(air, network)
    air.join(machine)
    run = _Run(machine)

    def seen(event: str) -> bool:
        return any(event == noted for _, _, noted in ours.access_point.log)

    run.until(lambda: ours.chip_ip is not None or seen("wrong-key"), _JOINS_WITHIN)
    address = ours.chip_ip
    return NetworkCheck(
        tried=any(map(seen, _TRIED)),
        joined=seen("joined"),
        address=address is not None,
        page=address is not None and _has_page(run, ours, address),
    )


def _has_page(run: _Run, ours: OurNetwork, address: bytes) -> bool:
    connection = ours.host.connect(address, _HTTP)
    connection.send(_REQUEST)
    run.until(lambda: connection.ended, _ANSWERS_WITHIN)
    return _PAGE in connection.take()


class _Run:
    """Lets a chip run until something holds, within limits of device time and real time."""

    def __init__(self, machine: Machine) -> None:
        self._machine = machine
        self._left = _WALL

    def until(self, holds: Callable[[], bool], seconds: float) -> None:
        end = self._machine.clock.seconds + seconds
        while not holds() and self._machine.clock.seconds < end and self._left > 0:
            until = Until(device_seconds=_STEP, wall_seconds=self._left)
            outcome = self._machine.run(until)
            self._left -= outcome.wall_seconds
            if outcome.reason in (StopReason.FAULT, StopReason.WATCHDOG):
                return
