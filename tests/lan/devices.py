"""Devices for the tests, and a client that lives at their speed."""

from __future__ import annotations

import gzip
import random
import time
import zlib
from typing import TYPE_CHECKING

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from bekenlab.image import rbl
from bekenlab.image.fnv import fnv1a
from bekenlab.lan.clock import Timeouts
from bekenlab.lan.device import Device
from bekenlab.secret import Secret

if TYPE_CHECKING:
    from lan.fake import FakeDevice

QUICK = Timeouts(connect=2, answer=2, upload=5, save=2, reboot=5, update=5, poll=0.02, tries=4)
# In seconds of the device's clock, of which there are a hundred in one of ours.
PATIENT = Timeouts(
    connect=2, answer=500, upload=1000, save=200, reboot=500, update=500, poll=1, tries=4
)
SECOND = 0.01
NEW_BUILD = "Built on Sep  9 2026 09:09:09 version 1.18.999"


class DeviceClock:
    """Time as the fake device has it."""

    def now(self) -> float:
        return time.monotonic() / SECOND

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds * SECOND)


def client(device: FakeDevice, password: str | None = None) -> Device:
    """A client for one question."""
    return Device(device.host, password=_secret(password), timeouts=QUICK)


def patient_client(device: FakeDevice, password: str | None = None) -> Device:
    """A client that waits for restarts, at the device's speed."""
    return Device(device.host, password=_secret(password), timeouts=PATIENT, clock=DeviceClock())


def _secret(password: str | None) -> Secret | None:
    return Secret(password.encode()) if password is not None else None


def package(
    chip: str = "BK7231N",
    *,
    partition: str = "app",
    name: str | None = None,
    filling: int = 20_000,
    body_crc: int | None = None,
) -> bytes:
    """An OTA package as OpenBeken's are made, with invented code in it."""
    code = b"\0" + (name or f"Open{chip}").encode() + b" 1.18.999 Sep  9 2026 09:09:00\0"
    code += NEW_BUILD.encode() + b"\0" + random.Random(1).randbytes(filling)
    packed = gzip.compress(code, mtime=0)
    packed += bytes([16 - len(packed) % 16]) * (16 - len(packed) % 16)
    key, start = b"0123456789ABCDEF" * 2, b"0123456789ABCDEF"
    encryptor = Cipher(algorithms.AES256(key), modes.CBC(start)).encryptor()
    body = encryptor.update(packed) + encryptor.finalize()
    header = rbl.RblHeader(
        algorithm=0x102,
        timestamp=0,
        name=partition,
        version="1.00",
        serial="0",
        body_crc32=zlib.crc32(body) if body_crc is None else body_crc,
        raw_fnv1a=fnv1a(code),
        raw_size=len(code),
        package_size=len(body),
    )
    return header.encode() + body
