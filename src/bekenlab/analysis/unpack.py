"""Unpacks .xz and .gz files in bounded memory, piece by piece."""

from __future__ import annotations

import lzma
import zlib
from abc import ABC, abstractmethod
from typing import IO, TYPE_CHECKING, Any

from bekenlab.analysis.unzip import MOST_MEMORY, damaged, too_much_memory
from bekenlab.errors import TooLargeError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_READ = 1 << 16
_PIECE = 1 << 20
# Programs that pack in parallel write a stream for each few megabytes.
_MOST_STREAMS = 1000
_OUT_OF_MEMORY = "Memory usage limit exceeded"
_XZ_MAGIC = b"\xfd7zXZ\0"


class _Unpacker(ABC):
    """Unpacks one stream with a decompressor of the standard library."""

    _inner: Any

    @property
    def eof(self) -> bool:
        """Whether the stream has ended."""
        return bool(self._inner.eof)

    @property
    def unused_data(self) -> bytes:
        """What came after its end."""
        return bytes(self._inner.unused_data)

    @abstractmethod
    def feed(self, data: bytes) -> Iterator[bytes]:
        """Yield what more of the stream unpacks to, in pieces."""


class _Xz(_Unpacker):
    def __init__(self) -> None:
        self._inner = lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=MOST_MEMORY)

    def feed(self, data: bytes) -> Iterator[bytes]:
        yield self._inner.decompress(data, _PIECE)
        while not self._inner.eof and not self._inner.needs_input:
            yield self._inner.decompress(b"", _PIECE)


class _Gzip(_Unpacker):
    def __init__(self) -> None:
        self._inner = zlib.decompressobj(wbits=31)

    def feed(self, data: bytes) -> Iterator[bytes]:
        yield self._inner.decompress(data, _PIECE)
        while not self._inner.eof and (
            piece := self._inner.decompress(self._inner.unconsumed_tail, _PIECE)
        ):
            yield piece


def unpack_xz(name: str, stream: IO[bytes]) -> Iterator[bytes]:
    """The content of a .xz file, in pieces of at most 1 MiB.

    Raises:
        CorruptInputError: It is damaged.
        TooLargeError: It needs more memory than ``MOST_MEMORY``, or has too many streams.
    """
    try:
        yield from _streams(name, stream, _Xz, _XZ_MAGIC)
    except MemoryError as error:
        raise too_much_memory(name) from error
    except lzma.LZMAError as error:
        if _OUT_OF_MEMORY in str(error):
            raise too_much_memory(name) from error
        raise damaged(name, error) from error
    except EOFError as error:
        raise damaged(name, error) from error


def unpack_gzip(name: str, stream: IO[bytes]) -> Iterator[bytes]:
    """The content of a .gz file; see :func:`unpack_xz`."""
    try:
        yield from _streams(name, stream, _Gzip)
    except (zlib.error, EOFError) as error:
        raise damaged(name, error) from error


def _streams(
    name: str, stream: IO[bytes], unpacker: Callable[[], _Unpacker], magic: bytes = b""
) -> Iterator[bytes]:
    rest = stream.read(_READ)
    for _ in range(_MOST_STREAMS):
        one = unpacker()
        while True:
            yield from one.feed(rest)
            if one.eof:
                break
            rest = stream.read(_READ)
            if not rest:
                raise EOFError
        rest = one.unused_data.lstrip(b"\0")  # padding
        while not rest:
            piece = stream.read(_READ)
            if not piece:
                return
            rest = piece.lstrip(b"\0")
        if rest[: len(magic)] != magic[: len(rest)]:
            return  # other programs ignore what follows, too
    raise TooLargeError(
        f"{name} is packed in more than {_MOST_STREAMS:,} streams",
        hint="unpack it and give the result",
    )
