"""What backups and writes that were cut off have left."""

import json
from pathlib import Path

import pytest

from bekenlab.chips import SECTOR
from bekenlab.files import lock
from bekenlab.flashing.journal import WriteRecord, at_work
from bekenlab.flashing.places import Places
from bekenlab.flashing.unfinished import UnfinishedKind, unfinished


@pytest.fixture
def places(tmp_path: Path) -> Places:
    (tmp_path / "backups").mkdir()
    return Places(tmp_path / "state", tmp_path / "backups")


def half_a_backup(places: Places) -> Path:
    head = {"format": "bekenlab-backup", "version": 1, "size": 4 * SECTOR, "chip": "BK7231N"}
    entries = [{"a": 0, "c": 1}, {"a": SECTOR, "c": 2}, {"a": SECTOR, "c": 3}]
    journal = places.backups / "plug.bin.journal"
    lines = [json.dumps(each) for each in [head, *entries]]
    journal.write_text("\n".join([*lines, '{"a": 8']), encoding="utf-8")
    (places.backups / "plug.bin.partial").write_bytes(bytes(4 * SECTOR))
    return journal


def test_a_backup_tells_how_far_it_came(places: Places) -> None:
    half_a_backup(places)
    (found,) = unfinished(places)
    assert (found.kind, found.name, found.chip) == (UnfinishedKind.BACKUP, "plug.bin", "BK7231N")
    assert (found.done, found.size) == (2 * SECTOR, 4 * SECTOR)
    found.discard()
    assert not list(places.backups.iterdir())
    assert unfinished(places) == []


def test_a_backup_that_is_being_made_is_left_out(places: Places) -> None:
    with half_a_backup(places).open("a") as held:
        assert lock(held)
        assert unfinished(places) == []
    assert len(unfinished(places)) == 1


@pytest.mark.parametrize("kept", [True, False])
def test_a_write_tells_what_it_can_be_undone_with(places: Places, *, kept: bool) -> None:
    half_a_backup(places)
    backup = places.backups / "old.bin"
    if kept:
        backup.write_bytes(b"x")
    record = WriteRecord(
        {"chip": "BK7231T"}, ((0, SECTOR),), {0: 1}, {}, backup, title="app.rbl: an update, 1.0"
    )
    places.journal.save(record, None)
    first, second = unfinished(places)
    assert (first.kind, first.name, first.chip) == (UnfinishedKind.WRITE, "app.rbl", "BK7231T")
    assert (first.backup is not None) is kept
    assert second.kind is UnfinishedKind.BACKUP
    assert first.id != second.id
    first.discard()
    assert [each.kind for each in unfinished(places)] == [UnfinishedKind.BACKUP]


def test_a_write_that_is_at_work_anywhere_is_left_out(places: Places) -> None:
    record = WriteRecord({"chip": "BK7231T"}, ((0, SECTOR),), {0: 1}, {}, None)
    saved = places.journal.save(record, None)
    with at_work(saved):
        assert unfinished(places) == []
    assert [each.path for each in unfinished(places)] == [saved]
    assert [path.suffix for path in (places.state or places.backups).rglob("*.lock")] == []


def test_without_folders_there_is_nothing(tmp_path: Path) -> None:
    assert unfinished(Places(None, tmp_path / "none")) == []
