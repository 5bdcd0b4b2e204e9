"""The checksum of OpenBeken's configuration: CRC-8 as Beken's compiler computes it."""

from __future__ import annotations

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
    fill = 0x80 if signed else 0
    crc = 0
    for each in data:
        byte = each
        for _ in range(8):
            odd = (crc ^ byte) & 1
            crc = crc >> 1 | crc & fill
            byte = byte >> 1 | byte & fill
            if odd:
                crc ^= _POLYNOMIAL
    return crc
