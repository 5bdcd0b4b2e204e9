"""Asks a corpus with SQL, read only: nothing but its own tables can be reached."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bekenlab.corpus.needs import needed
from bekenlab.corpus.tables import TABLES
from bekenlab.errors import BadValueError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from bekenlab.corpus.store import Store

_PIECE = 1000


@dataclass(frozen=True, slots=True)
class Answer:
    """The rows of an answer.

    Attributes:
        columns: Their names.
        rows: Values, in the order of the columns.
        cut: Whether there are more rows.
    """

    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]
    cut: bool = False

    def records(self) -> Iterator[dict[str, Any]]:
        """The rows with their names."""
        for row in self.rows:
            yield dict(zip(self.columns, row, strict=True))


class Corpus:
    """A corpus that is open for questions; see :func:`opened`."""

    def __init__(self, database: Any) -> None:
        self._database = database

    def ask(
        self, sql: str, values: Sequence[Any] | Mapping[str, Any] = (), *, most: int | None = None
    ) -> Answer:
        """Ask in SQL.

        Args:
            sql: One statement.
            values: Values for its parameters.
            most: Rows at most; None: all.

        Raises:
            BadValueError: The statement is wrong, or wants what is not in the corpus.
        """
        errors = needed("duckdb").Error
        try:
            self._check(sql)
            result = self._database.execute(sql, values)
            columns = tuple(each[0] for each in result.description or ())
            rows: list[tuple[Any, ...]] = []
            while piece := result.fetchmany(_PIECE):
                rows += piece
                if most is not None and len(rows) > most:
                    return Answer(columns, tuple(rows[:most]), cut=True)
        except errors as error:
            raise BadValueError(
                f"the question cannot be answered: {str(error).strip()}",
                hint="the tables and their columns are in the documentation of the corpus",
            ) from error
        return Answer(columns, tuple(rows))

    def _check(self, sql: str) -> None:
        """Refuse what is no question: a statement that writes could replace a table."""
        found = self._database.extract_statements(sql)
        select = needed("duckdb").StatementType.SELECT
        if len(found) != 1 or found[0].type != select:
            raise BadValueError(
                "this is not one question", hint="a corpus is only read: begin with SELECT or FROM"
            )


@contextmanager
def opened(store: Store, other: Store | None = None) -> Iterator[Corpus]:
    """Open a corpus for questions.

    Its tables are views of their names. After they are made, no other file and no network can be
    reached by SQL, and that cannot be changed any more.

    Args:
        store: The corpus.
        other: Another one, whose tables have the prefix ``other_``.

    Raises:
        BekenlabError: There is none.
    """
    with needed("duckdb").connect(":memory:") as database:
        folders = {"": store.tables().resolve()}
        if other is not None:
            folders["other_"] = other.tables().resolve()
        for prefix, folder in folders.items():
            for table in TABLES:
                _view(database, prefix + table.name, folder / f"{table.name}.parquet")
        files = [
            folder / f"{table.name}.parquet" for folder in folders.values() for table in TABLES
        ]
        listed = ", ".join(_quoted(str(path)) for path in files)
        database.execute(f"SET allowed_paths = [{listed}]")
        database.execute("SET enable_external_access = false")
        database.execute("SET lock_configuration = true")
        yield Corpus(database)


def _view(database: Any, name: str, path: Path) -> None:
    database.execute(f"CREATE VIEW {name} AS SELECT * FROM read_parquet({_quoted(str(path))})")  # noqa: S608


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
