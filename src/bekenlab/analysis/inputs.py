"""Reads the files and folders a user names, in bounded memory.

Dumps may be packed (.xz, .gz, .zip); configurations are text. Packed data is unpacked in pieces,
only up to the size of the largest flash chip, so a zip bomb does no harm.

A path may go on below an archive (``dumps.zip/plug.bin``), or below a text that holds several
configurations or reports (``post.txt/2``). So each of several has a path to choose it by.
"""

from __future__ import annotations

import io
import re
import stat
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, TYPE_CHECKING

from bekenlab.analysis.configuration import MAX_TEXT, is_text, read_configuration
from bekenlab.analysis.several import SeveralInputsError
from bekenlab.analysis.unzip import unzip
from bekenlab.errors import (
    BekenlabError,
    FileAccessError,
    RefusedError,
    TooLargeError,
    file_access,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

MAX_SIZE = 32 << 20
"""Largest input in bytes, unpacked: twice the largest flash built into these chips."""

SUFFIXES = frozenset({".bin", ".img", ".rbl", ".xz", ".gz", ".zip", ".json", ".txt"})
"""Suffixes searched for in folders; a file named explicitly may have any name."""

_TEXTS = frozenset({".json", ".txt"})
# All members of an archive together, which are in memory at the same time.
_MAX_ARCHIVE = 4 * MAX_SIZE
_PIECE = 1 << 20
_PART = re.compile(r"[1-9][0-9]{0,5}")
_XZ = b"\xfd7zXZ\x00"
_GZIP = b"\x1f\x8b"


@dataclass(frozen=True, slots=True)
class InputFile:
    """One file to analyse.

    Attributes:
        name: Base name of the file, or of the member if an archive holds several.
        path: Where it was read from; below the archive if that holds several.
        data: The bytes, unpacked.
        part: Number of the configuration or report that was chosen in a text, from 1; None: none
            was.
    """

    name: str
    path: Path
    data: bytes = field(repr=False)
    part: int | None = None


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
            elif path.exists() or _container(path):
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
        container = _container(path)
        if container is not None:
            return (_inside(container, path),)
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            raise FileAccessError(f"{path} is not a regular file", hint="name a dump file")
        if status.st_size > MAX_SIZE:
            raise _too_large(path.name, status.st_size)
        with path.open("rb") as stream:
            return tuple(_unpack(path, stream))
    except OSError as error:
        raise _access_error(path, error) from error


def _container(path: Path) -> Path | None:
    """The file that a path goes on below, or None for an ordinary path."""
    if path.exists():
        return None
    return next((parent for parent in path.parents if parent.is_file()), None)


def _inside(container: Path, path: Path) -> InputFile:
    """A member of an archive, or a part of a text."""
    files = load(container)
    member = next((file for file in files if file.path == path), None)
    if member is not None:
        return member
    below = path.relative_to(container).as_posix()
    if len(files) == 1 and _PART.fullmatch(below) and is_text(files[0].data):
        return InputFile(f"{container.name} ({below})", path, files[0].data, int(below))
    raise FileAccessError(f"{container} holds no {below}", hint="check the spelling")


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
        raise RefusedError(
            f"{name} is an archive of {len(files)} files",
            hint="unpack it, and give one of the files",
        )
    return files[0]


def load_one(path: Path) -> InputFile:
    """Read a single file, packed or not, or the only one in a folder.

    Raises:
        SeveralInputsError: It is a folder or an archive of several files.
        BekenlabError: As :func:`load`.
    """
    files = load_all(path)
    if len(files) != 1:
        raise SeveralInputsError(path, [file.path for file in files], "files")
    return files[0]


def load_all(path: Path, *, texts: bool = True) -> tuple[InputFile, ...]:
    """Read one file, or the only one in a folder; an archive gives one input per member.

    In an archive, as in a folder, a text counts beside other files only if it has a configuration.

    Args:
        path: The file or folder.
        texts: Whether texts with a configuration count in a folder that has other files as well.

    Raises:
        SeveralInputsError: It is a folder of several files.
        BekenlabError: As :func:`load`.
    """
    if not path.is_dir():
        files = load(path)
        return tuple(file for file in files if len(files) == 1 or _counts(file)) or files
    paths = expand([path])
    if not texts:
        paths = tuple(p for p in paths if p.suffix.lower() not in _TEXTS) or paths
    if len(paths) != 1:
        raise SeveralInputsError(path, paths, "files")
    return load(paths[0])


def _counts(file: InputFile) -> bool:
    if file.path.suffix.lower() not in _TEXTS:
        return True
    return len(file.data) <= MAX_TEXT and read_configuration(file.data) is not None


def _unpack(path: Path, stream: IO[bytes]) -> Iterator[InputFile]:
    head = stream.read(8)
    stream.seek(0)
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        found = list(unzip(path.name, stream, wanted=_wanted, read=_bounded, most=_MAX_ARCHIVE))
        several = len(found) > 1
        for below, data in found:
            inside = path / below
            yield (
                InputFile(inside.name, inside, data)
                if several
                else InputFile(path.name, path, data)
            )
    elif head.startswith((_XZ, _GZIP)):
        yield InputFile(path.name, path, _unpacked(stream, path.name, xz=head.startswith(_XZ)))
    else:
        yield InputFile(path.name, path, _bounded(stream, path.name))


def _unpacked(stream: IO[bytes], name: str, *, xz: bool) -> bytes:
    # Imported here: most files are not packed and need none of it.
    from bekenlab.analysis.unpack import unpack_gzip, unpack_xz

    pieces, size = [], 0
    for piece in unpack_xz(name, stream) if xz else unpack_gzip(name, stream):
        size += len(piece)
        if size > MAX_SIZE:
            raise _too_large(name, None)
        pieces.append(piece)
    return b"".join(pieces)


def _wanted(member: str) -> bool:
    path = Path(member)
    known = path.suffix.lower() in SUFFIXES - {".zip", ".xz", ".gz"}
    return known and not member.endswith("/") and not _is_rubbish(path)


def _is_rubbish(path: Path) -> bool:
    """Whether a file is hidden, in a hidden folder, or left by macOS."""
    return any(part.startswith((".", "__MACOSX")) for part in path.parts)


def _bounded(stream: IO[bytes], name: str) -> bytes:
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


def _access_error(path: Path, error: OSError) -> BekenlabError:
    missing = isinstance(error, FileNotFoundError)
    hint = "check the name, and the folder you are in" if missing else "check its permissions"
    return file_access(path, "read", error, hint=hint)
