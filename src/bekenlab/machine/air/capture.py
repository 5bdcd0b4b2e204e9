"""A capture of all frames as a file of Wireshark: pcap with radiotap headers.

Protected frames are written as they are before encryption, so that Wireshark shows what they carry.
Sources: https://www.ietf.org/archive/id/draft-gharris-opsawg-pcap-01.html,
https://www.radiotap.org.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

from bekenlab.machine.air.frames import BadFrameError, decode

if TYPE_CHECKING:
    from collections.abc import Callable

    from bekenlab.machine.devices.mac.airtime import Rate

_MAGIC, _LONGEST, _RADIOTAP = 0xA1B2_C3D4, 65535, 127
_MILLION = 1_000_000
# TSFT, flags, rate, channel, signal in dBm.
_PRESENT = 1 << 0 | 1 << 1 | 1 << 2 | 1 << 3 | 1 << 5
_HEADER = struct.Struct("<BBHIQBBHHb")
_MEGAHERTZ, _TWO_GHZ, _OFDM, _DSSS = 2412, 0x80, 0x40, 0x20


class Capture:
    """Writes frames as they are sent.

    Args:
        write: Takes the bytes of the file, piece by piece.
    """

    def __init__(self, write: Callable[[bytes], object]) -> None:
        self._write = write
        write(struct.pack("<IHHiIII", _MAGIC, 2, 4, 0, 0, _LONGEST, _RADIOTAP))

    def add(self, microseconds: int, frame: bytes, rate: Rate, dbm: int) -> None:
        """Add a frame.

        Args:
            microseconds: When it ended.
            frame: The frame, without FCS.
            rate: How it was sent.
            dbm: Signal strength.
        """
        try:
            shown = decode(frame)
            if shown.protected:
                frame = shown.plain().encode()
        except BadFrameError:
            pass
        band = _TWO_GHZ | (_DSSS if rate.dsss else _OFDM)
        head = _HEADER.pack(
            0, 0, _HEADER.size, _PRESENT, microseconds, 0, rate.half_megabits, _MEGAHERTZ, band, dbm
        )
        data = head + frame
        seconds, rest = divmod(microseconds, _MILLION)
        self._write(struct.pack("<IIII", seconds, rest, len(data), len(data)) + data)
