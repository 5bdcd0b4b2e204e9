"""What a corpus is built from: files below paths, or numbers of generated dumps."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from bekenlab.analysis.inputs import SUFFIXES
from bekenlab.errors import FileAccessError, file_access
from bekenlab.files import path_id

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

TEXTS = frozenset({".json", ".txt", ".log"})
"""Suffixes of texts: in a folder, a text about no device is no error."""

_SUFFIXES = SUFFIXES | TEXTS | {".cfg"}


@dataclass(frozen=True, slots=True)
class Item:
    """One file to read, or one dump to generate.

    Attributes:
        place: Which file it is, without its path.
        path: The file; empty for a generated dump.
        shown: Its path below the one that was named, as tables have it.
        size: Its size in bytes.
        modified: When it was changed last, in ns.
        named: Whether it was named itself, not only a folder above it.
        number: Number of the generated dump, or None.
        seed: Its seed.
    """

    place: str
    path: str
    shown: str
    size: int = 0
    modified: int = 0
    named: bool = False
    number: int | None = None
    seed: int = 0

    @property
    def state(self) -> bytes:
        """Short digest of the place and of what shows that its file has changed."""
        text = f"{self.place} {self.size} {self.modified}"
        return hashlib.blake2b(text.encode(), digest_size=12).digest()


def generated(count: int, seed: int) -> Iterator[Item]:
    """The first dumps of an endless, reproducible row of them.

    Args:
        count: How many.
        seed: Which row.
    """
    for number in range(count):
        name = f"generated-{seed}-{number:06d}.bin"
        place = hashlib.sha256(name.encode()).hexdigest()[:16]
        yield Item(place, "", name, number=number, seed=seed)


def found_below(paths: Sequence[Path], without: Path) -> Iterator[Item]:
    """The files to read, a folder's in the order of their names; each once.

    Args:
        paths: Files and folders.
        without: The corpus itself, which may be below one of them.

    Raises:
        FileAccessError: A path does not exist, or a folder cannot be read.
    """
    for path in paths:
        try:
            if path.is_dir():
                yield from _folder(path, Path(path.name or path.resolve().name), without.resolve())
            elif path.exists():
                yield _item(path, path.name, named=True)
            else:
                raise FileAccessError(
                    f"{path} does not exist", hint="check the spelling and the folder"
                )
        except OSError as error:
            raise file_access(path, "read", error, hint="check its permissions") from error


def _folder(folder: Path, shown: Path, without: Path) -> Iterator[Item]:
    """Files of a folder and of those in it; one that vanishes meanwhile is not there."""
    with os.scandir(folder) as listed:
        entries = sorted(listed, key=lambda entry: entry.name)
    for entry in entries:
        if entry.name.startswith((".", "__MACOSX")):
            continue
        path = Path(entry.path)
        if entry.is_dir(follow_symlinks=False):
            if path.resolve() != without:
                yield from _folder(path, shown / entry.name, without)
        elif path.suffix.lower() in _SUFFIXES and entry.is_file():
            yield _item(path, (shown / entry.name).as_posix(), named=False)


def _item(path: Path, shown: str, *, named: bool) -> Item:
    status = path.stat()
    whole = Path(os.path.abspath(path))  # noqa: PTH100  links stay: it is about the name
    return Item(path_id(whole), str(whole), shown, status.st_size, status.st_mtime_ns, named)


def bundles(items: Iterable[Item], size: int) -> Iterator[tuple[Item, ...]]:
    """Items in bundles, each about as large as the work on it is worth sending.

    Args:
        items: The items; a file that was named twice comes once.
        size: Items of a bundle.
    """
    seen: set[str] = set()
    bundle: list[Item] = []
    for item in items:
        if item.place in seen:
            continue
        seen.add(item.place)
        bundle.append(item)
        if len(bundle) == size:
            yield tuple(bundle)
            bundle = []
    if bundle:
        yield tuple(bundle)
