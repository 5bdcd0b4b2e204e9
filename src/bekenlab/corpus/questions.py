"""The questions that are ready made: SQL as rows of a table, and what needs more than SQL."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from bekenlab.corpus.ask import Answer
from bekenlab.corpus.fingerprint import Fingerprint, shared_functions
from bekenlab.data import read_table
from bekenlab.errors import NotFoundError
from bekenlab.openbeken.settings import canonical_role, parse_gpio

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bekenlab.corpus.ask import Corpus

# Two apps with a smaller share of functions in common are not worth telling.
_ALIKE = 0.05
_FACTS = ("chip", "module", "firmware", "product", "schema", "kind", "layout")


@dataclass(frozen=True, slots=True)
class Question:
    """A question that is ready made.

    Attributes:
        name: The name by which it is asked; several have the same one.
        title: What the answer is.
        sql: The question.
    """

    name: str
    title: str
    sql: str


@cache
def questions() -> tuple[Question, ...]:
    """All of them, in order."""
    rows = read_table("corpus", "questions.toml")["question"]
    return tuple(Question(row["name"], row["title"], row["sql"]) for row in rows)


def ask_all(
    corpus: Corpus, name: str, values: Mapping[str, Any] | None = None, *, most: int | None = None
) -> tuple[tuple[str, Answer], ...]:
    """The answers to all questions of a name, with their titles.

    Args:
        corpus: The corpus.
        name: The name.
        values: Values for their parameters.
        most: Rows of an answer at most; None: all.
    """
    wanted = [question for question in questions() if question.name == name]
    return tuple(
        (question.title, corpus.ask(question.sql, values or {}, most=most)) for question in wanted
    )


def find(
    corpus: Corpus,
    pins: Sequence[str],
    facts: Mapping[str, str],
    *,
    most: int | None = None,
) -> Answer:
    """Contents with these pins and facts.

    Args:
        corpus: The corpus.
        pins: Each ``26``, ``26=Rel`` (with any active level and channel), ``26=Rel_n`` or
            ``26=Rel;1``.
        facts: Values by column: chip, module, firmware, product, schema, kind, layout. Upper and
            lower case are the same, and ``*`` stands for anything.
        most: Rows at most; None: all.

    Raises:
        BadValueError: A pin is written wrongly.
    """
    conditions, values = ["true"], []
    for text in pins:
        condition, more = _has_pin(text)
        conditions.append(condition)
        values += more
    for name in _FACTS:
        if name in facts:
            conditions.append(f"\"{name}\" ILIKE ? ESCAPE '\\'")
            values.append(_pattern(facts[name]))
    sql = (
        "SELECT name, chip, module, firmware, layout, dump "  # noqa: S608
        f"FROM dumps WHERE {' AND '.join(conditions)} ORDER BY name, dump"
    )
    return corpus.ask(sql, values, most=most)


def _has_pin(text: str) -> tuple[str, list[Any]]:
    """The condition that a content has a pin."""
    gpio, _, setting = text.partition("=")
    inside = ["pins.dump = dumps.dump", "gpio = ?"]
    values: list[Any] = [parse_gpio(gpio)]
    role, _, channel = setting.replace(",", ";").partition(";")
    if role:
        inside.append("(role = ? OR split_part(setting, ';', 1) = ?)")
        known = canonical_role(role) or role
        values += [known, known]
    if channel:
        inside.append("channel = ?")
        values.append(parse_gpio(channel))
    return f"EXISTS (SELECT 1 FROM pins WHERE {' AND '.join(inside)})", values  # noqa: S608


def _pattern(text: str) -> str:
    """A text with ``*`` as a pattern of SQL."""
    for special in ("\\", "%", "_"):
        text = text.replace(special, "\\" + special)
    return text.replace("*", "%")


def fingerprint_in(corpus: Corpus, name: str) -> Fingerprint:
    """The app of a content of the corpus.

    Args:
        corpus: The corpus.
        name: Name of the content, or the beginning of its SHA-256.

    Raises:
        NotFoundError: There is none, or it has no app.
    """
    sql = (
        "SELECT app, firmware.size, functions, sectors, sketch "
        "FROM dumps JOIN firmware USING (app) "
        "WHERE name = $name OR (length($name) >= 6 AND starts_with(dump, $name)) "
        "ORDER BY dump LIMIT 1"
    )
    rows = corpus.ask(sql, {"name": name}).rows
    if not rows:
        raise NotFoundError(
            f"{name} is no file, and the corpus has no dump of that name with an app",
            hint="name a dump, or the beginning of the SHA-256 of one in the corpus",
        )
    app, size, functions, sectors, sketch = rows[0]
    return Fingerprint(app, size, functions, tuple(sectors), tuple(sketch))


def shared_code(corpus: Corpus, wanted: Fingerprint, *, most: int | None = None) -> Answer:
    """The apps that share code with one, the nearest first, and who has them.

    Args:
        corpus: The corpus.
        wanted: The app.
        most: Rows at most; None: all.
    """
    sql = (
        "SELECT app, sketch, list_unique(list_intersect(sectors, $sectors)) AS sectors, "
        "firmware, firmware_version, chip FROM firmware "
        "WHERE app = $app OR len(list_intersect(sketch, $sketch)) > 0"
    )
    asked = {
        "app": wanted.app,
        "sectors": list(wanted.sectors),
        "sketch": list(wanted.sketch),
    }
    rows = []
    for app, sketch, sectors, *identity in corpus.ask(sql, asked).rows:
        functions = shared_functions(wanted.sketch, tuple(sketch))
        if app == wanted.app or functions >= _ALIKE:
            rows.append((1.0 if app == wanted.app else functions, sectors, app, *identity))
    rows.sort(key=lambda row: (row[2] != wanted.app, -row[0], row[2]))
    owners = _owners(corpus, [row[2] for row in rows[:most]])
    columns = ("functions", "sectors", "firmware", "version", "chip", "contents", "example", "app")
    return Answer(
        columns,
        tuple(
            (functions, sectors, *identity, *owners[app], app)
            for functions, sectors, app, *identity in rows[:most]
        ),
        cut=most is not None and len(rows) > most,
    )


def _owners(corpus: Corpus, apps: Sequence[str]) -> dict[str, tuple[int, str]]:
    sql = "SELECT app, count(*), min(name) FROM dumps WHERE list_contains($apps, app) GROUP BY app"
    return {app: tuple(rest) for app, *rest in corpus.ask(sql, {"apps": list(apps)}).rows}
