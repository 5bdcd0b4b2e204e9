"""Reads the members of a ZIP archive, in bounded memory and number."""

from __future__ import annotations

import errno
import io
import struct
import zlib
from pathlib import PurePosixPath
from typing import IO, TYPE_CHECKING, cast

from bekenlab.errors import BekenlabError, CorruptInputError, TooLargeError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

MOST_MEMORY = 128 << 20
"""Bytes of memory that unpacking may take; ``xz -9`` needs half of it."""

_MOST_MEMBERS = 256
_MOST_ENTRIES = 10_000  # of any kind; as many take some 10 MB
_ENTRY = b"PK\x01\x02"
_NAME_LENGTH = 26  # in the header of a member: of its name, and of more
_PIECE = 1 << 20
_SIP = 1 << 12
# ValueError: a member's name or sizes make no sense. RuntimeError: it is encrypted.
_ERRORS = (
    zlib.error,
    EOFError,
    NotImplementedError,
    MemoryError,
    RuntimeError,
    ValueError,
)


def unzip(
    name: str,
    stream: IO[bytes],
    *,
    wanted: Callable[[str], bool],
    read: Callable[[IO[bytes], str], bytes],
    most: int,
) -> Iterator[tuple[str, bytes]]:
    """The members of an archive that are wanted: a path of each below the archive, and its bytes.

    The paths are relative, without ``..``, and each is unique: nothing in an archive names a file
    outside it.

    Args:
        name: Name of the archive, for messages.
        stream: The archive.
        wanted: Tells whether a member counts, by its name.
        read: Reads a member, given with its name, in bounded memory.
        most: Limit of all members together, in bytes.

    Raises:
        CorruptInputError: It is damaged or encrypted, or holds nothing that is wanted.
        TooLargeError: It has too many members, or they are too large.
    """
    import lzma
    import zipfile

    _check_directory(name, stream)
    try:
        with zipfile.ZipFile(stream) as archive:
            members = [info for info in archive.infolist() if wanted(info.filename)]
            _check(name, len(members))
            total, used = 0, set[str]()
            for info in members:
                if info.compress_type == zipfile.ZIP_LZMA:
                    _check_dictionary(info.filename, stream, info.header_offset)
                with archive.open(info) as member:
                    whole = info.compress_type in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
                    data = read(member if whole else _sips(member), info.filename)
                total += len(data)
                if total > most:
                    raise TooLargeError(
                        f"{name} unpacks to more than {most:,} bytes",
                        hint="unpack it and analyse the folder",
                    )
                yield _path(info.filename, used), data
    except (zipfile.BadZipFile, lzma.LZMAError, *_ERRORS) as error:
        raise damaged(name, error) from error
    except OSError as error:
        # bz2 has no error of its own, and a damaged directory makes zipfile seek before the file.
        if error.errno not in (None, errno.EINVAL):
            raise
        raise damaged(name, error) from error


def _sips(member: IO[bytes]) -> IO[bytes]:
    return cast("IO[bytes]", _Sips(member))


class _Sips(io.RawIOBase):
    """Reads a few bytes at a time, for methods of which Python unpacks all that it reads."""

    def __init__(self, member: IO[bytes]) -> None:
        self._member = member

    def read(self, size: int = -1, /) -> bytes:
        return self._member.read(min(size, _SIP) if size > 0 else _SIP)


def _check_directory(name: str, stream: IO[bytes]) -> None:
    """Refuse a directory of hundreds of thousands of entries, which all would be read first.

    What the archive says about their number need not be true, but each has this mark.
    """
    count, rest = 0, b""
    stream.seek(0)
    while piece := stream.read(_PIECE):
        count += (rest + piece).count(_ENTRY)
        rest = piece[1 - len(_ENTRY) :]
    stream.seek(0)
    if count > _MOST_ENTRIES:
        raise TooLargeError(
            f"{name} has a directory of {count:,} entries, more than {_MOST_ENTRIES:,}",
            hint="unpack it and analyse the folder",
        )


def _check_dictionary(name: str, stream: IO[bytes], at: int) -> None:
    """Refuse an LZMA member whose dictionary would take up all memory."""
    stream.seek(at + _NAME_LENGTH)
    lengths = stream.read(4)
    stream.seek(sum(struct.unpack("<HH", lengths)) if len(lengths) == 4 else 0, io.SEEK_CUR)
    head = stream.read(9)  # two of version, two of length, and the properties
    if len(head) == 9 and (size := int.from_bytes(head[5:], "little")) > MOST_MEMORY:
        raise too_much_memory(name, size)


def _check(name: str, count: int) -> None:
    if not count:
        raise CorruptInputError(f"{name} holds no dump", hint="unpack it and see what it contains")
    if count > _MOST_MEMBERS:
        raise TooLargeError(
            f"{name} holds {count:,} files, more than {_MOST_MEMBERS}",
            hint="unpack it and analyse the folder",
        )


def _path(name: str, used: set[str]) -> str:
    parts = [part.replace(":", "_") for part in PurePosixPath(name.replace("\\", "/")).parts]
    path = "/".join(part for part in parts if part not in ("/", "//", ".."))
    number = 1
    unique = path
    while unique in used:
        number += 1
        unique = f"{path} ({number})"
    used.add(unique)
    return unique


def too_much_memory(name: str, size: int | None = None) -> BekenlabError:
    """The error for a packed file that needs more memory to be unpacked than it is given."""
    asked = f"{size:,} bytes" if size else f"more than {MOST_MEMORY >> 20} MiB"
    return TooLargeError(
        f"{name} asks for {asked} of memory to be unpacked",
        hint="no program packs a dump like this; if you trust it, unpack it and give the result",
    )


def damaged(name: str, error: Exception) -> BekenlabError:
    """The error for a packed file that cannot be unpacked."""
    return CorruptInputError(
        f"{name} is packed, but damaged: {str(error).lower() or 'it ends too early'}",
        hint="copy or download it again",
    )
