"""AES-128-ECB as Tuya uses it, and the derivation of the key of data blocks."""

from __future__ import annotations

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from bekenlab.tuya.facts import Base, storage_facts

AES_BLOCK = 16
ERASED = b"\xff" * AES_BLOCK


def decrypt(key: bytes, data: bytes) -> bytes:
    """Return ``data`` decrypted with AES-128-ECB; its length is a multiple of 16 bytes."""
    # Not our choice of mode: it is what the device did.
    return Cipher(algorithms.AES(key), modes.ECB()).decryptor().update(data)  # noqa: S305


def encrypt(key: bytes, data: bytes) -> bytes:
    """Return ``data`` encrypted with AES-128-ECB; its length is a multiple of 16 bytes."""
    return Cipher(algorithms.AES(key), modes.ECB()).encryptor().update(data)  # noqa: S305


def data_key(inner_key: bytes, base: Base) -> bytes:
    """Return the key of data blocks from the 16-byte key of the key block and a base.

    Every byte is the sum, modulo 256, of the inner key's and the base's.
    """
    return bytes((a + b) & 0xFF for a, b in zip(inner_key, base.addend, strict=True))


def base_named(name: str) -> Base:
    """Return the base of that name, e.g. ``"8710_2M"``.

    Raises:
        KeyError: No base of that name is known.
    """
    return {base.name: base for base in storage_facts().bases}[name]


def byte_sum(data: bytes) -> int:
    """Return the checksum Tuya's storage uses: the sum of all bytes, modulo 2**32."""
    return sum(data) & 0xFFFFFFFF
