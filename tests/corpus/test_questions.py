"""The questions that are ready made."""

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bekenlab.corpus import questions
from bekenlab.corpus.ask import Answer, Corpus, opened
from bekenlab.corpus.needs import needed
from bekenlab.corpus.rows import app_of
from bekenlab.corpus.store import Store
from bekenlab.errors import BadValueError, NotADumpError, NotFoundError
from bekenlab.image import read_image
from bekenlab.jobs.corpus.app_of import fingerprint_of
from bekenlab.samples import build_sample
from corpus.making import LAMP, PLUG, made

INVERTED = b"{rl1_pin:26,rl1_lv:0,bt1_pin:10,module:WB2S}"


def other_app() -> bytes:
    """The sample with a changed app, of which most is the same."""
    data = bytearray(build_sample())
    start = 0x11000 + 34 * 40
    data[start : start + 32] = bytes(range(32))
    return bytes(data)


def build(folder: Path, files: dict[str, bytes]) -> Store:
    (folder / "in").mkdir(parents=True)
    for name, content in files.items():
        (folder / "in" / name).write_bytes(content)
    return made(folder / "corpus", [folder / "in"])


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    files = {
        "a.bin": build_sample(),
        "b.bin": other_app(),
        "c.txt": PLUG,
        "d.txt": LAMP,
        "e.txt": INVERTED,
        "f.txt": b'{"baud_cfg":"{baud:9600}","module":"CB3S"}',
        "g.bin": b"",
    }
    return build(tmp_path_factory.mktemp("questions"), files)


@pytest.fixture
def corpus(store: Store) -> Iterator[Corpus]:
    with opened(store) as corpus:
        yield corpus


def records(answer: Answer) -> list[dict[str, Any]]:
    return list(answer.records())


def test_every_question_has_an_answer(corpus: Corpus, store: Store) -> None:
    names = dict.fromkeys(question.name for question in questions.questions())
    assert set(names) == {"stats", "unknown", "versions", "calibration", "diff"}
    for name in set(names) - {"diff"}:
        values = {"firmware": "bekenlab_sample_plug"} if name == "versions" else {}
        for title, answer in questions.ask_all(corpus, name, values):
            assert title
            assert answer.columns


def test_what_is_there_is_counted(corpus: Corpus) -> None:
    answers = dict(questions.ask_all(corpus, "stats"))
    states = {(row["status"], row["error"]): row["files"] for row in records(answers["Files"])}
    assert states == {
        ("read", None): 5,
        ("read", "damaged-dump"): 1,
        ("failed", "not-a-dump"): 1,
    }
    dumps = next(row for row in records(answers["Contents"]) if row["kind"] == "dump")
    assert (dumps["contents"], dumps["devices"], dumps["with_pins"]) == (2, 1, 2)
    assert records(answers["Modules"])[0] == {
        "module": "CB2S",
        "chip": "BK7231N",
        "contents": 3,
        "layouts": 2,
    }


def test_what_has_no_pins_is_counted_by_reason(corpus: Corpus) -> None:
    [(_, answer)] = questions.ask_all(corpus, "unknown")
    assert records(answer) == [
        {"reason": "second-controller", "contents": 1, "tuya": 0, "example": "f.txt"}
    ]


@pytest.mark.parametrize(
    ("pins", "facts", "names"),
    [
        (("26=Rel;1", "10=Btn"), {"module": "CB*"}, "abc"),
        ((), {}, "abcdef"),
        (("26",), {}, "abcde"),
        (("26=Rel",), {}, "abce"),
        (("P26=Rel_n",), {}, "e"),
        (("26=Rel;1", "10=Btn"), {}, "abce"),
        (("26=Rel;2",), {}, ""),
        (("26=relay",), {"module": "cb2s"}, "abc"),
        ((), {"module": "CB*"}, "abcd"),
        ((), {"module": "CB_S"}, ""),
        ((), {"kind": "configuration", "module": "WB2S"}, "e"),
    ],
)
def test_devices_are_found_by_pins_and_facts(
    pins: tuple[str, ...], facts: dict[str, str], names: str, corpus: Corpus
) -> None:
    found = records(questions.find(corpus, pins, facts))
    assert "".join(row["name"][0] for row in found) == names


def test_a_pin_that_is_none_is_told(corpus: Corpus) -> None:
    with pytest.raises(BadValueError):
        questions.find(corpus, ("x=Rel",), {})


def test_versions_are_in_their_order(tmp_path: Path) -> None:
    with opened(build(tmp_path, {"a.bin": build_sample()})) as corpus:
        [(_, answer)] = questions.ask_all(corpus, "versions", {"firmware": "bekenlab_sample_plug"})
        assert [(row["version"], row["contents"]) for row in records(answer)] == [("1.0.0", 1)]
        assert questions.ask_all(corpus, "versions", {"firmware": "other"})[0][1].rows == ()


def test_who_has_the_same_code_is_found(corpus: Corpus, tmp_path: Path) -> None:
    wanted = app_of(read_image(build_sample()))
    assert wanted is not None
    exact, near = records(questions.shared_code(corpus, wanted))
    assert (exact["app"], exact["functions"], exact["example"]) == (wanted.app, 1.0, "a.bin")
    assert near["example"] == "b.bin"
    assert 0 < near["functions"] <= 1
    assert near["sectors"] < exact["sectors"]
    assert questions.shared_code(corpus, wanted, most=1).cut
    path = tmp_path / "x.bin"
    path.write_bytes(build_sample())
    assert fingerprint_of(path) == wanted
    digest = hashlib.sha256(build_sample()).hexdigest()
    for name in ("a.bin", digest, digest[:6]):
        assert questions.fingerprint_in(corpus, name) == wanted


def test_a_dump_without_an_app_is_told(corpus: Corpus, tmp_path: Path) -> None:
    for name in ("c.txt", "none", "abc"):
        with pytest.raises(NotFoundError):
            questions.fingerprint_in(corpus, name)
    path = tmp_path / "post.txt"
    path.write_bytes(PLUG)
    with pytest.raises(NotADumpError, match="no app"):
        fingerprint_of(path)


def test_two_builds_are_compared(store: Store, tmp_path: Path) -> None:
    later = build(tmp_path, {"a.bin": build_sample(), "c.txt": PLUG, "new.txt": PLUG + b" "})
    table = later.tables() / "dumps.parquet"
    with needed("duckdb").connect() as database:
        changed = "SELECT * REPLACE (CASE kind WHEN 'dump' THEN 'X' ELSE module END AS module)"
        database.execute(f"CREATE TABLE t AS {changed} FROM '{table}'")
        database.execute(f"COPY t TO '{table}'")
    with opened(store, later) as corpus:
        counts, changes = (answer for _, answer in questions.ask_all(corpus, "diff"))
    assert records(counts) == [{"in_both": 2, "only_in_first": 4, "only_in_second": 1}]
    assert [
        (row["name"], row["fact"], row["before"], row["after"]) for row in records(changes)
    ] == [("a.bin", "module", "CB2S", "X")]
