"""Where one input is needed and there are several, none is taken unasked, and each has a path."""

from __future__ import annotations

import io
import json
import warnings
import zipfile
from typing import TYPE_CHECKING, Any

import pytest

from analyses import sample
from bekenlab.analysis.choose import choose_dump
from bekenlab.analysis.inputs import load, load_one
from bekenlab.analysis.read_log import read_log
from bekenlab.analysis.several import SeveralInputsError
from bekenlab.analysis.subject import read_subject
from bekenlab.errors import BekenlabError, FileAccessError, NotADumpError
from bekenlab.jobs.obk_config import read_config
from bekenlab.redaction.redact import redact_file
from bekenlab.report.json_report import to_json
from bekenlab.samples import build_sample

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

PLUG = build_sample()
TWO = "{rl1_pin:26,bt1_pin:10}\n\nand\n\n{rl1_pin:6,bt1_pin:7,module:CB2S}\n"

READERS: dict[str, Callable[[Path], Any]] = {
    "boot, sim, rehearse": choose_dump,
    "export, match, pinout": read_subject,
    "log parse": read_log,
    "config": read_config,
    "redact": redact_file,
    "write, restore, verify": load_one,
}


def archive(members: dict[str, bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as made:
        for name, content in members.items():
            made.writestr(name, content)
    return stream.getvalue()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "two").mkdir()
    for name in ("a.bin", "b.bin"):
        (tmp_path / "two" / name).write_bytes(PLUG)
    members = {"a.bin": PLUG, "deep/b.bin": PLUG}
    (tmp_path / "two.zip").write_bytes(archive(members))
    (tmp_path / "one.zip").write_bytes(archive({"a.bin": PLUG, "readme.txt": b"from a forum"}))
    (tmp_path / "one").mkdir()
    (tmp_path / "one" / "a.bin").write_bytes(PLUG)
    (tmp_path / "one" / "notes.txt").write_text("mine")
    return tmp_path


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("where", ["two", "two.zip"])
def test_several_are_refused_and_listed_with_their_paths(
    folder: Path, where: str, reader: str
) -> None:
    with pytest.raises(SeveralInputsError, match=r"a\.bin; .*b\.bin") as caught:
        READERS[reader](folder / where)
    assert caught.value.code == "refused"
    first, second = caught.value.choices
    assert first == folder / where / "a.bin"
    assert str(first) in caught.value.hint
    assert load_one(first).data == load_one(second).data == PLUG


@pytest.mark.parametrize("where", ["one", "one.zip", "two/b.bin", "two.zip/deep/b.bin"])
def test_the_only_one_is_taken_and_so_is_the_one_that_is_named(folder: Path, where: str) -> None:
    assert load_one(folder / where).data == PLUG
    assert choose_dump(folder / where).chip == "BK7231N"
    assert read_subject(folder / where).module == "CB2S"


def test_a_dump_beside_a_configuration_is_still_the_only_dump(folder: Path) -> None:
    (folder / "one" / "config.txt").write_text("{rl1_pin:26}")
    assert choose_dump(folder / "one").chip == "BK7231N"
    with pytest.raises(SeveralInputsError):
        read_subject(folder / "one")


@pytest.mark.parametrize("name", ["post.txt", "post.log"])
def test_each_configuration_in_a_text_has_a_number(tmp_path: Path, name: str) -> None:
    post = tmp_path / name
    post.write_text(TWO)
    for read in (read_subject, read_log):
        with pytest.raises(SeveralInputsError, match="2: CB2S, rl1_pin 6") as caught:
            read(post)
        gpios = []
        for choice in caught.value.choices:
            told = read(choice)
            assert told.pins
            assert not [n for n in told.notices if n.code == "several-configurations"]
            gpios.append([pin.gpio for pin in told.pins.pins])
        assert gpios == [[10, 26], [6, 7]]
        for wrong in ("3", "0", "x", "1/1"):
            with pytest.raises((NotADumpError, FileAccessError)):
                read(post / wrong)


def test_each_report_in_a_file_has_a_number(tmp_path: Path) -> None:
    lines = [json.dumps(to_json(sample()) | {"module": module}) for module in ("CB2S", "CB3S")]
    path = tmp_path / "all.jsonl"
    path.write_text("\n".join(lines))
    with pytest.raises(SeveralInputsError, match="2 reports") as caught:
        read_subject(path)
    assert [read_subject(each).module for each in caught.value.choices] == ["CB2S", "CB3S"]


def test_a_member_never_names_a_file_outside_its_archive(tmp_path: Path) -> None:
    secret = tmp_path / "secret.bin"
    secret.write_bytes(b"mine")
    hostile = [str(secret), "../secret.bin", "a/../../secret.bin", "a.bin", "a.bin", "C:x.bin"]
    path = tmp_path / "evil.zip"
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as made, warnings.catch_warnings(action="ignore"):
        for number, name in enumerate(hostile):
            made.writestr(zipfile.ZipInfo(name), bytes([number]))
    path.write_bytes(stream.getvalue())
    files = load(path)
    assert [file.data[0] for file in files] == [0, 3, 4, 5], "none that leads out of it"
    assert len({file.path for file in files}) == len(files)
    for file in files:
        assert file.path.is_relative_to(path)
        assert load(file.path)[0].data == file.data


@pytest.mark.parametrize("below", ["no.bin", "a.bin/x", "1", "../two/a.bin"])
def test_what_is_not_there_is_said(folder: Path, below: str) -> None:
    with pytest.raises(BekenlabError):
        load(folder / "two.zip" / below)
    with pytest.raises(FileAccessError):
        load(folder / "two" / "a.bin" / below)
