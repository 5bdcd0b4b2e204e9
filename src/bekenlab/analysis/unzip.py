"""Reads the members of a ZIP archive, in bounded memory and number."""

from __future__ import annotations

import errno
import zlib
from pathlib import PurePosixPath
from typing import IO, TYPE_CHECKING

from bekenlab.errors import BekenlabError, CorruptInputError, TooLargeError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_MOST_MEMBERS = 256
# ValueError: a member's name or sizes make no sense. RuntimeError: it is encrypted.
_ERRORS = (
    zlib.error,
    EOFError,
    NotImplementedError,
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

    try:
        with zipfile.ZipFile(stream) as archive:
            members = [info for info in archive.infolist() if wanted(info.filename)]
            _check(name, len(members))
            total, used = 0, set[str]()
            for info in members:
                with archive.open(info) as member:
                    data = read(member, info.filename)
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


def damaged(name: str, error: Exception) -> BekenlabError:
    """The error for a packed file that cannot be unpacked."""
    return CorruptInputError(
        f"{name} is packed, but damaged: {str(error).lower() or 'it ends too early'}",
        hint="copy or download it again",
    )
