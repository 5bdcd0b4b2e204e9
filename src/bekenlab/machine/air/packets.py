"""Packets of ARP, IPv4, ICMP, UDP and TCP, as bytes and as values (RFC 826, 791, 792, 768, 9293).

Written here and not taken from a library: scapy takes a second to load and is under the GPL, dpkt
has had no release since 2022 and only parses comfortably. These few formats are small.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

ARP, IPV4 = 0x0806, 0x0800
ICMP, TCP, UDP = 1, 6, 17
BROADCAST_IP = b"\xff" * 4
NO_IP = bytes(4)
_ARP = struct.Struct(">HHBBH6s4s6s4s")
_IP = struct.Struct(">BBHHHBBH4s4s")
_UDP = struct.Struct(">HHHH")
_TCP = struct.Struct(">HHIIBBHHH")
ARP_REQUEST, ARP_REPLY = 1, 2
_HOPS = 64
_FRAGMENT = 0x3FFF
FIN, SYN, RST, PSH, ACK = 1, 2, 4, 8, 16
_OPTION_END, _OPTION_NOTHING, _OPTION_MSS = 0, 1, 2


class BadPacketError(ValueError):
    """Bytes that are no valid packet."""


@dataclass(frozen=True, slots=True)
class Arp:
    """A request or reply of ARP: who has ``target_ip``?"""

    operation: int
    sender: bytes
    sender_ip: bytes
    target: bytes
    target_ip: bytes

    def encode(self) -> bytes:
        """As bytes."""
        return _ARP.pack(
            1, IPV4, 6, 4, self.operation, self.sender, self.sender_ip, self.target, self.target_ip
        )


def decode_arp(data: bytes) -> Arp:
    """A packet of ARP for IPv4.

    Raises:
        BadPacketError: Something else.
    """
    if len(data) < _ARP.size:
        raise BadPacketError("too short for ARP")
    _, kind, _, _, operation, sender, sender_ip, target, target_ip = _ARP.unpack_from(data)
    if kind != IPV4:
        raise BadPacketError("ARP of another protocol")
    return Arp(operation, sender, sender_ip, target, target_ip)


@dataclass(frozen=True, slots=True)
class Packet:
    """An IPv4 packet.

    Attributes:
        protocol: ``ICMP``, ``TCP`` or ``UDP``.
        source: Four bytes.
        target: Four bytes.
        payload: What it carries.
    """

    protocol: int
    source: bytes
    target: bytes
    payload: bytes

    def encode(self) -> bytes:
        """As bytes, not fragmented."""
        head = _IP.pack(
            0x45,
            0,
            _IP.size + len(self.payload),
            0,
            0x4000,
            _HOPS,
            self.protocol,
            0,
            self.source,
            self.target,
        )
        return head[:10] + checksum(head).to_bytes(2, "big") + head[12:] + self.payload


def decode_packet(data: bytes) -> Packet:
    """An IPv4 packet; bytes behind its length are ignored.

    Raises:
        BadPacketError: Damaged, a fragment, or of another version.
    """
    if len(data) < _IP.size:
        raise BadPacketError("too short for IPv4")
    first, _, length, _, fragment, _, protocol, _, source, target = _IP.unpack_from(data)
    head = (first & 15) * 4
    if first >> 4 != 4 or head < _IP.size or not head <= length <= len(data):
        raise BadPacketError("not IPv4")
    if checksum(data[:head]):
        raise BadPacketError("wrong checksum")
    if fragment & _FRAGMENT:
        raise BadPacketError("a fragment")
    return Packet(protocol, source, target, data[head:length])


@dataclass(frozen=True, slots=True)
class Datagram:
    """A UDP datagram."""

    source_port: int
    target_port: int
    payload: bytes

    def encode(self, source: bytes, target: bytes) -> bytes:
        """As bytes, between two addresses."""
        length = _UDP.size + len(self.payload)
        head = _UDP.pack(self.source_port, self.target_port, length, 0)
        code = checksum(_pseudo(UDP, source, target, length) + head + self.payload) or 0xFFFF
        return head[:6] + code.to_bytes(2, "big") + self.payload


def decode_datagram(packet: Packet) -> Datagram:
    """The datagram in a packet.

    Raises:
        BadPacketError: Damaged.
    """
    data = packet.payload
    if len(data) < _UDP.size:
        raise BadPacketError("too short for UDP")
    source_port, target_port, length, code = _UDP.unpack_from(data)
    if not _UDP.size <= length <= len(data):
        raise BadPacketError("wrong length of UDP")
    data = data[:length]
    if code and checksum(_pseudo(UDP, packet.source, packet.target, length) + data):
        raise BadPacketError("wrong checksum of UDP")
    return Datagram(source_port, target_port, data[_UDP.size :])


@dataclass(frozen=True, slots=True)
class Segment:
    """A TCP segment.

    Attributes:
        source_port: Port of the sender.
        target_port: Port of the receiver.
        sequence: Number of its first byte, or of its SYN.
        acknowledged: Number of the next byte that the sender expects.
        flags: ``SYN``, ``ACK`` and so on.
        window: Bytes that the sender can take.
        payload: Data.
        mss: Longest payload the sender accepts; 0 if it does not say.
    """

    source_port: int
    target_port: int
    sequence: int
    acknowledged: int
    flags: int
    window: int
    payload: bytes = b""
    mss: int = 0

    @property
    def length(self) -> int:
        """Sequence numbers that it occupies: its bytes, SYN and FIN."""
        return len(self.payload) + bool(self.flags & SYN) + bool(self.flags & FIN)

    def encode(self, source: bytes, target: bytes) -> bytes:
        """As bytes, between two addresses."""
        options = bytes((_OPTION_MSS, 4)) + self.mss.to_bytes(2, "big") if self.mss else b""
        head = _TCP.pack(
            self.source_port,
            self.target_port,
            self.sequence,
            self.acknowledged,
            (_TCP.size + len(options)) << 2,
            self.flags,
            self.window,
            0,
            0,
        )
        data = head + options + self.payload
        code = checksum(_pseudo(TCP, source, target, len(data)) + data)
        return data[:16] + code.to_bytes(2, "big") + data[18:]


def decode_segment(packet: Packet) -> Segment:
    """The segment in a packet.

    Raises:
        BadPacketError: Damaged.
    """
    data = packet.payload
    if len(data) < _TCP.size:
        raise BadPacketError("too short for TCP")
    source_port, target_port, sequence, acknowledged, offset, flags, window, _, _ = (
        _TCP.unpack_from(data)
    )
    head = offset >> 4 << 2
    if not _TCP.size <= head <= len(data):
        raise BadPacketError("wrong offset of TCP")
    if checksum(_pseudo(TCP, packet.source, packet.target, len(data)) + data):
        raise BadPacketError("wrong checksum of TCP")
    mss = _mss(data[_TCP.size : head])
    return Segment(
        source_port,
        target_port,
        sequence,
        acknowledged,
        flags & 0x3F,
        window,
        data[head:],
        mss,
    )


def _mss(options: bytes) -> int:
    place = 0
    while place < len(options) and options[place] != _OPTION_END:
        if options[place] == _OPTION_NOTHING:
            place += 1
            continue
        if place + 1 >= len(options) or options[place + 1] < 2:
            break
        if options[place] == _OPTION_MSS and options[place + 1] == 4:
            return int.from_bytes(options[place + 2 : place + 4], "big")
        place += options[place + 1]
    return 0


def checksum(data: bytes) -> int:
    """The Internet checksum; 0 over data that contains a right one."""
    if len(data) % 2:
        data += b"\0"
    # A big number modulo 0xFFFF is the sum of its 16-bit digits, with the carries added.
    total = int.from_bytes(data, "big")
    folded = total % 0xFFFF
    if not folded and total:
        folded = 0xFFFF
    return ~folded & 0xFFFF


def _pseudo(protocol: int, source: bytes, target: bytes, length: int) -> bytes:
    return source + target + struct.pack(">HH", protocol, length)


def ip_text(address: bytes) -> str:
    """``"192.168.4.1"``."""
    return ".".join(str(byte) for byte in address)


def ip_bytes(text: str) -> bytes:
    """Four bytes of ``"192.168.4.1"``.

    Raises:
        BadPacketError: Something else.
    """
    parts = text.split(".")
    if len(parts) != 4 or not all(part.isascii() and part.isdigit() for part in parts):
        raise BadPacketError(f"{text!r} is not an IPv4 address")
    numbers = [int(part) for part in parts]
    if max(numbers) > 255:
        raise BadPacketError(f"{text!r} is not an IPv4 address")
    return bytes(numbers)
