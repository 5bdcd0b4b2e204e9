"""Flash contents of devices that lack something: made from the sample and from public firmware."""

from __future__ import annotations

import numpy as np

from bekenlab.image import cipher, framing
from bekenlab.image.cipher import TUYA_KEY, CodeKey
from bekenlab.samples import build_sample

SECTOR, APP, FLASH = 0x1000, 0x11000, 0x200000
RF_N, RF_7238 = 0x1D0000, 0x1E0000
OTHER_KEY = CodeKey.parse("2a6f1d44 70915be3 8c24f7a1 b3c69a03")


def changed(flash: bytes, address: int, data: bytes) -> bytes:
    """Flash with other bytes at an address."""
    return flash[:address] + data + flash[address + len(data) :]


def blank(flash: bytes, start: int, end: int) -> bytes:
    """Flash with a range erased."""
    return changed(flash, start, b"\xff" * (end - start))


def app_at_zero(flash: bytes, qio: bytes) -> bytes:
    """Flash whose owner wrote an application to 0 instead of 0x11000."""
    return changed(flash, 0, qio[APP:])


def whole(qio: bytes, rf: int | None = None) -> bytes:
    """A chip that holds firmware, and RF data at an address."""
    flash = qio.ljust(FLASH, b"\xff")
    return flash if rf is None else changed(flash, rf, SAMPLE[RF_N : RF_N + SECTOR])


def recoded(flash: bytes, start: int, end: int, key: CodeKey, old: CodeKey = TUYA_KEY) -> bytes:
    """Flash with the code in a range encrypted under another key; blank frames stay blank."""
    found = bytearray(flash)
    first = -(-start // framing.FRAME_SIZE) * framing.FRAME_SIZE
    for at in range(first, end - framing.FRAME_SIZE + 1, framing.FRAME_SIZE):
        frame = flash[at : at + framing.FRAME_SIZE]
        block = np.frombuffer(frame[: framing.DATA_SIZE], np.uint8)[None]
        if int(framing.frame_crcs(block)[0]) == int.from_bytes(frame[framing.DATA_SIZE :], "big"):
            address = framing.to_logical(at)
            plain = cipher.apply(frame[: framing.DATA_SIZE], address, old)
            found[at : at + framing.FRAME_SIZE] = framing.add(cipher.apply(plain, address, key))
    return bytes(found)


SAMPLE = build_sample()
