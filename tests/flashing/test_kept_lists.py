"""The lists in the user's state folder may hold anything: they never stop a job."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

import pytest

from bekenlab.flashing.backup_list import backups
from bekenlab.flashing.baud_memory import BaudMemory
from bekenlab.flashing.known_backups import KnownBackups
from bekenlab.flashing.places import Places

if TYPE_CHECKING:
    from pathlib import Path

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
    assert dump.resolve() in {path.resolve() for path in places.candidates()}
    assert [each.path for each in backups(places)] == [dump.resolve()]
