"""What building a corpus did, and the rows of an answer."""

import io
from datetime import date
from pathlib import Path

from rich.console import Console, RenderableType

from bekenlab.corpus.ask import Answer
from bekenlab.corpus.build import Report
from bekenlab.report.corpus_report import (
    answers_json,
    build_json,
    plain,
    render_answer,
    render_answers,
    render_build,
)


def shown(renderable: RenderableType) -> str:
    out = io.StringIO()
    Console(file=out, width=80).print(renderable)
    return out.getvalue()


def test_all_that_a_run_did_is_told() -> None:
    states = {"read": 90, "failed": 3, "ignored": 2, "quarantined": 5}
    report = Report(states, 88, 2, 7, 2, 10.0, 19.0, 300 << 20, 1, stopped=True)
    assert [
        " ".join(line.split()) for line in shown(render_build(report, Path("c"))).splitlines()
    ] == [
        "Files 100 in 10.0 s, 10.0 a second",
        "Contents 88 read, 2 known already",
        "Skipped 7 that were read before and have not changed",
        "Ignored 2 texts that are about no device",
        "Failed 3; their rows in the table files say why",
        "Given up 5; their rows in the table files say why",
        "Lost workers were lost with 1 bundles, which were sent anew",
        "Workers 2, 300 MiB each at most",
        "Stopped what was read is kept; the same command goes on",
        "Corpus c",
    ]
    assert build_json(report)["files_per_second"] == 10
    assert build_json(report)["lost_workers"] == 1


def test_a_run_with_nothing_to_do_is_told() -> None:
    assert shown(render_build(Report(), Path("c"))).split() == [
        *("Files", "0", "in", "0.0", "s", "Contents", "0", "read", "Corpus", "c")
    ]
    assert build_json(Report())["files_per_second"] is None


def test_rows_are_a_table_that_cannot_move_the_cursor() -> None:
    text = shown(render_answer(Answer(("name", "n", "x"), (("a\x1b[2J", 1, None), ("b", 2, 0.5)))))
    assert "\x1b" not in text
    assert text.splitlines()[0].split() == ["name", "n", "x"]
    assert text.splitlines()[-1].split() == ["b", "2", "0.5"]


def test_values_are_as_json_has_them() -> None:
    value = {"a": [1, (2, None)], 3: date(2026, 1, 2), "b": True}
    assert plain(value) == {"a": [1, [2, None]], "3": "2026-01-02", "b": True}


def test_answers_have_titles_and_long_hashes_are_short_in_a_terminal() -> None:
    rows = ((f"{'ab' * 32}#2", True), ("x", False))
    answers = (("Some", Answer(("dump", "ok"), rows, cut=True)), ("None", Answer(("a",), ())))
    text = shown(render_answers(answers)).split("\n")
    assert text[0] == "Some (the first 2; there are more)"
    assert [line.split() for line in text[3:5]] == [["abababababab#2", "yes"], ["x", "no"]]
    assert text[-3:] == ["None", "nothing", ""]
    made = answers_json("stats", answers)
    assert made["question"] == "stats"
    assert made["answers"][0] == {
        "title": "Some",
        "rows": [{"dump": f"{'ab' * 32}#2", "ok": True}, {"dump": "x", "ok": False}],
        "cut": True,
    }
