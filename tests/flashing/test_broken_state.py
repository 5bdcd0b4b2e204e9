"""A broken file among bekenlab's own is named and left out; it never stops a write."""

from __future__ import annotations

import json
import lzma
from typing import TYPE_CHECKING, Any

import pytest

from bekenlab.analysis.inputs import InputFile
from bekenlab.errors import RefusedError
from bekenlab.flashing.backup_files import BackupFiles, is_as_made, manifest_path, next_output
from bekenlab.flashing.backup_list import backups
from bekenlab.flashing.baud_memory import BaudMemory
from bekenlab.flashing.execute import flash
from bekenlab.flashing.flash_file import recognise
from bekenlab.flashing.journal import WriteJournal
from bekenlab.flashing.known_backups import KnownBackups
from bekenlab.flashing.places import Places
from bekenlab.flashing.plan_write import WriteOptions, plan_write
from bekenlab.flashing.state import survey
from bekenlab.link.connect import connect
from bekenlab.link.virtual import VirtualTransport
from bekenlab.machine.rom import RomChip
from bekenlab.samples import build_sample

if TYPE_CHECKING:
    from pathlib import Path

SAMPLE = build_sample()
DEEP = '{"a":' * 5000 + "1" + "}" * 5000
RECORD: dict[str, Any] = {
    "format": "bekenlab-write",
    "version": 1,
    "chip": {"chip": "BK7231N"},
    "ranges": [[0x11000, 0x20000]],
    "crcs": {"0": 1, "1000": 2},
    "originals": {"11000": "AAAA"},
    "backup": "/x",
    "status": 4,
}


def record(**changed: object) -> str:
    return json.dumps({**RECORD, **changed})


BROKEN: dict[str, str | bytes] = {
    "nothing": "",
    "no text": b"\xff\xfe\0",
    "another kind": "[]",
    "infinite": record(crcs={"0": float("inf")}),
    "no number": record(ranges=[[float("nan"), 1]]),
    "digits": record(status="N").replace('"N"', "9" * 5000),
    "overflow": record(status="N").replace('"N"', "1e999"),
    "a fraction": record(crcs={"0": 0.5}),
    "beyond any flash": record(ranges=[[0, 1 << 70]]),
    "a long address": record(crcs={"f" * 9000: 1}),
    "negative": record(ranges=[[-5, 1]]),
    "deep": record(backup="N").replace('"N"', DEEP),
    "deep chip": record(chip={"chip": [[]]}),
    "twice": record().replace('"version": 1', '"version": 1, "version": 1'),
    "half a pair": record(backup="N").replace('"N"', '"\\ud800\\u0000"'),
    "no base64": record(originals={"0": "\x00"}),
    "a list for a table": record(originals=[1, 2]),
}


def write_file(path: Path, content: str | bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


@pytest.fixture(params=BROKEN)
def broken(request: pytest.FixtureRequest) -> str | bytes:
    return BROKEN[request.param]


def test_a_record_that_is_right_is_no_broken_one(tmp_path: Path) -> None:
    write_file(tmp_path / "writes" / "a.json", record())
    assert WriteJournal(tmp_path).unreadable() == ()


def test_a_broken_record_is_named_and_left_out(tmp_path: Path, broken: str | bytes) -> None:
    path = write_file(tmp_path / "writes" / "a.json", broken)
    journal = WriteJournal(tmp_path)
    target = connect(VirtualTransport(RomChip("BK7231N", SAMPLE)), wait=0).target
    assert not journal.concerns(target.identity)
    assert journal.half_written(target) is None
    (notice,) = journal.unreadable()
    assert notice.code == "state-ignored"
    assert str(path) in notice.message


def test_a_write_goes_on_beside_broken_records_and_backups(tmp_path: Path) -> None:
    for number, content in enumerate(BROKEN.values()):
        write_file(tmp_path / "writes" / f"{number}.json", content)
    saved = write_file(tmp_path / "saved.bin", SAMPLE)
    bomb = write_file(tmp_path / "bomb.bin", lzma.compress(SAMPLE)[:1000])
    changed = write_file(tmp_path / "changed.bin", SAMPLE)
    write_file(manifest_path(changed), json.dumps({"sha256": "0" * 64}))
    odd = write_file(tmp_path / "odd.bin", SAMPLE[::-1])
    write_file(manifest_path(odd), DEEP)
    folder = tmp_path / "folder.bin"
    folder.mkdir()

    chip = RomChip("BK7231N", SAMPLE)
    target = connect(VirtualTransport(chip), wait=0).target
    journal = WriteJournal(tmp_path)
    state = survey(target, journal, [saved, bomb, changed, odd, folder, tmp_path / "gone.bin"])
    assert state.backup is not None
    assert state.backup[0] == saved
    named = "\n".join(notice.message for notice in state.notices)
    assert {notice.code for notice in state.notices} == {"state-ignored"}
    for path in (bomb, changed, odd, *(tmp_path / "writes").iterdir()):
        assert str(path) in named

    file = recognise(InputFile("new.dat", tmp_path / "new.dat", b"new"))
    options = WriteOptions(0x1E2000, force=frozenset({"unknown-file"}))
    plan = plan_write(target, file, options, state)
    assert set(state.notices) <= set(plan.notices), "the plan names them"
    flash(target, plan, state, journal, reboot=False)
    assert chip.flash[0x1E2000:0x1E2003] == b"new"


def test_broken_lists_and_manifests_count_as_empty(tmp_path: Path, broken: str | bytes) -> None:
    write_file(tmp_path / "backups.json", broken)
    write_file(tmp_path / "adapters.json", broken)
    dump = write_file(tmp_path / "backups" / "a.bin", SAMPLE)
    write_file(manifest_path(dump), broken)
    assert KnownBackups(tmp_path).paths() == []
    assert BaudMemory(tmp_path).recall("adapter") is None
    assert is_as_made(dump, SAMPLE)
    (found,) = backups(Places(tmp_path, tmp_path / "backups"))
    assert found.path == dump


@pytest.mark.parametrize("broken", ["[", "{}", b"\xff\xfe", DEEP])
def test_a_broken_list_of_backups_is_set_aside_and_named(
    tmp_path: Path, broken: str | bytes
) -> None:
    listed = write_file(tmp_path / "backups.json", broken)
    before = listed.read_bytes()
    (notice,) = KnownBackups(tmp_path).add(tmp_path / "a.bin")
    aside = tmp_path / "backups.broken"
    assert notice.code == "state-ignored"
    assert str(listed) in notice.message
    assert str(aside) in notice.message
    assert aside.read_bytes() == before
    assert KnownBackups(tmp_path).paths() == [tmp_path / "a.bin"]
    assert KnownBackups(tmp_path).add(tmp_path / "b.bin") == ()


def test_names_that_no_file_can_have_are_left_out(tmp_path: Path) -> None:
    names = ["\0", "a" * 5000, "\ud800", "x/" * 5000, str(tmp_path / "a.bin")]
    write_file(tmp_path / "backups.json", json.dumps(names))
    places = Places(tmp_path, tmp_path / "backups")
    assert tmp_path / "a.bin" in places.candidates()
    assert backups(places) == []


def test_a_backup_begins_anew_over_a_broken_journal(tmp_path: Path, broken: str | bytes) -> None:
    output = tmp_path / "a.bin"
    data = broken.encode() if isinstance(broken, str) else broken
    write_file(tmp_path / "a.bin.journal", data.replace(b"\n", b"") + b'\n{"a": 0, "c": 1e999}\n[]')
    write_file(tmp_path / "a.bin.partial", b"\0" * 4096)
    files = BackupFiles(output, {"chip": "BK7231N"}, 4096)
    assert files.resumed == 0
    files.close()


def test_a_journal_of_another_chip_is_still_not_mixed_with_this_one(tmp_path: Path) -> None:
    output = tmp_path / "a.bin"
    head = {"format": "bekenlab-backup", "version": 1, "size": 4096, "chip": "BK7231T"}
    write_file(tmp_path / "a.bin.journal", json.dumps(head) + '\n{"a": 0, "c": 1}\n')
    write_file(tmp_path / "a.bin.partial", b"\0" * 4096)
    with pytest.raises(RefusedError, match="another chip"):
        BackupFiles(output, {"chip": "BK7231N"}, 4096)


def test_no_broken_journal_is_taken_for_one_to_go_on_with(tmp_path: Path) -> None:
    from datetime import UTC, datetime

    for number, content in enumerate(BROKEN.values()):
        write_file(tmp_path / f"{number}.bin.journal", content)
    target = connect(VirtualTransport(RomChip("BK7231N", SAMPLE)), wait=0).target
    path = next_output(tmp_path, target.identity, datetime(2026, 1, 1, tzinfo=UTC))
    assert path == tmp_path / "BK7231N-20260101-000000.bin"
