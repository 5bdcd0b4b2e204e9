"""The two networks a chip can be in: ours, which it joins, and its own, which we join."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from bekenlab.machine.air.access_point import AccessPoint
from bekenlab.machine.air.host import Host
from bekenlab.machine.air.packets import NO_IP, ip_bytes
from bekenlab.machine.air.services import DhcpClient, DhcpServer, NameServer, TimeServer
from bekenlab.machine.air.station import Station

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Iterable

    from bekenlab.machine.air.air import Air
    from bekenlab.machine.air.network import Network

OUR_IP = ip_bytes("192.168.77.1")
#: What the time server tells at the start: the first second of 2024, as every run must be equal.
START = 1_704_067_200


class ChipNetwork(Protocol):
    """A network with the chip and our host in it."""

    host: Host

    @property
    def chip_ip(self) -> bytes | None:
        """The chip's address, once it can be reached."""
        ...


class OurNetwork:
    """Our network, with an access point, DHCP, DNS and NTP.

    Args:
        air: The air.
        network: Its name and passphrase.
        names: Names that the name server knows, all with the address of our host.
        start: What the time server tells at the start of the air, in seconds since 1970.

    Attributes:
        host: Our host: router, name server and time server.
        access_point: Its log tells who joined.
    """

    def __init__(
        self, air: Air, network: Network, names: Iterable[str] = (), start: int = START
    ) -> None:
        self.access_point = AccessPoint(air, network)
        self.host = Host(air, self.access_point, OUR_IP)
        self.access_point.host = self.host
        self._dhcp = DhcpServer(self.host)
        self._names = NameServer(self.host, {name.lower(): OUR_IP for name in names})
        TimeServer(air, self.host, start)

    @property
    def unknown(self) -> Counter[str]:
        """Names that were asked for and do not exist here, with how often."""
        return self._names.unknown

    @property
    def chip_ip(self) -> bytes | None:
        """Address of the first station that has joined and has a lease, or None."""
        return next(iter(self.chips.values()), None)

    @property
    def chips(self) -> dict[bytes, bytes]:
        """IP addresses of all stations that have joined and have a lease, by MAC address."""
        leases = self._dhcp.leases
        return {each: leases[each] for each in self.access_point.stations if each in leases}


class ItsNetwork:
    """The network that the chip opens, with us as a station in it.

    Args:
        air: The air.
        ssid: Name of the network; None for the first that is heard.
        passphrase: Of a network with WPA2-PSK; None for an open one.
        ignoring: Address of an access point that is not the chip's.

    Attributes:
        host: Our host.
        station: Tells which network it joined.
    """

    def __init__(
        self,
        air: Air,
        ssid: bytes | None = None,
        *,
        passphrase: bytes | None = None,
        ignoring: bytes | None = None,
    ) -> None:
        self.station = Station(air, ssid, ignoring=ignoring, passphrase=passphrase)
        self.host = Host(air, self.station)
        self.station.host = self.host
        self._dhcp = DhcpClient(air, self.host, self.station.address)
        self.station.on_join = self._joined

    def _joined(self) -> None:
        self.host.ip = NO_IP
        self._dhcp.start()

    @property
    def chip_ip(self) -> bytes | None:
        """Address of the chip, once it has given us ours."""
        joined = self.station.network is not None and self.host.ip != NO_IP
        return self._dhcp.server if joined else None
