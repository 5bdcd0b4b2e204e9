"""What is read from one file, and that bad ones are rows too."""

import hashlib
import zipfile
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from bekenlab.corpus.reading import Request
from bekenlab.corpus.rows import salted
from bekenlab.corpus.tables import TABLES, WARNINGS, completed
from bekenlab.jobs.corpus import read as reading
from bekenlab.probing.rules.model import Confidence, PinConclusion, Seen
from bekenlab.samples import build_sample
from corpus.making import LAMP, PLUG, item, looked
from secrecy.planting import Markers, all_files, leaks
from shared import dump, dump_names, expected


def put(folder: Path, name: str, content: bytes) -> Path:
    path = folder / name
    path.write_bytes(content)
    return path


def test_a_dump_gives_rows_in_the_tables(tmp_path: Path) -> None:
    [content] = looked(put(tmp_path, "plug.bin", build_sample()))
    assert content.dump == hashlib.sha256(build_sample()).hexdigest()
    assert content.file == {"member": None, "status": "read", "dump": content.dump}
    rows = completed(content.rows or (), "b")
    [row] = rows["dumps"]
    assert (row["kind"], row["chip"], row["module"]) == ("dump", "BK7231N", "CB2S")
    assert (row["storage"], row["pin_source"], row["pin_count"]) == ("whole", "storage", 6)
    assert row["mac_maker"] == "02:be:4e:xx:xx:xx"
    assert row["device"] == salted(b"02:be:4e:1a:b0:01", b"salt") != salted(b"x", b"salt")
    assert row["layout"].startswith("6=BL0937CF1;0 7=BL0937CF;0 8=WifiLED_n;0")
    relay = next(pin for pin in rows["pins"] if pin["gpio"] == 26)
    assert (relay["role"], relay["setting"], relay["keys"]) == ("Rel", "Rel;1", "rl1_pin")
    assert {key["name"]: key["hidden"] for key in rows["keys"]}["gw_wsm"]
    assert all((key["hash"] is None) is key["hidden"] for key in rows["keys"])
    assert {part["name"] for part in rows["partitions"]} == {"bootloader", "app", "download"}
    [firmware] = rows["firmware"]
    assert firmware["app"] == row["app"]
    assert {said["name"]: said["value"] for said in rows["parameters"]}["rl1_pin"] == "26"


@pytest.mark.parametrize("name", dump_names())
def test_the_tables_are_what_is_known_of_real_dumps(name: str, tmp_path: Path) -> None:
    [content] = looked(put(tmp_path, f"{name}.bin", dump(name)))
    rows = completed(content.rows or (), "b")
    facts = expected(name)
    keys = (facts.get("storage") or {"keys": {}})["keys"]
    real = {key["name"]: key["length"] for key in rows["keys"] if key["ok"]}
    assert real == {name: key["length"] for name, key in keys.items()} | {
        name: length for name, length in real.items() if name not in keys
    }
    [row] = rows["dumps"]
    assert row["size"] == facts["image"]["size"]
    assert (row["storage"] not in (None, "none", "psm")) == bool(facts.get("storage"))
    if facts.get("storage"):
        assert row["storage_blocks"] == facts["storage"]["blocks"]
    stated = {(part["name"], part["ver"]) for part in facts["image"]["rbl"]}
    assert {(part["container"], part["container_version"]) for part in rows["partitions"]} - {
        (None, None)
    } <= stated
    assert len(rows["pins"]) == row["pin_count"]


def test_several_configurations_in_a_text_are_several_devices(tmp_path: Path) -> None:
    text = PLUG + b"\nand the lamp:\n" + LAMP
    contents = looked(put(tmp_path, "post.txt", text))
    digest = hashlib.sha256(text).hexdigest()
    assert [content.dump for content in contents] == [f"{digest}#1", f"{digest}#2"]
    rows = completed([row for content in contents for row in content.rows or ()], "b")
    assert [row["module"] for row in rows["dumps"]] == ["CB2S", "CB3S"]


def test_an_archive_has_a_row_for_each_member(tmp_path: Path) -> None:
    path = tmp_path / "all.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("plug.txt", PLUG)
        archive.writestr("readme.txt", "how to use it")
        archive.writestr("bad.bin", b"\x01\x02" * 5000)
    states = {each.file["member"]: each.file["status"] for each in looked(path)}
    assert states == {"plug.txt": "read", "readme.txt": "ignored", "bad.bin": "failed"}


def test_other_texts_in_a_folder_are_no_errors_but_named_ones_are(tmp_path: Path) -> None:
    path = put(tmp_path, "readme.txt", b"Solder the wires first.")
    assert [each.file["status"] for each in looked(path, named=False)] == ["ignored"]
    assert [each.file["error"] for each in looked(path)] == ["not-a-dump"]
    empty = put(tmp_path, "settings.json", b'{"module": "CB2S"}')
    assert [each.file["status"] for each in looked(empty, named=False)] == ["ignored"]


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("empty.bin", b"", "not-a-dump"),
        ("noise.bin", bytes(range(256)) * 40, "not-a-dump"),
        ("cut.bin.xz", b"\xfd7zXZ\x00" + b"\1" * 90, "corrupt-input"),
    ],
)
def test_a_bad_file_is_a_row_with_its_error(
    name: str, content: bytes, code: str, tmp_path: Path
) -> None:
    [found] = looked(put(tmp_path, name, content))
    assert (found.file["status"], found.file["error"]) == ("failed", code)
    assert found.file["message"]
    assert found.dump is None


def test_a_missing_file_is_a_row_too(tmp_path: Path) -> None:
    path = put(tmp_path, "gone.bin", b"x")
    known = put(tmp_path, "known.bin", b"")
    request = Request(item(path), str(known), b"salt", "never", "never", 60)
    path.unlink()
    [content] = reading.read(request)
    assert content.file["error"] == "file-access"


def test_a_fault_of_ours_costs_one_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(reading, "analyze_each", broken)
    [content] = looked(put(tmp_path, "plug.bin", build_sample()))
    assert content.file["error"] == "internal"


def test_a_damaged_dump_is_read_and_has_its_problem(tmp_path: Path) -> None:
    [content] = looked(put(tmp_path, "cut.bin", build_sample()[:0x90000]))
    [row] = completed(content.rows or (), "b")["dumps"]
    assert content.file["status"] == "read"
    assert row["problem"] == content.file["error"] == "damaged-dump"


def test_a_known_content_is_not_read_again(tmp_path: Path) -> None:
    path = put(tmp_path, "plug.bin", build_sample())
    known = put(tmp_path, "k", hashlib.sha256(build_sample()).digest())
    [content] = looked(path, known=known)
    assert content.rows is None
    assert content.file["dump"] == hashlib.sha256(build_sample()).hexdigest()


def test_no_secret_enters_a_table(tmp_path: Path) -> None:
    marker = Markers()
    for name, content in all_files(marker):
        for each in looked(put(tmp_path, name, content)):
            assert each.file["status"] == "read", (name, each.file)
            rows = completed([("files", each.file), *(each.rows or ())], "b")
            assert leaks(repr(rows).encode()) == [], name
    assert marker.count > 500


@pytest.mark.parametrize(("boot", "booted"), [("never", False), ("always", True)])
def test_whether_the_firmware_ran_is_noted(boot: str, booted: bool, tmp_path: Path) -> None:
    path = put(tmp_path, "plug.bin", build_sample())
    request = Request(item(path), str(put(tmp_path, "k", b"")), b"", boot, "never", 60)
    [row] = completed(reading.read(request)[0].rows or (), "b")["dumps"]
    assert row["booted"] is booted


def test_no_secret_enters_by_a_text_either() -> None:
    row = WARNINGS.complete({"message": 'It holds {"passwd":"hunter2000"}.', "code": "x"})
    assert row["message"] == 'It holds {"passwd":"<redacted>"}.'


def test_what_experiments_showed_is_in_the_tables(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = (Seen("press-short P8", "P26 went high"), Seen("boot", "P26 was set up"))
    relay = PinConclusion(26, "Rel", 1, None, Confidence.LIKELY, ("LED",), seen)
    report = cast("Any", SimpleNamespace(conclusions=SimpleNamespace(pins=(relay,))))
    monkeypatch.setattr(reading, "probed", lambda _, analysis, *__, **___: (analysis, report))
    path = put(tmp_path, "plug.bin", build_sample())
    request = Request(item(path), str(put(tmp_path, "k", b"")), b"", "never", "always", 60)
    [content] = reading.read(request)
    rows = completed(content.rows or (), "b")
    [row] = rows["behaviour"]
    assert (row["gpio"], row["role"], row["confidence"]) == (26, "Rel", "likely")
    assert row["evidence"] == "press-short P8: P26 went high; boot: P26 was set up"
    assert rows["dumps"][0]["probed"] is True


def test_an_answer_has_every_column() -> None:
    for table in TABLES:
        assert set(table.complete({})) == set(table.columns)
        assert set(table.columns) > set(table.key)
