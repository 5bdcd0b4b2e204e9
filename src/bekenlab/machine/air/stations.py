"""The stations of an access point, and how data gets to them."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from bekenlab.machine.air import frames
from bekenlab.machine.air.frames import BROADCAST, DATA, FROM_DS, PROTECTED, Frame
from bekenlab.machine.air.kept import KeptAttributes, freeze, thaw
from bekenlab.machine.air.network import Client

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from bekenlab.machine.air.air import Air
    from bekenlab.machine.air.handshake import Handshake
    from bekenlab.machine.air.radio import Radio
    from bekenlab.machine.devices.base import State

_MOST_BUFFERED = 64
GROUP_KEY = 1
_CLIENT = {
    "address": "bytes",
    "number": "int",
    "authorised": "bool",
    "since": "int",
    "sent": "int",
    "dozing": "bool",
    "buffered": "deque",
}


class Stations(KeptAttributes):
    """The stations that are associated.

    Args:
        air: The air.
        radio: Sends frames.
        address: MAC address of the access point.
        protected: Whether data is protected.

    Attributes:
        clients: The stations by MAC address.
        handshake: Makes the handshake of a station.
    """

    kept: ClassVar[Mapping[str, str]] = {"_group_sent": "int"}

    def __init__(self, air: Air, radio: Radio, address: bytes, *, protected: bool) -> None:
        self.clients: dict[bytes, Client] = {}
        self.handshake: Callable[[Client], Handshake | None] = lambda _client: None
        self._air, self._radio, self._address = air, radio, address
        self._protected = protected
        self._group_sent = 0
        air.keep("stations", self)

    @property
    def authorised(self) -> tuple[bytes, ...]:
        """MAC addresses of the stations that may send data."""
        return tuple(each.address for each in self.clients.values() if each.authorised)

    def add(self, address: bytes) -> Client:
        """Associate a station, with the lowest free number."""
        used = {each.number for key, each in self.clients.items() if key != address}
        number = next(n for n in range(1, 256) if n not in used)
        client = Client(address, number, not self._protected, self._air.now)
        client.handshake = self.handshake(client)
        self.clients[address] = client
        return client

    def traffic(self) -> bytes:
        """Which stations have frames waiting: count, period, and a bit for each."""
        bits = sum(1 << each.number for each in self.clients.values() if each.buffered)
        return b"\0\x01\0" + (bits.to_bytes(32, "little").rstrip(b"\0") or b"\0")

    # data -------------------------------------------------------------------------------------

    def send(self, client: Client, ethertype: int, payload: bytes, source: bytes) -> None:
        """Send to a station, once it is awake."""
        flags, number = FROM_DS, 0
        if client.authorised and client.handshake is not None:
            client.sent += 1
            flags, number = flags | PROTECTED, client.sent
        body = frames.to_llc(ethertype, payload)
        frame = Frame(DATA, 0, client.address, self._address, source, body, flags, 0, number)
        if client.dozing:
            client.buffered.append(frame.encode())
            while len(client.buffered) > _MOST_BUFFERED:
                client.buffered.popleft()
        else:
            self._radio.send(frame)

    def send_all(self, ethertype: int, payload: bytes, source: bytes) -> None:
        """Send to all stations."""
        flags = FROM_DS
        if self._protected:
            self._group_sent += 1
            flags |= PROTECTED
        body = frames.to_llc(ethertype, payload)
        number = self._group_sent
        self._radio.send(
            Frame(DATA, 0, BROADCAST, self._address, source, body, flags, 0, number, GROUP_KEY)
        )

    def doze(self, client: Client, *, dozing: bool) -> None:
        """The station goes to sleep, or wakes and gets what waits for it."""
        client.dozing = dozing
        while client.buffered and not client.dozing:
            self._radio.send_encoded(client.buffered.popleft())

    # snapshots --------------------------------------------------------------------------------

    def save(self) -> State:
        """The stations, what waits for them, and their keys."""
        clients = [
            {
                **{name: freeze(getattr(each, name)) for name in _CLIENT},
                "handshake": each.handshake.save() if each.handshake is not None else None,
            }
            for each in self.clients.values()
        ]
        return {**super().save(), "clients": clients}

    def load(self, state: State) -> None:
        """Restore what :meth:`save` returned."""
        super().load(state)
        self.clients.clear()
        saved = state["clients"]
        if not isinstance(saved, list):
            raise TypeError("expected a list")
        for each in saved:
            client = Client(**{name: thaw(each[name], kind) for name, kind in _CLIENT.items()})
            client.handshake = self.handshake(client)
            if client.handshake is not None:
                client.handshake.load(each["handshake"])
            self.clients[client.address] = client
