"""An access point: one network, open or with WPA2-PSK, and what its stations send each other.

It offers neither 802.11n nor QoS, so that nobody aggregates frames, and refuses block
acknowledgement when it is asked for it.
"""

from __future__ import annotations

import hashlib
import struct
from typing import TYPE_CHECKING, ClassVar

from bekenlab.machine.air import frames
from bekenlab.machine.air.frames import (
    BROADCAST,
    CHANNEL,
    ESS,
    MANAGEMENT,
    POWER_SAVE,
    PRIVACY,
    RSN,
    SHORT_SLOT,
    SSID,
    TIM,
    TO_DS,
    Frame,
    element,
)
from bekenlab.machine.air.handshake import Handshake
from bekenlab.machine.air.kept import KeptAttributes
from bekenlab.machine.air.radio import MORE_RATES_ELEMENT, RATES_ELEMENT, Radio
from bekenlab.machine.air.stations import GROUP_KEY, Stations
from bekenlab.machine.air.wpa import EAPOL, RSN_ELEMENT, master_key

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from bekenlab.machine.air.air import Air
    from bekenlab.machine.air.network import Client, Network, Receiver

ADDRESS = bytes.fromhex("02be4e000001")
_BEACON_UNITS, _BEACON_INTERVAL = 100, 102_400
_CHANNEL = 1
_OPEN_SYSTEM = struct.pack("<H", 0)
_SUCCESS, _REFUSED, _OTHER_SECURITY, _DECLINED = 0, 1, 40, 37
_NOT_ASSOCIATED, _HANDSHAKE_TIMEOUT = 7, 15
_REPEAT, _MOST_REPEATS = 1_000_000, 5
_BLOCK_ACK, _ADD_REQUEST, _ADD_RESPONSE = 3, 0, 1
_GROUP = 1
_MOST_LOG = 1000


class AccessPoint(KeptAttributes):
    """An access point with a host behind it.

    Args:
        air: The air.
        network: Its network.
        address: Its MAC address, also that of the host.

    Attributes:
        address: Its MAC address.
        host: Receives what is sent to ``address`` or a group; set after it was made.
        log: What happened, as (microseconds, MAC address, event); the first thousand entries.
            Events are ``"authenticated"``, ``"associated"``, ``"joined"``, ``"wrong-key"``,
            ``"other-security"`` and ``"left"``.
    """

    kept: ClassVar[Mapping[str, str]] = {"log": "list"}

    def __init__(self, air: Air, network: Network, address: bytes = ADDRESS) -> None:
        self.address = address
        self.host: Receiver | None = None
        self.log: list[tuple[int, bytes, str]] = []
        self._air = air
        self._network = network
        self._radio = Radio(air, self)
        self._master: bytes | None = None
        if network.passphrase is not None:
            self._master = master_key(network.passphrase, network.ssid)
        protected = self._master is not None
        self._stations = Stations(air, self._radio, address, protected=protected)
        self._stations.handshake = self._handshake
        air.add(self)
        self._name = air.keep("access point", self)
        air.handle(f"{self._name}.beacon", self._beacon)
        air.handle(f"{self._name}.shake", self._shake)
        air.after(_BEACON_INTERVAL, f"{self._name}.beacon")

    @property
    def stations(self) -> tuple[bytes, ...]:
        """MAC addresses of the stations that may send data."""
        return self._stations.authorised

    def _note(self, station: bytes, event: str) -> None:
        if len(self.log) < _MOST_LOG:
            self.log.append((self._air.now, station, event))

    # the air ----------------------------------------------------------------------------------

    def acknowledges(self, address: bytes) -> bool:
        """See :class:`bekenlab.machine.air.air.Peer`."""
        return address == self.address

    def hear(self, frame: bytes) -> None:
        """See :class:`bekenlab.machine.air.air.Peer`."""
        heard = frames.decoded(frame)
        if heard is None:
            return
        client = self._stations.clients.get(heard.sender)
        if client is not None:
            self._stations.doze(client, dozing=bool(heard.flags & POWER_SAVE))
        if heard.kind == MANAGEMENT:
            handler = self._handlers.get(heard.subtype)
            if handler is not None:
                handler(heard)
        elif heard.flags & TO_DS and heard.to == self.address:
            self._data(heard, client)

    def restarted(self) -> None:
        """See :class:`bekenlab.machine.air.air.Peer`."""
        self._stations.clients.clear()
        if self.host is not None:
            self.host.restarted()

    @property
    def _handlers(self) -> dict[int, Callable[[Frame], None]]:
        return {
            frames.PROBE_REQUEST: self._probed,
            frames.AUTHENTICATION: self._authenticate,
            frames.ASSOCIATION_REQUEST: self._associate,
            frames.REASSOCIATION_REQUEST: self._associate,
            frames.DISASSOCIATION: self._left,
            frames.DEAUTHENTICATION: self._left,
            frames.ACTION: self._action,
        }

    def _manage(self, subtype: int, to: bytes, body: bytes) -> None:
        self._radio.send(Frame(MANAGEMENT, subtype, to, self.address, self.address, body))

    # scanning ---------------------------------------------------------------------------------

    def _beacon(self) -> None:
        self._manage(frames.BEACON, BROADCAST, self._description(tim=True))
        self._air.after(_BEACON_INTERVAL, f"{self._name}.beacon")

    @property
    def _capabilities(self) -> int:
        return ESS | SHORT_SLOT | (PRIVACY if self._master else 0)

    def _description(self, *, tim: bool) -> bytes:
        body = struct.pack("<QHH", self._air.now, _BEACON_UNITS, self._capabilities)
        body += element(SSID, self._network.ssid) + RATES_ELEMENT
        body += element(CHANNEL, bytes((_CHANNEL,)))
        if tim:
            body += element(TIM, self._stations.traffic())
        body += MORE_RATES_ELEMENT
        return body + (RSN_ELEMENT if self._master else b"")

    def _probed(self, frame: Frame) -> None:
        wanted = frames.elements(frame.body).get(SSID, b"")
        if wanted in {b"", self._network.ssid}:
            self._manage(frames.PROBE_RESPONSE, frame.sender, self._description(tim=False))

    # joining ----------------------------------------------------------------------------------

    def _authenticate(self, frame: Frame) -> None:
        if frame.to != self.address or len(frame.body) < 6:
            return
        right = frame.body[:4] == _OPEN_SYSTEM + b"\x01\0"
        status = _SUCCESS if right else _REFUSED
        self._manage(
            frames.AUTHENTICATION, frame.sender, frame.body[:2] + struct.pack("<HH", 2, status)
        )
        if right:
            self._stations.clients.pop(frame.sender, None)
            self._note(frame.sender, "authenticated")

    def _associate(self, frame: Frame) -> None:
        again = frame.subtype == frames.REASSOCIATION_REQUEST
        answer = frames.REASSOCIATION_RESPONSE if again else frames.ASSOCIATION_RESPONSE
        asked = frames.elements(frame.body[10 if again else 4 :])
        status = _SUCCESS
        if frame.to != self.address or asked.get(SSID) != self._network.ssid:
            status = _REFUSED
        elif (RSN in asked) != (self._master is not None):
            status = _OTHER_SECURITY
            self._note(frame.sender, "other-security")
        client = self._stations.add(frame.sender) if status == _SUCCESS else None
        number = 0xC000 | client.number if client else 0
        body = struct.pack("<HHH", self._capabilities, status, number)
        self._manage(answer, frame.sender, body + RATES_ELEMENT + MORE_RATES_ELEMENT)
        if client is not None:
            self._note(frame.sender, "associated")
            if client.handshake is None:
                self._note(frame.sender, "joined")
            else:
                self._shake(client.address, client.since, _MOST_REPEATS)

    def _handshake(self, client: Client) -> Handshake | None:
        if self._master is None:
            return None
        seed = client.address + client.since.to_bytes(8, "big")
        return Handshake(
            self._master,
            (self.address, hashlib.sha256(b"nonce" + seed).digest()),
            client.address,
            (GROUP_KEY, hashlib.sha256(b"group" + self.address).digest()[:16]),
            lambda data: self._stations.send(client, EAPOL, data, self.address),
        )

    def _shake(self, address: bytes, since: int, left: int) -> None:
        """Go on with the handshake until it is complete; give up after some time."""
        client = self._stations.clients.get(address)
        handshake = client.handshake if client is not None and client.since == since else None
        if client is None or handshake is None or handshake.keys:
            return
        if not left:
            self._expel(client, _HANDSHAKE_TIMEOUT)
            return
        handshake.start()
        self._air.after(_REPEAT, f"{self._name}.shake", address, since, left - 1)

    def _expel(self, client: Client, reason: int) -> None:
        del self._stations.clients[client.address]
        self._manage(frames.DEAUTHENTICATION, client.address, struct.pack("<H", reason))
        self._note(client.address, "left")

    def _left(self, frame: Frame) -> None:
        if self._stations.clients.pop(frame.sender, None) is not None:
            self._note(frame.sender, "left")

    def _action(self, frame: Frame) -> None:
        body = frame.body
        if len(body) >= 9 and body[0] == _BLOCK_ACK and body[1] == _ADD_REQUEST:
            answer = bytes((_BLOCK_ACK, _ADD_RESPONSE, body[2])) + struct.pack("<H", _DECLINED)
            self._manage(frames.ACTION, frame.sender, answer + body[3:7])

    # data -------------------------------------------------------------------------------------

    def _data(self, frame: Frame, client: Client | None) -> None:
        if client is None:
            self._manage(frames.DEAUTHENTICATION, frame.sender, struct.pack("<H", _NOT_ASSOCIATED))
            return
        content = frames.from_llc(frame.body) if frame.has_data else None
        if content is None:
            return
        ethertype, payload = content
        if ethertype == EAPOL:
            self._key_frame(client, payload)
        elif client.authorised and frame.protected == (client.handshake is not None):
            self._forward(frame, ethertype, payload)

    def _key_frame(self, client: Client, payload: bytes) -> None:
        handshake = client.handshake
        if handshake is None or client.authorised:
            return
        handshake.hear(payload)
        if handshake.keys is not None:
            client.authorised = True
            self._note(client.address, "joined")
        elif handshake.wrong_key:
            self._note(client.address, "wrong-key")

    def _forward(self, frame: Frame, ethertype: int, payload: bytes) -> None:
        to, source = frame.third, frame.sender
        group = bool(to[0] & _GROUP)
        if self.host is not None and (group or to == self.address):
            self.host.receive(source, ethertype, payload)
        target = self._stations.clients.get(to)
        if target is not None and target.authorised:
            self._stations.send(target, ethertype, payload, source)
        elif group and len(self.stations) > 1:
            self._stations.send_all(ethertype, payload, source)

    def send_packet(self, to: bytes, ethertype: int, payload: bytes) -> None:
        """Send a packet of the host behind it; see ``machine.air.neighbours.Link``."""
        client = self._stations.clients.get(to)
        if client is not None and client.authorised:
            self._stations.send(client, ethertype, payload, self.address)
        elif to[0] & _GROUP and self.stations:
            self._stations.send_all(ethertype, payload, self.address)
