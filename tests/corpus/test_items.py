"""Which files a corpus is built from."""

from pathlib import Path

import pytest

from bekenlab.corpus.items import bundles, found_below, generated
from bekenlab.errors import FileAccessError


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("b.bin", "a.bin.xz", "sub/c.TXT", "sub/d.log", ".hidden/e.bin", "f.doc", "g.cfg"):
        path = tmp_path / "dumps" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x")
    return tmp_path / "dumps"


def test_files_of_devices_are_found_in_order_and_shown_without_the_path(folder: Path) -> None:
    found = list(found_below([folder], Path("elsewhere")))
    assert [item.shown for item in found] == [
        "dumps/a.bin.xz",
        "dumps/b.bin",
        "dumps/g.cfg",
        "dumps/sub/c.TXT",
        "dumps/sub/d.log",
    ]
    assert not any(item.named for item in found)
    assert all(str(folder.parent) not in item.shown + item.place for item in found)


def test_a_file_that_is_named_counts_whatever_its_name(folder: Path) -> None:
    [found] = found_below([folder / "f.doc"], Path("elsewhere"))
    assert found.named
    assert found.shown == "f.doc"


def test_the_corpus_itself_is_not_read(folder: Path) -> None:
    found = found_below([folder], folder / "sub")
    assert {item.shown for item in found} == {"dumps/a.bin.xz", "dumps/b.bin", "dumps/g.cfg"}


def test_a_path_that_is_missing_is_told(folder: Path) -> None:
    with pytest.raises(FileAccessError, match="does not exist"):
        list(found_below([folder / "no.bin"], Path("elsewhere")))


def test_a_change_of_the_file_changes_its_state(folder: Path) -> None:
    path = folder / "b.bin"
    before, twin = (next(iter(found_below([path], Path("x")))) for _ in range(2))
    path.write_bytes(b"longer")
    [after] = found_below([path], Path("x"))
    assert before.state == twin.state != after.state
    assert before.place == after.place


def test_bundles_hold_each_file_once(folder: Path) -> None:
    items = list(found_below([folder, folder], Path("elsewhere")))
    assert [len(bundle) for bundle in bundles(items, 2)] == [2, 2, 1]


def test_generated_dumps_have_places_of_their_own() -> None:
    first, other = list(generated(3, seed=1)), list(generated(3, seed=2))
    assert len({item.place for item in (*first, *other)}) == 6
    assert [(item.number, item.path) for item in first] == [(0, ""), (1, ""), (2, "")]
