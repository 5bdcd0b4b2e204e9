"""Services of the network in the air: DHCP, DNS that knows given names only, and NTP.

Sources: RFC 2131 and 2132 (DHCP), RFC 1035 (DNS), RFC 4330 (SNTP).
"""

from __future__ import annotations

import struct
from collections import Counter
from typing import TYPE_CHECKING, ClassVar

from bekenlab.machine.air.kept import KeptAttributes
from bekenlab.machine.air.packets import BROADCAST_IP, NO_IP, Datagram

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bekenlab.machine.air.air import Air
    from bekenlab.machine.air.host import Host

_DHCP_SERVER, _DHCP_CLIENT, _DNS, _NTP = 67, 68, 53, 123
_DHCP = struct.Struct(">BBBBIHH4s4s4s4s16s64s128sI")
_COOKIE = 0x6382_5363
_DISCOVER, _OFFER, _REQUEST, _ACK, _NAK = 1, 2, 3, 5, 6
_MASK, _ROUTER, _NAME_SERVER, _WANTED, _LEASE, _TYPE, _SERVER = 1, 3, 6, 50, 51, 53, 54
_LEASE_SECONDS = 86_400
_FIRST, _LAST = 100, 199
_NAME_ERROR, _NO_DATA = 0x8183, 0x8180
_ADDRESS_RECORD, _INTERNET = 1, 1
_NTP_EPOCH = 2_208_988_800
_MILLION = 1_000_000


def options(data: bytes) -> dict[int, bytes]:
    """Options of DHCP by number; the first of each, up to one that is cut off."""
    found: dict[int, bytes] = {}
    place = 0
    while place < len(data) and data[place] != 255:
        if data[place] == 0:
            place += 1
            continue
        if place + 1 >= len(data):
            break
        size = data[place + 1]
        found.setdefault(data[place], data[place + 2 : place + 2 + size])
        place += 2 + size
    return found


def _option(number: int, content: bytes) -> bytes:
    return bytes((number, len(content))) + content


class DhcpServer(KeptAttributes):
    """Gives each client an address of the host's network, always the same one.

    Args:
        host: The host, which is also router and name server.

    Attributes:
        leases: Addresses by MAC address.
    """

    kept: ClassVar[Mapping[str, str]] = {"leases": "dict", "_offered": "dict"}

    def __init__(self, host: Host) -> None:
        self.leases: dict[bytes, bytes] = {}
        self._host = host
        self._offered: dict[bytes, bytes] = {}
        host.on_udp(_DHCP_SERVER, self._asked)
        host.keep("leases", self)

    def _asked(self, _source: bytes, datagram: Datagram) -> None:
        data = datagram.payload
        if len(data) < _DHCP.size:
            return
        fields = _DHCP.unpack_from(data)
        serial, client, cookie = fields[4], fields[11][:6], fields[14]
        asked = options(data[_DHCP.size :])
        kind = asked.get(_TYPE, b"\0")[:1]
        if cookie != _COOKIE:
            return
        if kind == bytes((_DISCOVER,)):
            self._answer(_OFFER, serial, client, self._offer(client))
        elif kind == bytes((_REQUEST,)):
            offered = self._offer(client)
            wanted = asked.get(_WANTED, fields[7])
            if wanted in {offered, NO_IP}:
                self.leases[client] = offered
                self._answer(_ACK, serial, client, offered)
            else:
                self._answer(_NAK, serial, client, NO_IP)

    def _offer(self, client: bytes) -> bytes:
        if client not in self._offered:
            number = _FIRST + len(self._offered) % (_LAST + 1 - _FIRST)
            self._offered[client] = self._host.ip[:3] + bytes((number,))
        return self._offered[client]

    def _answer(self, kind: int, serial: int, client: bytes, ip: bytes) -> None:
        mine = self._host.ip
        head = _DHCP.pack(
            2, 1, 6, 0, serial, 0, 0x8000, NO_IP, ip, mine, NO_IP, client, b"", b"", _COOKIE
        )
        body = _option(_TYPE, bytes((kind,))) + _option(_SERVER, mine)
        if kind != _NAK:
            body += _option(_LEASE, _LEASE_SECONDS.to_bytes(4, "big"))
            body += _option(_MASK, b"\xff\xff\xff\0")
            body += _option(_ROUTER, mine) + _option(_NAME_SERVER, mine)
        payload = (head + body + b"\xff").ljust(300, b"\0")
        self._host.send_udp(BROADCAST_IP, Datagram(_DHCP_SERVER, _DHCP_CLIENT, payload))


class DhcpClient(KeptAttributes):
    """Gets the address of a host.

    Args:
        host: The host.
        address: Its MAC address.

    Attributes:
        server: The server that gave the address, or None.
    """

    kept: ClassVar[Mapping[str, str]] = {"server": "bytes | None"}

    def __init__(self, air: Air, host: Host, address: bytes) -> None:
        self.server: bytes | None = None
        self._air = air
        self._host = host
        self._address = address
        self._serial = int.from_bytes(address[2:6], "big")
        host.on_udp(_DHCP_CLIENT, self._answered)
        self._name = air.keep("lease", self)
        air.handle(f"{self._name}.start", self.start)

    def start(self) -> None:
        """Ask for an address until there is one."""
        if self._host.ip == NO_IP:
            self._send(_option(_TYPE, bytes((_DISCOVER,))))
            self._air.after(_MILLION, f"{self._name}.start")

    def _send(self, body: bytes) -> None:
        head = _DHCP.pack(
            1, 1, 6, 0, self._serial, 0, 0x8000, NO_IP, NO_IP, NO_IP, NO_IP,
            self._address, b"", b"", _COOKIE,
        )  # fmt: skip
        payload = (head + body + b"\xff").ljust(300, b"\0")
        self._host.send_udp(BROADCAST_IP, Datagram(_DHCP_CLIENT, _DHCP_SERVER, payload))

    def _answered(self, _source: bytes, datagram: Datagram) -> None:
        data = datagram.payload
        if len(data) < _DHCP.size or self._host.ip != NO_IP:
            return
        fields = _DHCP.unpack_from(data)
        if fields[4] != self._serial or fields[14] != _COOKIE:
            return
        told = options(data[_DHCP.size :])
        kind = told.get(_TYPE, b"\0")[0]
        if kind == _OFFER:
            request = _option(_TYPE, bytes((_REQUEST,))) + _option(_WANTED, fields[8])
            self._send(request + _option(_SERVER, told.get(_SERVER, NO_IP)))
        elif kind == _ACK:
            self._host.ip = fields[8]
            self.server = told.get(_SERVER)


class NameServer(KeptAttributes):
    """Answers for the names it was given; to all others it says that they do not exist.

    Args:
        host: The host it runs on.
        names: Addresses by name, in lower case.

    Attributes:
        unknown: Names that were asked for and are not known, with how often.
    """

    kept: ClassVar[Mapping[str, str]] = {"unknown": "Counter"}

    def __init__(self, host: Host, names: Mapping[str, bytes]) -> None:
        self.unknown: Counter[str] = Counter()
        self._host = host
        self._names = names
        host.keep("names", self)
        host.on_udp(_DNS, self._asked)

    def _asked(self, source: bytes, datagram: Datagram) -> None:
        data = datagram.payload
        question = _question(data)
        if question is None:
            return
        name, kind, end = question
        address = self._names.get(name.lower())
        flags, answer = _NAME_ERROR, b""
        if address is None:
            self.unknown[name[:253]] += 1
        else:
            flags = _NO_DATA
            if kind == _ADDRESS_RECORD:
                answer = struct.pack(">HHHIH", 0xC00C, _ADDRESS_RECORD, _INTERNET, 60, 4) + address
        head = data[:2] + struct.pack(">HHHHH", flags, 1, bool(answer), 0, 0)
        reply = Datagram(_DNS, datagram.source_port, head + data[12:end] + answer)
        self._host.send_udp(source, reply)


def _question(data: bytes) -> tuple[str, int, int] | None:
    """Name, type and end of the first question of a query."""
    if len(data) < 12 or data[2] & 0x80 or data[4:6] == b"\0\0":
        return None
    place, labels = 12, []
    while place < len(data) and data[place]:
        size = data[place]
        if size > 63:
            return None
        labels.append(data[place + 1 : place + 1 + size].decode("latin-1"))
        place += 1 + size
    if place + 5 > len(data):
        return None
    return ".".join(labels), int.from_bytes(data[place + 1 : place + 3], "big"), place + 5


class TimeServer:
    """Tells a time that starts at a given one and passes as virtual time does.

    Args:
        air: Virtual time.
        host: The host it runs on.
        start: Seconds since 1970 at the start of the air.
    """

    def __init__(self, air: Air, host: Host, start: int) -> None:
        self._air = air
        self._host = host
        self._start = start
        host.on_udp(_NTP, self._asked)

    def _asked(self, source: bytes, datagram: Datagram) -> None:
        if len(datagram.payload) < 48:
            return
        seconds, rest = divmod(self._air.now, _MILLION)
        stamp = struct.pack(
            ">II", (self._start + _NTP_EPOCH + seconds) & 0xFFFF_FFFF, (rest << 32) // _MILLION
        )
        head = bytes((0x24, 1, 6, 0xEC)) + bytes(8) + b"LOCL"
        reply = head + stamp + datagram.payload[40:48] + stamp + stamp
        self._host.send_udp(source, Datagram(_NTP, datagram.source_port, reply))
