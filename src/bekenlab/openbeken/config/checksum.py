"""The checksum of OpenBeken's configuration: CRC-8 as Beken's compiler computes it."""

from __future__ import annotations

from functools import cache

_POLYNOMIAL = 0x8C  # Dallas/Maxim, reflected


def crc8(data: bytes, *, signed: bool = True) -> int:
    """CRC-8 over the bytes, start 0.

    OpenBeken shifts variables of type ``char``. On Beken chips that type is signed, so the sign bit
    is shifted in from the left; on some other chips it is unsigned. Both were checked on OpenBeken
    1.18.300: Beken builds accept only the signed one.

    Args:
        data: The bytes covered.
        signed: Whether ``char`` is signed.
    """
    of_crc, of_byte = _tables(signed)
    crc = 0
    for byte in data:
        crc = of_crc[crc] ^ of_byte[byte]
    return crc


@cache
def _tables(signed: bool) -> tuple[bytes, bytes]:
    """What becomes of a CRC with a byte of zero, and of a CRC of zero with a byte: they add up."""
    return (
        bytes(_step(crc, 0, signed=signed) for crc in range(256)),
        bytes(_step(0, byte, signed=signed) for byte in range(256)),
    )


def _step(crc: int, byte: int, *, signed: bool) -> int:
    fill = 0x80 if signed else 0
    for _ in range(8):
        odd = (crc ^ byte) & 1
        crc = crc >> 1 | crc & fill
        byte = byte >> 1 | byte & fill
        if odd:
            crc ^= _POLYNOMIAL
    return crc
