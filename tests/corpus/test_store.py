"""A corpus on disk: whole or absent, once or not at all."""

import json
from pathlib import Path
from typing import Any

import pytest

from bekenlab.corpus.ask import opened
from bekenlab.corpus.store import Known, Store
from bekenlab.corpus.tables import Rows, completed
from bekenlab.errors import BusyError, FileAccessError, NotFoundError, UnsupportedError

A, B = "a" * 64, "b" * 64


def rows(name: str, dump: str = A, place: str = "p1", pins: int = 1) -> Rows:
    said: list[tuple[str, dict[str, Any]]] = [
        ("files", {"place": place, "size": 7, "modified": 8, "dump": dump, "version": "1"}),
        ("dumps", {"dump": dump, "module": name, "version": "1", "options": "o"}),
        *(("pins", {"dump": dump, "gpio": gpio}) for gpio in range(pins)),
    ]
    return completed(said, name)


def ask(store: Store, sql: str) -> list[tuple[object, ...]]:
    with opened(store) as corpus:
        return list(corpus.ask(sql).rows)


def test_a_new_corpus_is_empty_and_can_be_asked(tmp_path: Path) -> None:
    store = Store(tmp_path / "corpus")
    with pytest.raises(NotFoundError):
        store.tables()
    with store.building() as run:
        store.merge("1")
    assert run == 1
    assert ask(store, "SELECT count(*) FROM dumps") == [(0,)]
    assert len(store.salt()) == 32
    assert (tmp_path / "corpus" / "salt").stat().st_mode & 0o077 == 0


def test_a_bundle_that_is_there_is_not_written_again(tmp_path: Path) -> None:
    store = Store(tmp_path)
    with store.building():
        assert store.write_bundle("000001-x", rows("000001-x"))
        assert not store.write_bundle("000001-x", rows("000001-x", B))
        assert [path.name for path in store.unmerged()] == ["000001-x"]
        store.merge("1")
    assert ask(store, "SELECT dump FROM dumps") == [(A,)]
    assert store.unmerged() == ()


def test_a_race_for_the_same_bundle_leaves_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = Store(tmp_path)
    with store.building():
        whole = store.folder / "bundles" / "000001-x"
        rename = Path.rename

        def late(path: Path, target: Path) -> Path:
            monkeypatch.setattr(Path, "rename", rename)
            store.write_bundle("000001-x", rows("000001-x"))
            return rename(path, target)

        monkeypatch.setattr(Path, "rename", late)
        assert not store.write_bundle("000001-x", rows("000001-x"))
        assert whole.is_dir()
        assert [path.name for path in whole.parent.iterdir()] == ["000001-x"]


def test_the_latest_rows_of_a_content_stay_and_nothing_is_there_twice(tmp_path: Path) -> None:
    store = Store(tmp_path)
    with store.building():
        store.write_bundle("000001-x", rows("000001-x", pins=5))
        store.write_bundle("000001-y", rows("000001-y", place="p2", pins=2))
        store.merge("1")
    with store.building():
        store.write_bundle("000002-z", rows("000002-z", place="p1", pins=1))
        store.merge("2")
    assert ask(store, "SELECT module FROM dumps") == [("000002-z",)]
    assert ask(store, "SELECT count(*) FROM pins") == [(1,)]
    assert ask(store, "SELECT place FROM files ORDER BY 1") == [("p1",), ("p2",)]
    assert store.manifest().version == "2"


def test_a_merge_that_was_cut_off_changes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = Store(tmp_path)
    with store.building():
        store.write_bundle("000001-x", rows("000001-x"))
        store.merge("1")
        store.write_bundle("000001-y", rows("000001-y", B, "p2"))
    monkeypatch.setattr("bekenlab.corpus.store.shutil.rmtree", lambda *_, **__: None)
    with store.building():
        store.merge("1")  # the bundles and tables it has joined stay behind
    assert len(list(tmp_path.glob("tables-*"))) == 2
    monkeypatch.undo()
    (tmp_path / "tables-000009-abc.part").mkdir()
    (tmp_path / "bundles" / "000001-z-00.part").mkdir()
    with store.building():
        store.merge("1")
    assert ask(store, "SELECT dump FROM dumps ORDER BY 1") == [(A,), (B,)]
    assert len(list(tmp_path.glob("tables-*"))) == 1
    assert list((tmp_path / "bundles").iterdir()) == []


def test_only_one_run_builds_at_a_time(tmp_path: Path) -> None:
    store = Store(tmp_path)
    with store.building(), pytest.raises(BusyError), Store(tmp_path).building():
        pass


def test_what_was_read_is_known_for_the_same_version_and_options(tmp_path: Path) -> None:
    store = Store(tmp_path)
    with store.building() as run:
        assert len(Known(store.write_known(run, "1", "o"))) == 0
        store.write_bundle("000001-x", rows("000001-x", B))
        store.write_bundle("000001-y", rows("000001-y", A, "p2"))
        store.merge("1")
        known = Known(store.write_known(run, "1", "o"))
        assert bytes.fromhex(A) in known
        assert bytes.fromhex(B) in known
        assert b"\0" * 32 not in known
        assert b"\xff" * 32 not in known
        assert len(Known(store.write_known(run, "2", "o"))) == 0
    assert len(store.known_states("1", "o")) == 0, "these rows have no options in files"


def test_a_corpus_of_another_format_is_refused(tmp_path: Path) -> None:
    store = Store(tmp_path)
    with store.building():
        store.merge("1")
    path = tmp_path / "corpus.json"
    manifest = json.loads(path.read_text())
    path.write_text(json.dumps({**manifest, "format": 99}))
    with pytest.raises(UnsupportedError, match="format 99"):
        store.tables()
    path.write_text("{}")
    with pytest.raises(UnsupportedError, match="beginning of a corpus"):
        store.tables()


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "corpus").write_bytes(b"a file")
    with pytest.raises(FileAccessError), Store(tmp_path / "corpus").building():
        pass
    with pytest.raises(FileAccessError):
        Store(tmp_path / "none").write_bundle("x", rows("x"))
    with pytest.raises(FileAccessError):
        Store(tmp_path / "none").salt()
