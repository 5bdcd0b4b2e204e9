"""The lists in the user's state folder may hold anything: they never stop a job."""

from __future__ import annotations

import errno
import json
import os
import sys
from pathlib import Path

import pytest

from bekenlab.files import resolved
from bekenlab.flashing.backup_list import backups
from bekenlab.flashing.baud_memory import BaudMemory
from bekenlab.flashing.journal import WriteRecord
from bekenlab.flashing.known_backups import KnownBackups
from bekenlab.flashing.places import Places

ODD = ["[" * 100_000, "{", "", "7", "null", '{"a":[1e999]}', '["\\u0000","\\ud800/b.bin"]', "\x00"]


@pytest.mark.parametrize("text", ODD)
def test_a_list_that_is_something_else_counts_as_empty(tmp_path: Path, text: str) -> None:
    (tmp_path / "backups.json").write_text(text, "utf-8")
    (tmp_path / "adapters.json").write_text(text, "utf-8")
    dump = tmp_path / "plug.bin"
    dump.write_bytes(b"dump")
    KnownBackups(tmp_path).add(dump)
    assert dump.resolve() in KnownBackups(tmp_path).paths()
    BaudMemory(tmp_path).remember("adapter", 921600)
    assert BaudMemory(tmp_path).recall("adapter") == 921600


def test_paths_that_no_system_takes_do_not_hide_the_others(tmp_path: Path) -> None:
    dump = tmp_path / "plug.bin"
    dump.write_bytes(b"dump")
    circle = tmp_path / "circle"
    if sys.platform != "win32":  # there it takes a privilege
        circle.symlink_to(circle)
    odd = ["a\0b", "x" * 70_000, "/" + "y" * 5000 + "/z", str(circle / "a.bin"), "\ud800"]
    (tmp_path / "backups.json").write_text(json.dumps([*odd, str(dump)]), "utf-8")
    places = Places(tmp_path, tmp_path)
    assert dump.resolve() in {resolved(path) for path in places.candidates()}
    assert [each.path for each in backups(places)] == [dump.resolve()]


def test_backups_on_a_disk_that_cannot_be_reached_stay_on_the_list(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    away, here = tmp_path / "away.bin", tmp_path / "here.bin"
    for dump in (away, here):
        dump.write_bytes(b"dump")
    KnownBackups(tmp_path).add(away)
    looked_at = Path.stat

    def stat(self: Path, **how: bool) -> os.stat_result:
        if self.name == away.name:
            raise OSError(errno.ENOTCONN, "transport endpoint is not connected")
        return looked_at(self, **how)

    places = Places(state=tmp_path, backups=tmp_path / "none")
    with monkeypatch.context() as gone:
        gone.setattr(Path, "stat", stat)
        KnownBackups(tmp_path).add(here)
        assert [each.path for each in backups(places)] == [here.resolve()]
    assert KnownBackups(tmp_path).paths() == [away.resolve(), here.resolve()]
    assert len(backups(places)) == 2


@pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="names are text there")
def test_names_that_are_not_utf_8_survive_in_lists_and_records(tmp_path: Path) -> None:
    folder = tmp_path / os.fsdecode(b"Ger\xe4te")
    folder.mkdir()
    dumps = [folder / "a.bin", folder / "b.bin"]
    for dump in dumps:
        dump.write_bytes(b"dump")
        KnownBackups(tmp_path).add(dump)
    assert [path for path in KnownBackups(tmp_path).paths() if path.is_file()] == [
        dump.resolve() for dump in dumps
    ]
    places = Places(state=tmp_path, backups=tmp_path / "none")
    assert len({each.id for each in backups(places)}) == 2
    places.journal.save(WriteRecord({}, (), {}, {}, dumps[0]), None)
    assert [record.backup for _, record in places.journal.records()] == [dumps[0]]


def test_a_broken_list_is_set_aside(tmp_path: Path) -> None:
    (tmp_path / "backups.json").write_text("{", "utf-8")
    KnownBackups(tmp_path).add(tmp_path / "plug.bin")
    assert (tmp_path / "backups.broken").read_text("utf-8") == "{"
