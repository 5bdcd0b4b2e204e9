"""The ``oem_cfg`` file: an unencrypted copy of the pin configuration.

Tuya's firmware copies ``user_param_key`` into a file of a tiny file system (``uf``), at the start
of a 4 KiB sector: 0x1D4000 on most BK7231N, 0x1E5000 on most BK7231T, rarely elsewhere.
Source: Tuya's ``light_soc/soc_flash.c`` and 26 of 48 dumps.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from bekenlab.chips import SECTOR

MAX_TEXT = 2 * SECTOR  # user_param_key itself is at most 4096 bytes
_MAX_FOUND = 64
_BRACE = ord("{")
# Other files in the same file system are JSON as well: {"max":0,...}, {"fsw_cnt_key":1}
_MARKERS = (b"crc:", b"module:", b'module"', b"sonver", b"jv:", b'jv"', b"_pin:", b'_pin"', b'sw":')
_TEXT = bytes(range(0x20, 0x7F)) + b"\t\r\n" + bytes(range(0x80, 0xFF))
_SPACE = b"\xef\xbb\xbf \t\r\n"


@dataclass(frozen=True, slots=True)
class OemCfg:
    """An unencrypted configuration.

    Attributes:
        address: File offset of its opening brace plus the caller's base.
        text: The text from the opening brace, without padding.
    """

    address: int
    text: str


def find_oem_cfg(data: bytes, *, base: int = 0, phase: int = 0) -> tuple[OemCfg, ...]:
    """Find all unencrypted configurations in a file, which may consist of just such a text.

    Args:
        data: The whole file.
        base: Address of its first byte.
        phase: Offset of the first sector, 0..4095; the same as for the storage (``start % 4096``).

    Returns:
        The configurations in order of address; at most 64.
    """
    first = data[:64]
    at = len(first) - len(first.lstrip(_SPACE))
    starts = [at] if data[at : at + 1] == b"{" else []
    heads = np.frombuffer(data, np.uint8)[phase % SECTOR :: SECTOR]
    starts += [phase % SECTOR + int(i) * SECTOR for i in np.flatnonzero(heads == _BRACE)]
    found = []
    for start in dict.fromkeys(starts):
        text = _text_at(data, start)
        if text is not None:
            found.append(OemCfg(base + start, text))
        if len(found) == _MAX_FOUND:
            break
    return tuple(found)


def _text_at(data: bytes, start: int) -> str | None:
    raw = data[start : start + MAX_TEXT].partition(b"\x00")[0].partition(b"\xff")[0]
    if not any(marker in raw for marker in _MARKERS):
        return None
    if raw.translate(None, _TEXT):
        # Something binary follows in the same sector: keep the text before it.
        raw = raw[: raw.rfind(b"}", 0, _first_binary(raw)) + 1]
        if not any(marker in raw for marker in _MARKERS):
            return None
    return raw.decode("utf-8", "replace").rstrip()


def _first_binary(raw: bytes) -> int:
    return next(i for i, byte in enumerate(raw) if byte not in _TEXT)
