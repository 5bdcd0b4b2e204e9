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
    first = -(-start // framing.FRAME_SIZE) * framing.FRAME_SIZE
    last = first + (end - first) // framing.FRAME_SIZE * framing.FRAME_SIZE
    frames = np.frombuffer(flash[first:last], np.uint8).reshape(-1, framing.FRAME_SIZE)
    data = np.ascontiguousarray(frames[:, : framing.DATA_SIZE])
    stored = frames[:, framing.DATA_SIZE].astype(int) << 8 | frames[:, framing.DATA_SIZE + 1]
    address = framing.to_logical(first)
    plain = cipher.apply(data.tobytes(), address, old)
    again = np.frombuffer(framing.add(cipher.apply(plain, address, key)), np.uint8)
    is_code = framing.frame_crcs(data) == stored
    found = np.where(is_code[:, None], again.reshape(frames.shape), frames)
    return flash[:first] + found.tobytes() + flash[last:]


SAMPLE = build_sample()
