"""A station: finds the access point that firmware has opened, and joins its network."""

from __future__ import annotations

import hashlib
import struct
from typing import TYPE_CHECKING, ClassVar

from bekenlab.machine.air import frames
from bekenlab.machine.air.frames import (
    BROADCAST,
    DATA,
    ESS,
    MANAGEMENT,
    PRIVACY,
    PROTECTED,
    SHORT_PREAMBLE,
    SHORT_SLOT,
    SSID,
    TO_DS,
    Frame,
    element,
)
from bekenlab.machine.air.kept import KeptAttributes
from bekenlab.machine.air.radio import MORE_RATES_ELEMENT, RATES_ELEMENT, Radio
from bekenlab.machine.air.supplicant import Supplicant
from bekenlab.machine.air.wpa import EAPOL, RSN_ELEMENT, master_key

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from bekenlab.machine.air.air import Air
    from bekenlab.machine.air.network import Receiver
    from bekenlab.machine.devices.base import State

ADDRESS = bytes.fromhex("02be4e000002")
_AGAIN = 500_000
_SHAKES_WITHIN = 10_000_000
_LISTEN_INTERVAL = 10
_GROUP = 1
_SSID_PLACE = 12


class Station(KeptAttributes):
    """A station with a host behind it.

    Args:
        air: The air.
        ssid: The network to join; None for the first that is heard.
        passphrase: Of a network with WPA2-PSK; None for an open one. Others are not joined.
        address: Its MAC address, also that of the host.
        ignoring: Address of an access point that it never joins.

    Attributes:
        address: Its MAC address.
        host: Receives what is sent to it; set after it was made.
        network: Name of the network it has joined, or None.
        on_join: Called when it has joined.
        seen: Networks that were heard: name, and whether they are protected.
    """

    kept: ClassVar[Mapping[str, str]] = {
        "network": "bytes | None",
        "seen": "dict",
        "_bssid": "bytes | None",
        "_target": "bytes",
        "_shaking_until": "int",
        "_sent": "int",
    }

    def __init__(
        self,
        air: Air,
        ssid: bytes | None = None,
        address: bytes = ADDRESS,
        *,
        ignoring: bytes | None = None,
        passphrase: bytes | None = None,
    ) -> None:
        self.address = address
        self._passphrase = passphrase
        self._supplicant: Supplicant | None = None
        self._shaking_until = 0
        self._sent = 0
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
        self._again = f"{air.keep('station', self)}.try"
        air.handle(self._again, self._try)
        air.after(_AGAIN, self._again)

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
        wanted = self._wanted in {None, name} and protected == (self._passphrase is not None)
        if wanted and self.network is None and self._bssid is None:
            self._bssid, self._target = frame.sender, name
            self._authenticate()

    def _try(self) -> None:
        """Until it has joined: probe, or repeat what was not answered."""
        if self.network is None:
            if self._bssid is None:
                self._probe()
            elif self._air.now >= self._shaking_until:
                self._authenticate()
        self._air.after(_AGAIN, self._again)

    def _probe(self) -> None:
        body = element(SSID, self._wanted or b"") + RATES_ELEMENT + MORE_RATES_ELEMENT
        self._manage(frames.PROBE_REQUEST, BROADCAST, body)

    def _authenticate(self) -> None:
        self._manage(frames.AUTHENTICATION, self._bssid, struct.pack("<HHH", 0, 1, 0))

    def _managed(self, frame: Frame) -> None:
        if frame.subtype == frames.AUTHENTICATION and frame.body[2:6] == b"\x02\0\0\0":
            if self.network is None:
                self._associate()
        elif frame.subtype == frames.ASSOCIATION_RESPONSE and frame.body[2:4] == b"\0\0":
            if self.network is None and self._passphrase is None:
                self._joined()
            elif self.network is None:
                self._shake(self._passphrase or b"", frame.sender)
        elif frame.subtype in {frames.DEAUTHENTICATION, frames.DISASSOCIATION}:
            self._forget()

    def _associate(self) -> None:
        protected = self._passphrase is not None
        capabilities = ESS | SHORT_SLOT | SHORT_PREAMBLE | (PRIVACY if protected else 0)
        body = struct.pack("<HH", capabilities, _LISTEN_INTERVAL) + element(SSID, self._target)
        body += RATES_ELEMENT + MORE_RATES_ELEMENT + (RSN_ELEMENT if protected else b"")
        self._manage(frames.ASSOCIATION_REQUEST, self._bssid, body)

    def _shake(self, passphrase: bytes, access_point: bytes) -> None:
        """It is associated: wait for the four-way handshake."""
        seed = b"station nonce" + self.address + self._air.now.to_bytes(8, "big")
        nonce = hashlib.sha256(seed).digest()
        self._supplicant = self._new_supplicant(passphrase, access_point, nonce)
        self._sent = 0
        self._shaking_until = self._air.now + _SHAKES_WITHIN

    def _new_supplicant(self, passphrase: bytes, access_point: bytes, nonce: bytes) -> Supplicant:
        return Supplicant(
            master_key(passphrase, self._target),
            (self.address, nonce),
            access_point,
            lambda data: self._send_data(access_point, EAPOL, data),
        )

    def _joined(self) -> None:
        self.network = self._target
        self.on_join()

    def _forget(self) -> None:
        self.network = self._bssid = self._supplicant = None
        self._shaking_until = 0

    def restarted(self) -> None:
        """See :class:`bekenlab.machine.air.air.Peer`; the network is looked for again."""
        self._forget()
        if self.host is not None:
            self.host.restarted()

    def save(self) -> State:
        """Its network, and the keys it has agreed on."""
        shakes = self._supplicant.save() if self._supplicant is not None else None
        return {**super().save(), "supplicant": shakes}

    def load(self, state: State) -> None:
        """Restore what :meth:`save` returned."""
        super().load(state)
        self._supplicant, shakes = None, state["supplicant"]
        if isinstance(shakes, dict):
            made = self._new_supplicant(self._passphrase or b"", self._bssid or b"", b"")
            made.load(shakes)
            self._supplicant = made

    def _manage(self, subtype: int, to: bytes | None, body: bytes) -> None:
        if to is not None:
            third = self._bssid or BROADCAST
            self._radio.send(Frame(MANAGEMENT, subtype, to, self.address, third, body))

    def _data(self, frame: Frame) -> None:
        mine = frame.to == self.address or frame.to[0] & _GROUP
        content = frames.from_llc(frame.body) if frame.has_data else None
        if frame.sender != self._bssid or not mine or content is None:
            return
        if content[0] == EAPOL:
            self._key_frame(content[1])
        elif self.network is not None and self.host is not None:
            self.host.receive(frame.third, *content)

    def _key_frame(self, payload: bytes) -> None:
        if self._supplicant is not None:
            self._supplicant.hear(payload)
            if self._supplicant.keys is not None and self.network is None:
                self._joined()

    def send_packet(self, to: bytes, ethertype: int, payload: bytes) -> None:
        """Send a packet of the host behind it; see ``machine.air.neighbours.Link``."""
        if self.network is not None:
            self._send_data(to, ethertype, payload)

    def _send_data(self, to: bytes, ethertype: int, payload: bytes) -> None:
        if self._bssid is None:
            return
        body, flags = frames.to_llc(ethertype, payload), TO_DS
        if self._supplicant is not None and self.network is not None:
            self._sent += 1
            flags |= PROTECTED
        number = self._sent if flags & PROTECTED else 0
        self._radio.send(Frame(DATA, 0, self._bssid, self.address, to, body, flags, 0, number))
