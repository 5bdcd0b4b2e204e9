"""A worker reads a bundle, and a file that costs its helper costs nothing else."""

import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from bekenlab.corpus import work
from bekenlab.corpus.ask import opened
from bekenlab.corpus.items import found_below
from bekenlab.corpus.store import Store
from bekenlab.corpus.supervise import Helper
from bekenlab.corpus.work import Bundle, end_helper, quarantined, read_bundle
from bekenlab.errors import UnsupportedError
from corpus.making import FAULTY, PLUG, item, path_of_tests, task

MIB = 1 << 20


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    monkeypatch.setenv("PYTHONPATH", path_of_tests())
    store = Store(tmp_path / "corpus")
    with store.building():
        yield store
    end_helper()


def bundle_of(folder: Path, *names: str) -> Bundle:
    folder.mkdir(exist_ok=True)
    for number, name in enumerate(names):
        (folder / name).write_bytes(PLUG + b" " * number)
    return Bundle.of(1, tuple(found_below([folder], Path("nowhere"))))


def asked(store: Store, sql: str) -> list[tuple[object, ...]]:
    store.merge("1")
    with opened(store) as corpus:
        return list(corpus.ask(sql).rows)


@pytest.mark.skipif(sys.platform == "win32", reason="no signals there")
def test_one_file_costs_only_itself_and_the_reason_is_told(store: Store, tmp_path: Path) -> None:
    names = ("a.txt", "dies.txt", "eats.txt", "exits.txt", "hangs.txt", "z.txt")
    bundle = bundle_of(tmp_path / "in", *names)
    done = read_bundle(bundle, task(store.folder, FAULTY, seconds=2.5, memory=250 * MIB))
    assert done.files == {"read": 2, "quarantined": 4}
    assert done.dumps == 2
    assert done.busy > 2.5
    assert done.memory > 10 * MIB
    assert asked(store, "SELECT file, error, message FROM files ORDER BY file")[1:5] == [
        ("in/dies.txt", "died", "The process that read it was ended by SIGKILL."),
        ("in/eats.txt", "out-of-memory", "It took more memory than 250 MiB."),
        ("in/exits.txt", "died", "The process that read it ended with status 3."),
        ("in/hangs.txt", "too-slow", "It took longer than 2.5 seconds."),
    ]


def test_the_same_content_twice_is_read_once(store: Store, tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    for name in ("a.txt", "b.txt"):
        (folder / name).write_bytes(PLUG)
    bundle = Bundle.of(1, tuple(found_below([folder], Path("nowhere"))))
    done = read_bundle(bundle, task(store.folder))
    assert (done.dumps, done.known, done.files) == (1, 1, {"read": 2})
    again = read_bundle(bundle, task(store.folder))
    assert again.dumps == 1
    assert asked(store, "SELECT count(*) FROM dumps") == [(1,)]
    assert asked(store, "SELECT count(DISTINCT dump), count(*) FROM files") == [(1, 2)]
    assert len(store.known_states(task(store.folder).version, "boot=never probe=never")) == 2


def test_a_file_that_no_worker_survives_is_written_as_given_up(
    store: Store, tmp_path: Path
) -> None:
    done = quarantined(bundle_of(tmp_path / "in", "a.txt"), task(store.folder), "All died.")
    assert done.files == {"quarantined": 1}
    assert asked(store, "SELECT status, error, message FROM files") == [
        ("quarantined", "lost-worker", "All died.")
    ]


def test_another_version_is_refused(store: Store, tmp_path: Path) -> None:
    other = replace(task(store.folder), version="0.0.1")
    with pytest.raises(UnsupportedError, match=r"0\.0\.1"):
        read_bundle(bundle_of(tmp_path / "in", "a.txt"), other)


def test_the_name_of_a_bundle_follows_from_run_and_files(tmp_path: Path) -> None:
    bundle = bundle_of(tmp_path / "in", "a.txt", "b.txt")
    assert Bundle.of(1, bundle.items) == bundle
    names = {bundle.name, Bundle.of(2, bundle.items).name, Bundle.of(1, bundle.items[:1]).name}
    assert len(names) == 3


def test_a_helper_is_kept_until_the_task_changes(store: Store) -> None:
    first = work._helper(task(store.folder))
    assert work._helper(task(store.folder)) is first
    assert work._helper(replace(task(store.folder), boot="auto")) is not first


def test_a_helper_that_has_grown_is_replaced(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(PLUG)
    helper = work._helper(task(store.folder))
    started = []
    for enough in (1 << 40, 0, 1 << 40):
        monkeypatch.setattr("bekenlab.corpus.supervise._ENOUGH", enough)
        started.append(helper._started())
        assert helper.read(item(path), b"").contents[0].file["status"] == "read"
    assert started[0] is started[1] is not started[2]
    assert started[0].poll() is not None


def test_a_helper_that_does_not_start_is_told(store: Store, tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(PLUG)
    helper = Helper(task(store.folder, "no.such.module"))
    with pytest.raises(UnsupportedError, match="does not start"):
        helper.read(item(path), b"")


def test_a_helper_that_takes_for_ever_to_start_is_told(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(PLUG)
    monkeypatch.setattr("bekenlab.corpus.supervise._STARTING", 0.0)
    with pytest.raises(UnsupportedError, match="does not start"):
        Helper(task(store.folder)).read(item(path), b"")
