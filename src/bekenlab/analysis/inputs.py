"""Reads the files and folders a user names, in bounded memory.

Dumps may be packed (.xz, .gz, .zip); configurations are text. Packed data is unpacked in pieces,
only up to the size of the largest flash chip, so a zip bomb does no harm.
"""

from __future__ import annotations

import errno
import io
import stat
import zlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, TYPE_CHECKING

from bekenlab.analysis.configuration import MAX_TEXT, read_configuration
from bekenlab.errors import (
    BekenlabError,
    CorruptInputError,
    FileAccessError,
    RefusedError,
    TooLargeError,
    file_access,
)

if TYPE_CHECKING:
    import gzip
    from collections.abc import Iterable, Iterator, Sequence

MAX_SIZE = 32 << 20
"""Largest input in bytes, unpacked: twice the largest flash built into these chips."""

SUFFIXES = frozenset({".bin", ".img", ".rbl", ".xz", ".gz", ".zip", ".json", ".txt"})
"""Suffixes searched for in folders; a file named explicitly may have any name."""

_TEXTS = frozenset({".json", ".txt"})
_MAX_MEMBERS = 256
# All members of an archive together, which are in memory at the same time.
_MAX_ARCHIVE = 4 * MAX_SIZE
_PIECE = 1 << 20
_XZ = b"\xfd7zXZ\x00"
_GZIP = b"\x1f\x8b"


@dataclass(frozen=True, slots=True)
class InputFile:
    """One file to analyse.

    Attributes:
        name: Base name of the file, or of the member if an archive holds several.
        path: Where it was read from.
        data: The bytes, unpacked.
    """

    name: str
    path: Path
    data: bytes = field(repr=False)


def expand(paths: Iterable[Path]) -> tuple[Path, ...]:
    """Replace folders by the files in them (recursively, sorted); keep other paths as they are.

    A text file in a folder counts only if it holds a configuration, since folders of dumps often
    hold notes and other JSON. A text file named explicitly is kept, so that errors in it are
    reported.

    Raises:
        FileAccessError: A path does not exist, or a folder holds nothing to analyse.
    """
    found: list[Path] = []
    for path in paths:
        try:
            if path.is_dir():
                found.extend(_files_of(path))
            elif path.exists():
                found.append(path)
            else:
                raise FileAccessError(
                    f"{path} does not exist", hint="check the spelling and the folder"
                )
        except OSError as error:
            raise _access_error(path, error) from error
    return tuple(dict.fromkeys(found))


def _files_of(folder: Path) -> list[Path]:
    files = sorted(
        path
        for path in folder.rglob("*")
        if path.suffix.lower() in SUFFIXES
        and not _is_rubbish(path.relative_to(folder))
        and path.is_file()
    )
    files = [path for path in files if path.suffix.lower() not in _TEXTS or _is_configuration(path)]
    if not files:
        raise FileAccessError(
            f"{folder} holds no dumps",
            hint=f"looked for files ending in {', '.join(sorted(SUFFIXES))}",
        )
    return files


def _is_configuration(path: Path) -> bool:
    return path.stat().st_size <= MAX_TEXT and read_configuration(path.read_bytes()) is not None


def load(path: Path) -> tuple[InputFile, ...]:
    """Read one file; an archive gives one input per member.

    Raises:
        FileAccessError: It cannot be read.
        TooLargeError: It is larger than any flash chip, packed or unpacked.
        CorruptInputError: It is packed and damaged.
    """
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            raise FileAccessError(f"{path} is not a regular file", hint="name a dump file")
        if status.st_size > MAX_SIZE:
            raise _too_large(path.name, status.st_size)
        with path.open("rb") as stream:
            return tuple(_unpack(path, stream))
    except OSError as error:
        raise _access_error(path, error) from error


def unpack(name: str, data: bytes) -> tuple[InputFile, ...]:
    """Read a file already in memory; an archive gives one input per member.

    Args:
        name: Its name, for messages; nothing of that name is opened.
        data: The file, packed or not.

    Raises:
        TooLargeError: It is larger than any flash chip, packed or unpacked.
        CorruptInputError: It is packed and damaged.
    """
    return tuple(_unpack(Path(name), io.BytesIO(data)))


def load_stream(name: str, stream: IO[bytes]) -> InputFile:
    """Read a single file from a stream that cannot be rewound, such as standard input.

    Args:
        name: Its name, for messages.
        stream: The stream; no more is read of it than a file may have.

    Raises:
        RefusedError: It is an archive of several files.
        BekenlabError: As :func:`load`.
    """
    try:
        files = unpack(name, _bounded(stream, name))
    except OSError as error:
        raise file_access(name, "read", error) from error
    if len(files) != 1:
        raise several_files(Path(name), [file.name for file in files])
    return files[0]


def load_one(path: Path) -> InputFile:
    """Read a single file, packed or not.

    Raises:
        RefusedError: It is an archive of several files.
        BekenlabError: As :func:`load`.
    """
    files = load(path)
    if len(files) != 1:
        raise several_files(path, [file.name for file in files])
    return files[0]


def several_files(path: Path, names: Sequence[str], what: str = "files") -> RefusedError:
    """The error for an archive of several files where one is needed.

    Args:
        path: The archive.
        names: Names of the files in it.
        what: What they are, e.g. ``"dumps"``.
    """
    return RefusedError(
        f"{path.name} holds {len(names)} {what}: {', '.join(names)}",
        hint="unpack it and choose one of them",
    )


def _unpack(path: Path, stream: IO[bytes]) -> Iterator[InputFile]:
    head = stream.read(8)
    stream.seek(0)
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        yield from _unzip(path, stream)
    elif head.startswith((_XZ, _GZIP)):
        yield InputFile(path.name, path, _unpacked(stream, path.name, xz=head.startswith(_XZ)))
    else:
        yield InputFile(path.name, path, _bounded(stream, path.name))


def _unpacked(stream: IO[bytes], name: str, *, xz: bool) -> bytes:
    # Imported here, as zipfile is below: most files are not packed and need none of them.
    import gzip
    import lzma

    try:
        with lzma.open(stream) if xz else gzip.open(stream) as unpacked:
            return _bounded(unpacked, name)
    except (lzma.LZMAError, gzip.BadGzipFile, zlib.error, EOFError) as error:
        raise _corrupt(name, error) from error


def _unzip(path: Path, stream: IO[bytes]) -> Iterator[InputFile]:
    import lzma
    import zipfile

    try:
        with zipfile.ZipFile(stream) as archive:
            members = [info for info in archive.infolist() if _wanted(info.filename)]
            if not members:
                raise CorruptInputError(
                    f"{path.name} holds no dump", hint="unpack it and see what it contains"
                )
            if len(members) > _MAX_MEMBERS:
                raise TooLargeError(
                    f"{path.name} holds {len(members):,} files, more than {_MAX_MEMBERS}",
                    hint="unpack it and analyse the folder",
                )
            total = 0
            for info in members:
                with archive.open(info) as member:
                    data = _bounded(member, info.filename)
                total += len(data)
                if total > _MAX_ARCHIVE:
                    raise TooLargeError(
                        f"{path.name} unpacks to more than {_MAX_ARCHIVE:,} bytes",
                        hint="unpack it and analyse the folder",
                    )
                name = Path(info.filename).name if len(members) > 1 else path.name
                yield InputFile(name, path, data)
    except (zipfile.BadZipFile, lzma.LZMAError, *_ZIP_ERRORS) as error:
        raise _corrupt(path.name, error) from error
    except OSError as error:
        # bz2 has no error of its own, and a damaged directory makes zipfile seek before the file.
        if error.errno not in (None, errno.EINVAL):
            raise
        raise _corrupt(path.name, error) from error


# ValueError: a member's name or sizes make no sense. RuntimeError: it is encrypted.
_ZIP_ERRORS = (
    zlib.error,
    EOFError,
    NotImplementedError,
    RuntimeError,
    ValueError,
)


def _wanted(member: str) -> bool:
    path = Path(member)
    known = path.suffix.lower() in SUFFIXES - {".zip", ".xz", ".gz"}
    return known and not member.endswith("/") and not _is_rubbish(path)


def _is_rubbish(path: Path) -> bool:
    """Whether a file is hidden, in a hidden folder, or left by macOS."""
    return any(part.startswith((".", "__MACOSX")) for part in path.parts)


def _bounded(stream: IO[bytes] | gzip.GzipFile, name: str) -> bytes:
    pieces, size = [], 0
    while piece := stream.read(_PIECE):
        size += len(piece)
        if size > MAX_SIZE:
            raise _too_large(name, None)
        pieces.append(piece)
    return b"".join(pieces)


def _too_large(name: str, size: int | None) -> BekenlabError:
    seen = f"is {size:,} bytes" if size else f"unpacks to more than {MAX_SIZE:,} bytes"
    return TooLargeError(
        f"{name} {seen}; no flash of these chips is larger than {MAX_SIZE >> 20} MiB",
        hint="name the dump itself, not a disk image or an archive of something else",
    )


def _corrupt(name: str, error: Exception) -> BekenlabError:
    return CorruptInputError(
        f"{name} is packed, but damaged: {str(error).lower() or 'it ends too early'}",
        hint="copy or download it again",
    )


def _access_error(path: Path, error: OSError) -> BekenlabError:
    missing = isinstance(error, FileNotFoundError)
    hint = "check the name, and the folder you are in" if missing else "check its permissions"
    return file_access(path, "read", error, hint=hint)
