"""Small corpora for the tests, made in this process or by real workers."""

import os
from pathlib import Path
from typing import Any

from bekenlab.corpus.items import Item, found_below
from bekenlab.corpus.reading import Content, Request
from bekenlab.corpus.store import Store
from bekenlab.corpus.tables import completed
from bekenlab.corpus.task import Task
from bekenlab.jobs.corpus.build import READER
from bekenlab.jobs.corpus.read import read
from bekenlab.version import __version__

TESTS = Path(__file__).resolve().parents[1]
PLUG = b"{rl1_pin:26,rl1_lv:1,bt1_pin:10,module:CB2S}"
LAMP = b"{r_pin:26,r_lv:1,g_pin:24,g_lv:1,b_pin:6,b_lv:1,module:CB3S}"
FAULTY = "corpus.faulty"


def path_of_tests() -> str:
    """What a process needs to find this package and the tests."""
    return os.pathsep.join([str(TESTS.parent / "src"), str(TESTS)])


def item(path: Path, *, named: bool = True) -> Item:
    [found] = found_below([path], Path("nowhere"))
    return found if named else Item(found.place, found.path, found.shown)


def looked(
    path: Path, *, named: bool = True, known: Path | None = None, salt: bytes = b"salt"
) -> list[Content]:
    """The contents of a file as a worker's helper reads them."""
    if known is None:
        known = path.parent / "known.bin"
        known.touch()
    return list(read(Request(item(path, named=named), str(known), salt, "never", "never", 60)))


def task(folder: Path, reader: str = READER, **changes: Any) -> Task:
    """A task for a corpus that is being built."""
    known = folder / "known.bin"
    known.touch()
    return Task(str(folder), str(known), reader, boot="never", **changes)


def made(folder: Path, paths: list[Path], run: int = 1) -> Store:
    """A corpus of these files, without workers."""
    store = Store(folder)
    with store.building() as number:
        rows: list[tuple[str, dict[str, Any]]] = []
        for each in found_below(paths, folder):
            for content in looked(Path(each.path), salt=store.salt()):
                row = {"place": each.place, "file": each.shown, "version": __version__}
                rows.append(("files", row | content.file))
                rows += [
                    (table, {**said, "version": __version__}) if table == "dumps" else (table, said)
                    for table, said in content.rows or ()
                ]
        store.write_bundle(f"{number:06d}-{run}", completed(rows, f"{number:06d}-{run}"))
        store.merge(__version__)
    return store
