"""Write the site of a corpus."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bekenlab.corpus.ask import opened
from bekenlab.corpus.devices import devices
from bekenlab.corpus.store import Store
from bekenlab.errors import file_access
from bekenlab.files import refuse_existing, write_new

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from bekenlab.corpus.devices import KnownDevice

    Pages = Callable[[Iterable[KnownDevice], str], Iterator[tuple[str, str]]]


def write_site(folder: Path, output: Path, pages: Pages, *, title: str, names: bool) -> int:
    """Write the site of a corpus into a new folder.

    Args:
        folder: The corpus.
        output: The folder, which must not exist yet.
        pages: Makes the files of the site.
        title: Its title.
        names: Whether to show names of files.

    Returns:
        How many files it has.

    Raises:
        BekenlabError: There is no corpus, or the folder exists or cannot be written.
    """
    count = 0
    with opened(Store(folder)) as corpus:
        refuse_existing(output)
        for path, content in pages(devices(corpus, names=names), title):
            target = output / path
            try:
                target.parent.mkdir(parents=True, exist_ok=True)
            except OSError as error:
                raise file_access(target.parent, "made", error) from error
            write_new(target, content.encode("utf-8", "replace"))
            count += 1
    return count
