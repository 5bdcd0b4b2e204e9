"""Questions in SQL, which reach nothing but the tables."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from bekenlab.corpus.ask import Corpus, opened
from bekenlab.corpus.needs import needed
from bekenlab.corpus.store import Store
from bekenlab.corpus.tables import TABLES
from bekenlab.errors import BadValueError, MissingExtraError
from bekenlab.samples import build_sample
from corpus.making import LAMP, PLUG, made


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    folder = tmp_path_factory.mktemp("asked")
    for name, content in (("a.bin", build_sample()), ("b.txt", PLUG), ("c.txt", LAMP)):
        (folder / name).write_bytes(content)
    return made(folder / "it's a corpus", [folder / name for name in ("a.bin", "b.txt", "c.txt")])


@pytest.fixture
def corpus(store: Store) -> Iterator[Corpus]:
    with opened(store) as corpus:
        yield corpus


def test_every_table_can_be_asked(corpus: Corpus) -> None:
    for table in TABLES:
        assert corpus.ask(f"FROM {table.name}").columns == tuple(table.columns)
    found = corpus.ask("SELECT module, count(*) AS n FROM dumps GROUP BY 1 ORDER BY 1")
    assert list(found.records()) == [{"module": "CB2S", "n": 2}, {"module": "CB3S", "n": 1}]


def test_more_rows_than_wanted_are_cut(corpus: Corpus) -> None:
    found = corpus.ask("FROM range(5000)", most=3)
    assert (found.rows, found.cut) == (((0,), (1,), (2,)), True)
    assert not corpus.ask("FROM range(3)", most=3).cut


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT * FROM read_csv('/etc/passwd')",
        "SELECT * FROM read_text('{folder}/salt')",
        "SELECT * FROM glob('*')",
        "COPY dumps TO '{tables}/dumps.parquet'",
        "COPY dumps TO 'x.csv'",
        "ATTACH 'x.db'",
        "CREATE TABLE x AS SELECT 1",
        "DELETE FROM dumps",
        "SET enable_external_access = true",
        "INSTALL httpfs",
        "EXPLAIN ANALYZE COPY dumps TO 'x.csv'",
        "SELECT 1; SELECT 2",
        "",
        "SELECT nonsense FROM dumps",
        "SELEKT",
    ],
)
def test_nothing_else_is_reached_or_written(sql: str, corpus: Corpus, store: Store) -> None:
    before = sorted(path for path in store.folder.rglob("*"))
    with pytest.raises(BadValueError):
        corpus.ask(sql.format(folder=store.folder, tables=store.tables()))
    assert sorted(path for path in store.folder.rglob("*")) == before


def test_another_corpus_is_asked_beside_it(store: Store, tmp_path: Path) -> None:
    path = tmp_path / "c.txt"
    path.write_bytes(LAMP)
    other = made(tmp_path / "other", [path])
    with opened(store, other) as corpus:
        sql = "SELECT count(*) FROM dumps JOIN other_dumps USING (dump)"
        assert corpus.ask(sql).rows == ((1,),)


def test_a_package_that_is_missing_is_named() -> None:
    with pytest.raises(MissingExtraError, match="no_such_package"):
        needed("no_such_package.inside")
