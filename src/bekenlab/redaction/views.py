"""The layers of a dump in which a secret can hide, each decoded over the whole file at once.

Storage is encrypted in independent blocks of 16 bytes, so the whole file can be decrypted as if all
of it were storage. This also finds remnants that nothing points to any more.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

from bekenlab.image import framing
from bekenlab.tuya.crypto import decrypt, encrypt
from bekenlab.tuya.facts import storage_facts
from bekenlab.tuya.fast_connect import MASK, masked

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bekenlab.image import Image

Range = tuple[int, int]
_BLOCK = 16
_RESOLUTION = 256


@dataclass(frozen=True, slots=True)
class View:
    """A dump decoded in one way.

    Attributes:
        name: Name of the decoding, for messages.
        data: The decoded bytes, as long as the dump.
        encode: Encodes decoded bytes at an offset again, in blocks of 16 bytes.
        start: First decoded offset; bytes before it are as stored.
        unit: Number of bytes that must be encoded together; a remainder at the end is as stored.
    """

    name: str
    data: bytes = field(repr=False)
    encode: Callable[[bytes, int], bytes] = field(repr=False)
    start: int = 0
    unit: int = 1


Decoder = Callable[[bytes], View]


def decoders(keys: Iterable[bytes], phase: int) -> tuple[Decoder, ...]:
    """Return one function per view, which decodes flash bytes into it.

    Args:
        keys: Data keys of all storages found.
        phase: Offset of the first sector.
    """
    master = storage_facts().master_key
    found: list[Decoder] = [
        lambda data: View("as stored", data, lambda plain, _at: plain),
        lambda data: View(
            "without the mask of fast connect",
            masked(data, phase),
            lambda plain, at: masked(plain, (phase - at) % len(MASK)),
        ),
        partial(_decrypted, "under the master key", (master,), phase % _BLOCK),
    ]
    for key in dict.fromkeys(keys):
        found.append(partial(_decrypted, "under the storage key", (key,), phase % _BLOCK))
        found.append(partial(_decrypted, "under both keys", (master, key), phase % _BLOCK))
    return tuple(found)


def _decrypted(name: str, layers: tuple[bytes, ...], start: int, data: bytes) -> View:
    """The view decrypted with several keys, the outermost first."""
    end = start + max(len(data) - start, 0) // _BLOCK * _BLOCK
    plain = data[start:end]
    for key in layers:
        plain = decrypt(key, plain)
    whole = data[:start] + plain + data[max(start, end) :]
    return View(name, whole, _sealer(*reversed(layers)), start, _BLOCK)


def _sealer(*keys: bytes) -> Callable[[bytes, int], bytes]:
    def seal(plain: bytes, _at: int) -> bytes:
        for key in keys:
            plain = encrypt(key, plain)
        return plain

    return seal


def code_ranges(image: Image) -> tuple[Range, ...]:
    """Return the ranges of framed code, as offsets into ``image.physical``."""
    return tuple((span.start, span.end) for span in image.spans)


def stored_code(image: Image) -> bytes:
    """Return the framed code as stored, without its CRC bytes; empty if there is none."""
    if not image.spans:
        return b""
    return framing.strip(image.physical[image.spans[0].start : image.spans[-1].end])


def overlaps(ranges: Iterable[Range], start: int, end: int) -> bool:
    """Whether ``[start, end)`` overlaps any of the ranges."""
    return any(first < end and start < last for first, last in ranges)


def without(ranges: Iterable[Range], size: int) -> tuple[Range, ...]:
    """Return the parts of ``[0, size)`` that are in none of the ranges."""
    left: list[Range] = []
    at = 0
    for start, end in sorted(ranges):
        if start > at:
            left.append((at, min(start, size)))
        at = max(at, end)
    if at < size:
        left.append((at, size))
    return tuple(part for part in left if part[0] < part[1])


def patch(target: bytearray, view: View, changed: bytearray) -> None:
    """Write the changed blocks of a view back into the dump."""
    before = view.data
    size = len(before)
    for rough in range(0, size, _RESOLUTION):
        if before[rough : rough + _RESOLUTION] == changed[rough : rough + _RESOLUTION]:
            continue
        first = max((rough - view.start) // _BLOCK, 0) * _BLOCK + view.start
        for at in range(first, min(rough + _RESOLUTION, size), _BLOCK):
            end = min(at + _BLOCK, size)
            if before[at:end] == changed[at:end]:
                continue
            plain = bytes(changed[at:end])
            rest = end - at < view.unit
            target[at:end] = plain if rest else view.encode(plain, at)
