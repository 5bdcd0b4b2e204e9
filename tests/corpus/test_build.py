"""How a run goes: what is sent, what is sent again, what is given up, and that it goes on."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

from bekenlab import events
from bekenlab.corpus import build as building
from bekenlab.corpus.ask import opened
from bekenlab.corpus.build import Settings, build
from bekenlab.corpus.cluster import cluster
from bekenlab.corpus.items import found_below
from bekenlab.corpus.needs import needed
from bekenlab.corpus.store import Store
from bekenlab.corpus.work import end_helper
from bekenlab.errors import FileAccessError, UnsupportedError, UsageError
from bekenlab.jobs.corpus.build import READER, build_corpus
from bekenlab.version import __version__
from corpus.making import PLUG, path_of_tests

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

SETTINGS = Settings(READER, boot="never", probe="never", seconds=60, memory=1 << 30)


class FakeFuture:
    """A bundle that is read at once, in this process."""

    def __init__(self, client: FakeClient, work: Callable[[], Any]) -> None:
        self.status, self._client = "finished", client
        try:
            self._value = work()
        except Exception as error:  # noqa: BLE001
            self.status, self._value = "error", error

    def add_done_callback(self, call: Callable[[FakeFuture], None]) -> None:
        self._client.most = max(self._client.most, len(self._client.under_way) + 1)
        self._client.under_way.append(self)
        call(self)

    def result(self) -> Any:
        self._client.under_way.remove(self)
        return self._value

    exception = result


class FakeClient:
    """A scheduler whose workers are lost with the files named so."""

    def __init__(self, wrong: Exception | None = None, state: str | None = None) -> None:
        self.sent: list[str] = []
        self.under_way: list[FakeFuture] = []
        self.most = 0
        self.workers = {"tcp://1": 1}
        self.facts = (__version__, True)
        self.cancelled = False
        self._wrong, self._state = wrong, state

    def nthreads(self) -> dict[str, int]:
        return self.workers

    def run(self, function: Callable[..., Any], *arguments: Any) -> dict[str, Any]:
        function(*arguments)
        return dict.fromkeys(self.workers, self.facts)

    def submit(
        self, function: Callable[..., Any], bundle: Any, task: Any, *, key: str, retries: int
    ) -> FakeFuture:
        assert retries
        self.sent.append(key)

        def work() -> Any:
            if self._wrong is not None:
                raise self._wrong
            if any("lost" in item.shown for item in bundle.items):
                raise needed("distributed").KilledWorker(key, None, 3)
            return function(bundle, task)

        future = FakeFuture(self, work)
        future.status = self._state or future.status
        return future

    def cancel(self, _futures: object) -> None:
        self.cancelled = True


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "in").mkdir()
    for number in range(20):
        (tmp_path / "in" / f"{number:02}.txt").write_bytes(PLUG + b" " * number)
    return tmp_path


@pytest.fixture
def client(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeClient]:
    monkeypatch.setenv("PYTHONPATH", path_of_tests())
    monkeypatch.setattr(building, "_LOOKS_EVERY", 0.01)
    made = FakeClient()
    use(made, monkeypatch)
    yield made
    end_helper()


def use(client: FakeClient, monkeypatch: pytest.MonkeyPatch) -> None:
    @contextmanager
    def fake(*_: object) -> Iterator[FakeClient]:
        yield client

    monkeypatch.setattr(building, "cluster", fake)


def run(folder: Path, settings: Settings = SETTINGS, **more: Any) -> building.Report:
    return build_corpus([folder / "in"], folder / "corpus", settings, **more)


def asked(folder: Path, sql: str) -> list[tuple[Any, ...]]:
    with opened(Store(folder / "corpus")) as corpus:
        return list(corpus.ask(sql).rows)


def test_all_is_read_once_and_then_only_what_is_new(folder: Path, client: FakeClient) -> None:
    seen: list[events.Event] = []
    first = run(folder, sink=seen.append)
    assert first.files == {"read": 20}
    assert (first.dumps, first.skipped, first.workers) == (20, 0, 1)
    assert seen[0] == events.Started("corpus", 20)
    assert seen[-2:] == [events.Advanced("corpus", 20), events.Finished("corpus")]
    assert len(set(client.sent)) == len(client.sent) == 10
    assert client.most <= 2, "no more is under way than the workers can read"
    (folder / "in" / "new.txt").write_bytes(PLUG + b"\n\n")
    (folder / "in" / "00.txt").write_bytes(PLUG + b"     \n")
    second = run(folder)
    assert (second.files, second.skipped, second.dumps) == ({"read": 2}, 19, 2)
    assert asked(folder, "SELECT count(*), count(DISTINCT place) FROM files") == [(21, 21)]
    assert asked(folder, "SELECT count(*) FROM dumps") == [(22,)]
    assert run(folder).files == {}
    assert run(folder, replace(SETTINGS, again=True)).dumps == 21


def test_a_copy_of_a_known_content_is_not_read_again(folder: Path, client: FakeClient) -> None:
    run(folder)
    (folder / "in" / "copy.txt").write_bytes(PLUG)
    report = run(folder)
    assert (report.dumps, report.known) == (0, 1)
    assert asked(folder, "SELECT count(*) FROM files JOIN dumps USING (dump)") == [(21,)]


def test_a_file_that_costs_workers_is_found_and_given_up(folder: Path, client: FakeClient) -> None:
    for number in range(20):
        (folder / "in" / f"2-{number:02}.txt").write_bytes(PLUG + b"\n" * number)
    (folder / "in" / "2-00.txt").rename(folder / "in" / "lost.txt")
    report = run(folder)
    assert report.files == {"read": 39, "quarantined": 1}
    assert report.lost == 2, "once with others, once alone"
    sql = "SELECT file, error FROM files WHERE status = 'quarantined'"
    assert asked(folder, sql) == [("in/lost.txt", "lost-worker")]


def test_a_run_that_is_stopped_keeps_what_was_read(folder: Path, client: FakeClient) -> None:
    left = [False, False, False, True]
    report = run(folder, stopped=lambda: left.pop(0))
    assert report.stopped
    assert client.cancelled
    assert 0 < report.dumps < 20
    assert asked(folder, "SELECT count(*) FROM dumps") >= [(report.dumps,)]
    run(folder)
    assert asked(folder, "SELECT count(*), count(DISTINCT place) FROM files") == [(20, 20)]


@pytest.mark.parametrize(
    ("wrong", "state", "kind"),
    [(FileAccessError("disk full"), None, FileAccessError), (None, "cancelled", UnsupportedError)],
)
def test_what_no_other_try_helps_ends_the_run(
    wrong: Exception | None,
    state: str | None,
    kind: type[Exception],
    folder: Path,
    client: FakeClient,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    use(FakeClient(wrong, state), monkeypatch)
    with pytest.raises(kind):
        run(folder)
    use(client, monkeypatch)
    run(folder)
    assert asked(folder, "SELECT count(*), count(DISTINCT place) FROM files") == [(20, 20)]


@pytest.mark.parametrize("facts", [("0.0.1", True), (__version__, False)])
def test_a_worker_that_cannot_do_it_is_told(
    facts: tuple[str, bool], folder: Path, client: FakeClient
) -> None:
    client.facts = facts
    with pytest.raises(UnsupportedError, match=r"tcp://1"):
        run(folder)


def test_a_scheduler_without_workers_is_told(
    folder: Path, client: FakeClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(building, "_WAITING", 0.05)
    client.workers = {}
    with pytest.raises(UnsupportedError, match="no workers"):
        run(folder)


def test_a_scheduler_that_is_not_there_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bekenlab.corpus.cluster._CONNECTING", 0.2)
    with pytest.raises(UsageError, match="no scheduler at"), cluster("tcp://127.0.0.1:9", None):
        pass
    with pytest.raises(UsageError, match="no scheduler at"), cluster("nonsense://x", None):
        pass


def test_a_corpus_below_the_path_is_not_read(folder: Path, client: FakeClient) -> None:
    items = partial(found_below, [folder], folder / "corpus")
    assert build(Store(folder / "corpus"), items, SETTINGS).files == {"read": 20}
    assert build(Store(folder / "corpus"), items, SETTINGS).files == {}
