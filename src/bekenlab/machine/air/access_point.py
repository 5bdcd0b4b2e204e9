"""An access point: one network, open or with WPA2-PSK, and what its stations send each other.

It offers neither 802.11n nor QoS, so that nobody aggregates frames, and refuses block
acknowledgement when it is asked for it.
"""

from __future__ import annotations

import hashlib
import struct
from typing import TYPE_CHECKING

from bekenlab.machine.air import frames
from bekenlab.machine.air.frames import (
    BROADCAST,
    CHANNEL,
    DATA,
    ESS,
    FROM_DS,
    MANAGEMENT,
    POWER_SAVE,
    PRIVACY,
    PROTECTED,
    RSN,
    SHORT_SLOT,
    SSID,
    TIM,
    TO_DS,
    Frame,
    element,
)
from bekenlab.machine.air.handshake import Handshake
from bekenlab.machine.air.network import Client
from bekenlab.machine.air.radio import MORE_RATES_ELEMENT, RATES_ELEMENT, Radio
from bekenlab.machine.air.wpa import EAPOL, RSN_ELEMENT, master_key

if TYPE_CHECKING:
    from collections.abc import Callable

    from bekenlab.machine.air.air import Air
    from bekenlab.machine.air.network import Network, Receiver

ADDRESS = bytes.fromhex("02be4e000001")
_BEACON_UNITS, _BEACON_INTERVAL = 100, 102_400
_CHANNEL = 1
_OPEN_SYSTEM = struct.pack("<H", 0)
_SUCCESS, _REFUSED, _OTHER_SECURITY, _DECLINED = 0, 1, 40, 37
_NOT_ASSOCIATED, _HANDSHAKE_TIMEOUT = 7, 15
_REPEAT, _MOST_REPEATS = 1_000_000, 5
_BLOCK_ACK, _ADD_REQUEST, _ADD_RESPONSE = 3, 0, 1
_MOST_BUFFERED = 64
_GROUP = 1
_GROUP_KEY = 1
_MOST_LOG = 1000


class AccessPoint:
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

    def __init__(self, air: Air, network: Network, address: bytes = ADDRESS) -> None:
        self.address = address
        self.host: Receiver | None = None
        self.log: list[tuple[int, bytes, str]] = []
        self._air = air
        self._network = network
        self._radio = Radio(air, self)
        self._group_sent = 0
        self._clients: dict[bytes, Client] = {}
        self._master: bytes | None = None
        if network.passphrase is not None:
            self._master = master_key(network.passphrase, network.ssid)
        air.add(self)
        air.after(_BEACON_INTERVAL, self._beacon)

    @property
    def stations(self) -> tuple[bytes, ...]:
        """MAC addresses of the stations that may send data."""
        return tuple(each.address for each in self._clients.values() if each.authorised)

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
        client = self._clients.get(heard.sender)
        if client is not None:
            self._doze(client, dozing=bool(heard.flags & POWER_SAVE))
        if heard.kind == MANAGEMENT:
            handler = self._handlers.get(heard.subtype)
            if handler is not None:
                handler(heard)
        elif heard.flags & TO_DS and heard.to == self.address:
            self._data(heard, client)

    def restarted(self) -> None:
        """See :class:`bekenlab.machine.air.air.Peer`."""
        self._clients.clear()
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
        self._air.after(_BEACON_INTERVAL, self._beacon)

    @property
    def _capabilities(self) -> int:
        return ESS | SHORT_SLOT | (PRIVACY if self._master else 0)

    def _description(self, *, tim: bool) -> bytes:
        body = struct.pack("<QHH", self._air.now, _BEACON_UNITS, self._capabilities)
        body += element(SSID, self._network.ssid) + RATES_ELEMENT
        body += element(CHANNEL, bytes((_CHANNEL,)))
        if tim:
            body += element(TIM, self._traffic())
        body += MORE_RATES_ELEMENT
        return body + (RSN_ELEMENT if self._master else b"")

    def _traffic(self) -> bytes:
        """Which stations have frames waiting: count, period, and a bit for each."""
        bits = sum(1 << each.number for each in self._clients.values() if each.buffered)
        return b"\0\x01\0" + (bits.to_bytes(32, "little").rstrip(b"\0") or b"\0")

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
            self._clients.pop(frame.sender, None)
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
        client = self._client(frame.sender) if status == _SUCCESS else None
        number = 0xC000 | client.number if client else 0
        body = struct.pack("<HHH", self._capabilities, status, number)
        self._manage(answer, frame.sender, body + RATES_ELEMENT + MORE_RATES_ELEMENT)
        if client is not None:
            self._note(frame.sender, "associated")
            if client.handshake is None:
                self._note(frame.sender, "joined")
            else:
                self._shake(client, _MOST_REPEATS)

    def _client(self, address: bytes) -> Client:
        used = {each.number for key, each in self._clients.items() if key != address}
        number = next(n for n in range(1, 256) if n not in used)
        client = Client(address, number, authorised=self._master is None)
        if self._master is not None:
            seed = address + self._air.now.to_bytes(8, "big")
            nonce = hashlib.sha256(b"nonce" + seed).digest()
            client.handshake = Handshake(
                self._master,
                (self.address, nonce),
                address,
                (_GROUP_KEY, hashlib.sha256(b"group" + self.address).digest()[:16]),
                lambda data: self._send_data(client, EAPOL, data, self.address),
            )
        self._clients[address] = client
        return client

    def _shake(self, client: Client, left: int) -> None:
        """Go on with the handshake until it is complete; give up after some time."""
        handshake = client.handshake
        if handshake is None or handshake.keys or self._clients.get(client.address) is not client:
            return
        if not left:
            self._expel(client, _HANDSHAKE_TIMEOUT)
            return
        handshake.start()
        self._air.after(_REPEAT, lambda: self._shake(client, left - 1))

    def _expel(self, client: Client, reason: int) -> None:
        del self._clients[client.address]
        self._manage(frames.DEAUTHENTICATION, client.address, struct.pack("<H", reason))
        self._note(client.address, "left")

    def _left(self, frame: Frame) -> None:
        if self._clients.pop(frame.sender, None) is not None:
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
        target = self._clients.get(to)
        if target is not None and target.authorised:
            self._send_data(target, ethertype, payload, source)
        elif group and len(self.stations) > 1:
            self._send_group(ethertype, payload, source)

    def send_packet(self, to: bytes, ethertype: int, payload: bytes) -> None:
        """Send a packet of the host behind it; see :class:`bekenlab.machine.air.host.Link`."""
        client = self._clients.get(to)
        if client is not None and client.authorised:
            self._send_data(client, ethertype, payload, self.address)
        elif to[0] & _GROUP and self.stations:
            self._send_group(ethertype, payload, self.address)

    def _send_data(self, client: Client, ethertype: int, payload: bytes, source: bytes) -> None:
        flags, number = FROM_DS, 0
        if client.authorised and client.handshake is not None:
            client.sent += 1
            flags, number = flags | PROTECTED, client.sent
        body = frames.to_llc(ethertype, payload)
        frame = Frame(DATA, 0, client.address, self.address, source, body, flags, 0, number)
        if client.dozing:
            client.buffered.append(frame.encode())
            while len(client.buffered) > _MOST_BUFFERED:
                client.buffered.popleft()
        else:
            self._radio.send(frame)

    def _send_group(self, ethertype: int, payload: bytes, source: bytes) -> None:
        flags = FROM_DS
        if self._master is not None:
            self._group_sent += 1
            flags |= PROTECTED
        body = frames.to_llc(ethertype, payload)
        number = self._group_sent
        self._radio.send(
            Frame(DATA, 0, BROADCAST, self.address, source, body, flags, 0, number, _GROUP_KEY)
        )

    def _doze(self, client: Client, *, dozing: bool) -> None:
        """The station goes to sleep, or wakes and gets what waits for it."""
        client.dozing = dozing
        while client.buffered and not client.dozing:
            self._air.send(self, client.buffered.popleft())
