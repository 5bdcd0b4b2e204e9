"""AES-128-ECB as Tuya uses it, and the derivation of data block keys."""

from __future__ import annotations

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from bekenlab.tuya.facts import Base, storage_facts

AES_BLOCK = 16
ERASED = b"\xff" * AES_BLOCK


def decrypt(key: bytes, data: bytes) -> bytes:
    """Return ``data`` decrypted with AES-128-ECB; its length is a multiple of 16 bytes."""
    # ECB is what the device uses; it is not a choice made here.
    return Cipher(algorithms.AES(key), modes.ECB()).decryptor().update(data)  # noqa: S305


def encrypt(key: bytes, data: bytes) -> bytes:
    """Return ``data`` encrypted with AES-128-ECB; its length is a multiple of 16 bytes."""
    return Cipher(algorithms.AES(key), modes.ECB()).encryptor().update(data)  # noqa: S305


def data_key(inner_key: bytes, base: Base) -> bytes:
    """Derive the key of data blocks from the 16-byte key in the key block and a base.

    Each byte is the sum, modulo 256, of a byte of the inner key and a byte of the base.
    """
    return bytes((a + b) & 0xFF for a, b in zip(inner_key, base.addend, strict=True))


def base_named(name: str) -> Base:
    """Return the base with that name, e.g. ``"8710_2M"``.

    Raises:
        KeyError: No such base is known.
    """
    return {base.name: base for base in storage_facts().bases}[name]


def byte_sum(data: bytes) -> int:
    """Return the checksum of Tuya's storage: the sum of all bytes, modulo 2**32."""
    return sum(data) & 0xFFFFFFFF
