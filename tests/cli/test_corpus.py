"""``bekenlab corpus`` as a user runs it, with real workers."""

import json
from pathlib import Path

import pytest

from amounts import one_in
from bekenlab.samples import build_sample
from cli.program import bekenlab
from corpus.test_similar import corpus_of, device

PLUG = b"{rl1_pin:26,rl1_lv:1,bt1_pin:10,module:CB2S}"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "dumps").mkdir()
    (tmp_path / "dumps" / "plug.bin").write_bytes(build_sample())
    (tmp_path / "dumps" / "bad.bin").write_bytes(b"")
    (tmp_path / "dumps" / "notes.txt").write_bytes(b"Nothing about any device.")
    return tmp_path


def test_a_folder_is_read_and_asked(folder: Path) -> None:
    run = bekenlab("corpus", "build", "dumps", "-o", "corpus", "--json", "-j", "1", folder=folder)
    assert (run.status, run.err) == (0, "")
    [report] = run.reports
    assert report["files"] == {"read": 1, "failed": 1, "ignored": 1, "quarantined": 0}
    assert (report["dumps"], report["workers"]) == (1, 1)
    (folder / "dumps" / "post.txt").write_bytes(PLUG)
    run = bekenlab("corpus", "build", "dumps", "-o", "corpus", folder=folder)
    assert run.status == 0
    assert "3 that were read before" in run.out
    assert "1 read" in run.out
    sql = "SELECT file, status, error FROM files ORDER BY file"
    run = bekenlab("corpus", "sql", sql, "--json", folder=folder)
    assert [json.loads(line)["status"] for line in run.out.splitlines()] == [
        "failed",
        "ignored",
        "read",
        "read",
    ]
    for words in (("stats",), ("find", "--pin", "26=Rel"), ("unknown",), ("calibration",)):
        run = bekenlab("corpus", *words, folder=folder)
        assert (run.status, run.err) == (0, "")
    run = bekenlab("corpus", "versions", "bekenlab_sample_plug", folder=folder)
    assert "1.0.0" in run.out
    for dump in ("dumps/plug.bin", "plug.bin"):
        run = bekenlab("corpus", "shared-code", "--corpus", "corpus", dump, "--json", folder=folder)
        assert run.reports[0]["answers"][0]["rows"][0]["functions"] == 1
    run = bekenlab("corpus", "site", "-o", "site", folder=folder)
    assert (run.status, run.out) == (0, "4 files; open site/index.html\n")
    assert "sample-network" not in (folder / "site" / "index.html").read_text("utf-8")
    run = bekenlab("corpus", "diff", "corpus", "corpus", "--json", folder=folder)
    assert [answer["rows"] for answer in run.reports[0]["answers"]][1] == []
    run = bekenlab("corpus", "sql", sql, "-n", "1", folder=folder)
    assert "dumps/bad.bin" in run.out
    assert run.err == "these are the first 1 rows; there are more\n"


@pytest.mark.parametrize(
    ("words", "status"),
    [
        (("build", "-o", "corpus"), 2),
        (("build", "dumps", "-o", "c", "-j", "1", "--scheduler", "tcp://x:1"), 2),
        (("build", "none", "-o", "corpus"), 9),
        (("sql", "--corpus", "dumps", "SELECT 1"), 9),
    ],
)
def test_what_cannot_be_done_is_told(words: tuple[str, ...], status: int, folder: Path) -> None:
    run = bekenlab("corpus", *words, folder=folder)
    assert (run.status, run.out) == (status, "")
    assert run.err


def test_pins_of_similar_devices_are_shown(tmp_path: Path) -> None:
    corpus_of(tmp_path, *(device(number) for number in (1, 2, 3)))
    (tmp_path / "silent.bin").write_bytes(device(9, None))
    words = ("--corpus", "corpus", "--boot", "never")
    run = bekenlab("analyze", "silent.bin", *words, "--json", folder=tmp_path)
    assert (run.status, run.err) == (0, "")
    [report] = run.reports
    assert [pin["evidence"][0]["source"] for pin in report["pins"]] == ["similar_device"] * 2
    nothing = {"XDG_CACHE_HOME": str(tmp_path)}
    run = bekenlab("match", "silent.bin", *words, folder=tmp_path, variables=nothing)
    assert run.status == 0
    assert "3 of this product in the corpus, all with these pins" in run.out
    run = bekenlab("match", "silent.bin", *words, "--json", folder=tmp_path, variables=nothing)
    assert run.reports[0]["same_product"]["devices"] == 3
    run = bekenlab("analyze", "silent.bin", "--corpus", "none", folder=tmp_path)
    assert run.status == 9


def test_made_up_dumps_are_read_by_two_workers(tmp_path: Path) -> None:
    count = len(one_in(5, range(500)))
    words = ("corpus", "build", "-o", "corpus", "--generate", str(count), "--boot", "never")
    run = bekenlab(*words, "-j", "2", "--json", folder=tmp_path)
    assert (run.status, run.err) == (0, "")
    [report] = run.reports
    assert sum(report["files"].values()) == count
    assert report["files"]["quarantined"] == 0
    assert report["workers"] == 2
    assert report["memory"] < 400 << 20
    again = bekenlab(*words, "--json", folder=tmp_path).reports[0]
    assert (again["skipped"], again["dumps"]) == (count, 0)
    sql = "SELECT count(*) AS n, count(DISTINCT dump) AS dumps FROM dumps"
    [row] = bekenlab("corpus", "sql", sql, "--json", folder=tmp_path).reports
    assert row["n"] == row["dumps"] == report["dumps"]
