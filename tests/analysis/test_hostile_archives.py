"""Archives made to fill memory: what they ask for is refused, and said."""

import bz2
import gzip
import io
import lzma
import resource
import struct
import sys
import time
import zipfile
import zlib
from collections.abc import Callable

import pytest

from bekenlab.analysis.inputs import MAX_SIZE, unpack
from bekenlab.analysis.unpack import unpack_xz
from bekenlab.errors import BekenlabError, CorruptInputError, TooLargeError

MIB = 1 << 20


def xz_with_dictionary(bits: int) -> bytes:
    """An .xz file whose header asks for a dictionary; 40 stands for 4 GiB."""
    packed = bytearray(lzma.compress(b"flash" * 1000))
    at = packed.index(b"\x21\x01", 12)  # filter LZMA2, one byte of properties
    packed[at + 2] = bits
    size = (packed[12] + 1) * 4
    packed[12 + size - 4 : 12 + size] = struct.pack("<I", zlib.crc32(packed[12 : 12 + size - 4]))
    return bytes(packed)


def zipped(content: bytes, method: int) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", method) as archive:
        archive.writestr("a.bin", content)
    return stream.getvalue()


def zip_with_dictionary(size: int) -> bytes:
    packed = bytearray(zipped(b"flash" * 1000, zipfile.ZIP_LZMA))
    at = 30 + len("a.bin") + 4 + 1
    packed[at : at + 4] = struct.pack("<I", size)
    return bytes(packed)


def zip_of_entries(count: int) -> bytes:
    """An archive that says it has one entry, and has many."""
    entry = struct.pack("<4s4B4HL2L5H2L", b"PK\x01\x02", *[0] * 4, *[0] * 4, *[0] * 3, 1, *[0] * 6)
    directory = (entry + b"a") * count
    end = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 1, 1, len(directory), 4, 0)
    return b"PK\x03\x04" + directory + end


BOMBS: dict[str, Callable[[], bytes]] = {
    "xz with a dictionary of 4 GiB": lambda: xz_with_dictionary(40),
    "xz with a dictionary of 192 MiB": lambda: xz_with_dictionary(31),
    "zip with a dictionary of 4 GiB": lambda: zip_with_dictionary(0xFFFF_FFFF),
    "zip of half a million entries": lambda: zip_of_entries(500_000),
    "gzip in a thousand streams": lambda: gzip.compress(b"") * 20_000,
    "xz in a thousand streams": lambda: lzma.compress(b"") * 20_000,
    "gzip of zeros": lambda: gzip.compress(bytes(MAX_SIZE + 1)),
    "xz of zeros": lambda: lzma.compress(bytes(MAX_SIZE + 1), preset=0),
    "zip of zeros, method 8": lambda: zipped(bytes(MAX_SIZE + 1), zipfile.ZIP_DEFLATED),
    "zip of zeros, method 12": lambda: zipped(bytes(MAX_SIZE + 1), zipfile.ZIP_BZIP2),
}


@pytest.mark.parametrize("kind", BOMBS)
def test_a_bomb_is_refused_in_bounded_time(kind: str) -> None:
    bomb = BOMBS[kind]()
    began = time.monotonic()
    with pytest.raises(TooLargeError) as caught:
        unpack("a.pack", bomb)
    assert time.monotonic() - began < 2.0
    assert any(char.isdigit() for char in caught.value.message), "it tells what was seen"
    assert caught.value.hint


def test_what_xz_writes_at_its_best_is_unpacked() -> None:
    data = b"flash" * 1000
    best = lzma.compress(data, preset=9 | lzma.PRESET_EXTREME)
    assert unpack("a", best)[0].data == data
    assert unpack("a", best + bytes(8) + best)[0].data == 2 * data, "streams with padding between"
    assert unpack("a", gzip.compress(data) + gzip.compress(data))[0].data == 2 * data


def test_layers_are_not_unpacked_one_after_the_other() -> None:
    inner = gzip.compress(b"flash" * 1000)
    assert unpack("a", gzip.compress(inner))[0].data == inner


def test_entries_that_overlap_do_not_multiply() -> None:
    """Two hundred entries that all name the same packed zeros."""
    packed = bytearray(zipped(bytes(8 * MIB), zipfile.ZIP_DEFLATED))
    at = packed.index(b"PK\x01\x02")
    end = packed.index(b"PK\x05\x06")
    entry = bytes(packed[at:end])
    tail = bytearray(packed[end:])
    tail[8:16] = struct.pack("<HHL", 200, 200, 200 * len(entry))
    with pytest.raises(BekenlabError) as caught:
        unpack("a.zip", bytes(packed[:at]) + 200 * entry + bytes(tail))
    assert isinstance(caught.value, TooLargeError | CorruptInputError)


@pytest.mark.skipif(sys.platform == "win32", reason="no such limit")
def test_methods_that_unpack_all_they_are_given_are_given_little() -> None:
    """A megabyte of bzip2 or LZMA is gigabytes of zeros."""
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for bomb in (bz2.compress(bytes(64 * MIB)) * 64, lzma.compress(bytes(MIB), lzma.FORMAT_ALONE)):
        assert bomb  # what is measured is below
    with pytest.raises(TooLargeError):
        unpack("a.zip", BOMBS["zip of zeros, method 12"]())
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 400 << 10


def test_what_follows_the_last_stream_is_ignored() -> None:
    """As xz itself does it; packed backups of the past must stay readable."""
    packed = lzma.compress(b"dump") + lzma.compress(b"s")
    for tail in (b"", bytes(8), b"x", b"\xfe other bytes"):
        assert b"".join(unpack_xz("a.xz", io.BytesIO(packed + tail))) == b"dumps"
