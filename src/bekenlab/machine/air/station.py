"""A station: finds the access point that firmware has opened, and joins its open network."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

from bekenlab.machine.air import frames
from bekenlab.machine.air.frames import (
    BROADCAST,
    DATA,
    MANAGEMENT,
    PRIVACY,
    SSID,
    TO_DS,
    Frame,
    element,
)
from bekenlab.machine.air.radio import MORE_RATES_ELEMENT, RATES_ELEMENT, Radio

if TYPE_CHECKING:
    from collections.abc import Callable

    from bekenlab.machine.air.air import Air
    from bekenlab.machine.air.network import Receiver

ADDRESS = bytes.fromhex("02be4e000002")
_AGAIN = 500_000
_GROUP = 1
_SSID_PLACE = 12


class Station:
    """A station with a host behind it.

    Args:
        air: The air.
        ssid: The network to join; None for the first open one that is heard.
        address: Its MAC address, also that of the host.
        ignoring: Address of an access point that it never joins.

    Attributes:
        address: Its MAC address.
        host: Receives what is sent to it; set after it was made.
        network: Name of the network it has joined, or None.
        on_join: Called when it has joined.
        seen: Networks that were heard: name, and whether they are protected.
    """

    def __init__(
        self,
        air: Air,
        ssid: bytes | None = None,
        address: bytes = ADDRESS,
        *,
        ignoring: bytes | None = None,
    ) -> None:
        self.address = address
        self._ignoring = ignoring
        self.host: Receiver | None = None
        self.network: bytes | None = None
        self.on_join: Callable[[], None] = lambda: None
        self.seen: dict[bytes, bool] = {}
        self._air = air
        self._wanted = ssid
        self._bssid: bytes | None = None
        self._target: bytes = ssid or b""
        self._radio = Radio(air, self)
        air.add(self)
        air.after(_AGAIN, self._try)

    def acknowledges(self, address: bytes) -> bool:
        """See :class:`bekenlab.machine.air.air.Peer`."""
        return address == self.address

    def hear(self, frame: bytes) -> None:
        """See :class:`bekenlab.machine.air.air.Peer`."""
        heard = frames.decoded(frame)
        if heard is None:
            return
        if heard.kind == DATA:
            self._data(heard)
        elif heard.subtype in {frames.BEACON, frames.PROBE_RESPONSE}:
            self._found(heard)
        elif heard.to == self.address and heard.sender == self._bssid:
            self._managed(heard)

    def _found(self, frame: Frame) -> None:
        if len(frame.body) < _SSID_PLACE or frame.sender == self._ignoring:
            return
        (capabilities,) = struct.unpack_from("<H", frame.body, 10)
        name = frames.elements(frame.body[_SSID_PLACE:]).get(SSID, b"")
        protected = bool(capabilities & PRIVACY)
        if len(self.seen) < 64:
            self.seen[name] = protected
        wanted = self._wanted in {None, name} and not protected
        if wanted and self.network is None and self._bssid is None:
            self._bssid, self._target = frame.sender, name
            self._authenticate()

    def _try(self) -> None:
        """Until it has joined: probe, or repeat what was not answered."""
        if self.network is None:
            if self._bssid is None:
                self._probe()
            else:
                self._authenticate()
        self._air.after(_AGAIN, self._try)

    def _probe(self) -> None:
        body = element(SSID, self._wanted or b"") + RATES_ELEMENT + MORE_RATES_ELEMENT
        self._manage(frames.PROBE_REQUEST, BROADCAST, body)

    def _authenticate(self) -> None:
        self._manage(frames.AUTHENTICATION, self._bssid, struct.pack("<HHH", 0, 1, 0))

    def _managed(self, frame: Frame) -> None:
        if frame.subtype == frames.AUTHENTICATION and frame.body[2:6] == b"\x02\0\0\0":
            if self.network is None:
                body = (
                    struct.pack("<HH", 0x0421, 10)
                    + element(SSID, self._target)
                    + RATES_ELEMENT
                    + MORE_RATES_ELEMENT
                )
                self._manage(frames.ASSOCIATION_REQUEST, self._bssid, body)
        elif frame.subtype == frames.ASSOCIATION_RESPONSE and frame.body[2:4] == b"\0\0":
            if self.network is None:
                self.network = self._target
                self.on_join()
        elif frame.subtype in {frames.DEAUTHENTICATION, frames.DISASSOCIATION}:
            self.network = self._bssid = None

    def restarted(self) -> None:
        """See :class:`bekenlab.machine.air.air.Peer`; the network is looked for again."""
        self.network = self._bssid = None
        if self.host is not None:
            self.host.restarted()

    def _manage(self, subtype: int, to: bytes | None, body: bytes) -> None:
        if to is not None:
            third = self._bssid or BROADCAST
            self._radio.send(Frame(MANAGEMENT, subtype, to, self.address, third, body))

    def _data(self, frame: Frame) -> None:
        from_network = frame.sender == self._bssid and self.network is not None
        mine = frame.to == self.address or frame.to[0] & _GROUP
        content = frames.from_llc(frame.body) if frame.has_data else None
        if from_network and mine and content is not None and self.host is not None:
            self.host.receive(frame.third, *content)

    def send_packet(self, to: bytes, ethertype: int, payload: bytes) -> None:
        """Send a packet of the host behind it; see :class:`bekenlab.machine.air.host.Link`."""
        if self.network is None or self._bssid is None:
            return
        body = frames.to_llc(ethertype, payload)
        self._radio.send(Frame(DATA, 0, self._bssid, self.address, to, body, TO_DS))
