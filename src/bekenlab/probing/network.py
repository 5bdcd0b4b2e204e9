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
from bekenlab.machine.air.broker import Broker
from bekenlab.machine.air.packets import BadPacketError, ip_bytes
from bekenlab.probing.pin_kinds import Kind, of_kind

if TYPE_CHECKING:
    from collections.abc import Callable

    from bekenlab.openbeken.config import Config

_JOINS_WITHIN = 30.0  # device seconds; OpenBeken waits five before it begins
_ANSWERS_WITHIN = 5.0
_STEP = 0.1
_WALL = 180.0  # real seconds
_HTTP = 80
_REQUEST = "GET {path} HTTP/1.1\r\nHost: device\r\nConnection: close\r\n\r\n"
_BROKER, _PORT = "mqtt_host", "mqtt_port"
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
        broker: Whether it connected to a broker of the name in its settings; None if there is no
            name in them.
        by_http: For each GPIO with a relay, whether it moved when its channel was set through the
            device's HTTP interface.
        timed_out: Whether real time ran out on the way, so that what was not seen says nothing.
    """

    tried: bool = False
    joined: bool = False
    address: bool = False
    page: bool = False
    broker: bool | None = None
    by_http: tuple[tuple[int, bool], ...] = ()
    timed_out: bool = False


def try_network(
    flash: bytes,
    chip: str,
    ssid: bytes,
    password: bytes,
    config: Config | None = None,
    *,
    wall_seconds: float = _WALL,
) -> NetworkCheck | None:
    """Start a chip in a network with this name and password.

    Args:
        flash: The chip's flash, as it was written.
        chip: Name of the chip.
        ssid: Name of the network.
        password: Its password; empty for an open network.
        config: Its settings, to try its broker and its relays as well.
        wall_seconds: Real time after which it is given up.

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
    name = _broker_of(config)
    ours = OurNetwork(air, network, [name] if name else [])
    air.join(machine)
    run = _Run(machine, wall_seconds)
    broker = Broker(ours.host, port=int(str(config.value(_PORT)))) if config and name else None

    def seen(event: str) -> bool:
        return any(event == noted for _, _, noted in ours.access_point.log)

    run.until(lambda: ours.chip_ip is not None or seen("wrong-key"), _JOINS_WITHIN)
    address = ours.chip_ip
    page = address is not None and _has_page(run, ours, address)
    moved = _by_http(run, ours, address, config) if address and page and config else ()
    if address is not None and broker is not None:
        run.until(lambda: bool(broker.subscriptions), _JOINS_WITHIN)
    return NetworkCheck(
        tried=any(map(seen, _TRIED)),
        joined=seen("joined"),
        address=address is not None,
        page=page,
        broker=None if broker is None or run.over else bool(broker.subscriptions),
        by_http=moved,
        timed_out=run.over,
    )


def _broker_of(config: Config | None) -> str:
    """Name of the broker in the settings; empty if there is none, or an address."""
    name = str(config.value(_BROKER)) if config is not None else ""
    try:
        ip_bytes(name)
    except BadPacketError:
        return name
    return ""


def _get(run: _Run, ours: OurNetwork, address: bytes, path: str) -> bytes:
    connection = ours.host.connect(address, _HTTP)
    connection.send(_REQUEST.format(path=path).encode())
    run.until(lambda: connection.ended, _ANSWERS_WITHIN)
    return connection.take()


def _has_page(run: _Run, ours: OurNetwork, address: bytes) -> bool:
    return _PAGE in _get(run, ours, address, "/index")


def _by_http(
    run: _Run, ours: OurNetwork, address: bytes, config: Config
) -> tuple[tuple[int, bool], ...]:
    """Set the channel of every relay, and see which pins follow."""
    relays = of_kind(config.pins(), Kind.SWITCHED)
    levels: dict[int, set[int]] = {each.gpio: set() for each in relays}
    for channel in sorted({each.channel for each in relays}):
        for value in (1, 0):
            _get(run, ours, address, f"/cm?cmnd=SetChannel%20{channel}%20{value}")
            for each in relays:
                if each.channel == channel:
                    levels[each.gpio].add(run.level(each.gpio))
    if run.over:  # too slow a computer to tell
        return ()
    return tuple((gpio, len(seen) > 1) for gpio, seen in sorted(levels.items()))


class _Run:
    """Lets a chip run until something holds, within limits of device time and real time."""

    def __init__(self, machine: Machine, wall_seconds: float) -> None:
        self._machine = machine
        self._left = wall_seconds

    @property
    def over(self) -> bool:
        """Whether real time has run out."""
        return self._left <= 0

    def level(self, gpio: int) -> int:
        """The level at a pin."""
        return self._machine.pins()[gpio].level

    def until(self, holds: Callable[[], bool], seconds: float) -> None:
        end = self._machine.clock.seconds + seconds
        while not holds() and self._machine.clock.seconds < end and self._left > 0:
            until = Until(device_seconds=_STEP, wall_seconds=self._left)
            outcome = self._machine.run(until)
            self._left -= outcome.wall_seconds
            if outcome.reason in (StopReason.FAULT, StopReason.WATCHDOG):
                return
