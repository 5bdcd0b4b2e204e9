"""Frames of IEEE 802.11, as bytes and as values (clause 9 of IEEE 802.11-2016)."""

from __future__ import annotations

import struct
from dataclasses import dataclass, replace

BROADCAST = b"\xff" * 6
MANAGEMENT, CONTROL, DATA = 0, 1, 2
ASSOCIATION_REQUEST, ASSOCIATION_RESPONSE = 0, 1
REASSOCIATION_REQUEST, REASSOCIATION_RESPONSE = 2, 3
PROBE_REQUEST, PROBE_RESPONSE, BEACON = 4, 5, 8
DISASSOCIATION, AUTHENTICATION, DEAUTHENTICATION, ACTION = 10, 11, 12, 13
_QOS, _NO_DATA = 8, 4
TO_DS, FROM_DS, RETRY, POWER_SAVE, MORE_DATA, PROTECTED = 1, 2, 8, 16, 32, 64

SSID, RATES, CHANNEL, TIM, COUNTRY, RSN, MORE_RATES, VENDOR = 0, 1, 3, 5, 7, 48, 50, 221
ESS, PRIVACY, SHORT_PREAMBLE, SHORT_SLOT = 1 << 0, 1 << 4, 1 << 5, 1 << 10
_HEADER = struct.Struct("<BBH6s6s6sH")
_LLC_SNAP = b"\xaa\xaa\x03\0\0\0"
_CCMP_HEADER = 8
_EXTENDED_IV = 0x20


class BadFrameError(ValueError):
    """Bytes that are no valid frame."""


@dataclass(frozen=True, slots=True)
class Frame:
    """A management or data frame.

    Attributes:
        kind: ``MANAGEMENT`` or ``DATA``.
        subtype: For example ``BEACON``.
        to: Receiver, address 1.
        sender: Transmitter, address 2.
        third: Address 3: BSSID, source or destination, by direction.
        body: After the header, of data frames after the header of CCMP.
        flags: Second byte of the frame control, e.g. ``TO_DS``.
        sequence: Sequence number.
        number: Packet number of a protected frame.
        key: Key number of a protected frame, 0 to 3.
    """

    kind: int
    subtype: int
    to: bytes
    sender: bytes
    third: bytes
    body: bytes = b""
    flags: int = 0
    sequence: int = 0
    number: int = 0
    key: int = 0

    @property
    def protected(self) -> bool:
        """Whether it would be encrypted on air."""
        return bool(self.flags & PROTECTED)

    @property
    def has_data(self) -> bool:
        """Whether it is a data frame that carries data."""
        return self.kind == DATA and not self.subtype & _NO_DATA

    def encode(self) -> bytes:
        """The frame as bytes, without FCS; the body of a protected frame is left in plain."""
        control = self.kind << 2 | self.subtype << 4
        head = _HEADER.pack(
            control, self.flags, 0, self.to, self.sender, self.third, self.sequence << 4
        )
        if self.kind == DATA and self.subtype & _QOS:
            head += b"\0\0"
        return head + (self._ccmp() if self.protected else b"") + self.body

    def _ccmp(self) -> bytes:
        low, high = self.number & 0xFFFF, self.number >> 16
        return struct.pack("<HBBI", low, 0, _EXTENDED_IV | self.key << 6, high)

    def plain(self) -> Frame:
        """The same frame as it would be before encryption."""
        return replace(self, flags=self.flags & ~PROTECTED)


def decode(data: bytes) -> Frame:
    """A frame from its bytes, without FCS.

    Raises:
        BadFrameError: Too short, or a control frame.
    """
    if len(data) < _HEADER.size:
        raise BadFrameError("too short for a header")
    control, flags, _, to, sender, third, sequence = _HEADER.unpack_from(data)
    kind, subtype = control >> 2 & 3, control >> 4
    if kind not in {MANAGEMENT, DATA}:
        raise BadFrameError("neither management nor data")
    place = _HEADER.size
    if kind == DATA and flags & (TO_DS | FROM_DS) == TO_DS | FROM_DS:
        raise BadFrameError("has four addresses")
    if kind == DATA and subtype & _QOS:
        place += 2
    number = key = 0
    if flags & PROTECTED:
        if len(data) < place + _CCMP_HEADER:
            raise BadFrameError("too short for the header of CCMP")
        low, _, ids, high = struct.unpack_from("<HBBI", data, place)
        number, key = high << 16 | low, ids >> 6
        place += _CCMP_HEADER
    return Frame(kind, subtype, to, sender, third, data[place:], flags, sequence >> 4, number, key)


def decoded(data: bytes) -> Frame | None:
    """A frame from its bytes, or None if it is not one of ours."""
    try:
        return decode(data)
    except BadFrameError:
        return None


def elements(data: bytes) -> dict[int, bytes]:
    """Information elements by number; the first of each, up to one that is cut off."""
    found: dict[int, bytes] = {}
    place = 0
    while place + 2 <= len(data):
        number, length = data[place], data[place + 1]
        content = data[place + 2 : place + 2 + length]
        if len(content) < length:
            break
        found.setdefault(number, content)
        place += 2 + length
    return found


def element(number: int, content: bytes) -> bytes:
    """An information element as bytes."""
    if len(content) > 255:
        raise BadFrameError("an element has at most 255 bytes")
    return bytes((number, len(content))) + content


def to_llc(ethertype: int, payload: bytes) -> bytes:
    """The body of a data frame."""
    return _LLC_SNAP + ethertype.to_bytes(2, "big") + payload


def from_llc(body: bytes) -> tuple[int, bytes] | None:
    """Type and payload of a data frame's body; None if it is not of this form."""
    if len(body) < 8 or body[:3] != _LLC_SNAP[:3]:
        return None
    return int.from_bytes(body[6:8], "big"), body[8:]
