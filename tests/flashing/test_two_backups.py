"""Two devices of one kind are backed up at the same time, into the same file."""

from __future__ import annotations

import json
import os
import threading
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from bekenlab.errors import FileAccessError, RefusedError
from bekenlab.events import Event, Progress
from bekenlab.flashing.backup import backup
from bekenlab.flashing.backup_files import next_output
from bekenlab.flashing.known_backups import KnownBackups
from bekenlab.link.connect import connect
from bekenlab.link.virtual import VirtualTransport
from bekenlab.machine.rom import RomChip
from bekenlab.samples import build_sample

if TYPE_CHECKING:
    from pathlib import Path

    from bekenlab.link.target import Target

FIRST = build_sample()
SECOND = FIRST[:0x1D0010] + bytes(64) + FIRST[0x1D0050:]


def target(flash: bytes) -> Target:
    return connect(VirtualTransport(RomChip("BK7231N", flash)), wait=0).target


def now() -> datetime:
    return datetime.now(UTC)


def test_a_second_run_does_not_touch_the_files_of_the_first(tmp_path: Path) -> None:
    output, other = tmp_path / "plug.bin", target(SECOND)
    refused: list[str] = []

    def meanwhile(event: Event, /) -> None:
        if isinstance(event, Progress) and event.done > len(FIRST) // 2 and not refused:
            with pytest.raises(RefusedError, match="another run") as error:
                backup(other, output, now=now)
            refused.append(error.value.code)
            # The pages choose a name themselves, never one in use.
            chosen = next_output(tmp_path, other.identity, now())
            assert chosen != output

    backup(target(FIRST), output, now=now, events=meanwhile)
    assert refused
    assert output.read_bytes() == FIRST
    assert not (tmp_path / "plug.bin.journal").exists()


def test_a_backup_that_differs_on_disk_is_not_finished(tmp_path: Path) -> None:
    output = tmp_path / "plug.bin"

    def spoil(event: Event, /) -> None:
        if isinstance(event, Progress) and event.done == len(FIRST):
            with (tmp_path / "plug.bin.partial").open("r+b") as partial:
                partial.seek(0x1D0000)
                partial.write(b"spoilt")

    with pytest.raises(FileAccessError, match="does not hold"):
        backup(target(FIRST), output, now=now, events=spoil)
    assert not output.exists()
    assert backup(target(FIRST), output, now=now).resumed, "the rest is resumed"
    assert output.read_bytes() == FIRST


def test_an_empty_journal_does_not_count_as_another_chip(tmp_path: Path) -> None:
    (tmp_path / "plug.bin.partial").write_bytes(b"")
    (tmp_path / "plug.bin.journal").write_bytes(b"")
    report = backup(target(FIRST), tmp_path / "plug.bin", now=now)
    assert json.loads(report.manifest.read_text())["sha256"] == report.sha256


def test_backups_registered_at_the_same_time_are_all_known(tmp_path: Path) -> None:
    def note(prefix: str) -> None:
        for number in range(10):
            KnownBackups(tmp_path).add(tmp_path / f"{prefix}{number}.bin")

    threads = [threading.Thread(target=note, args=(prefix,)) for prefix in "ab"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(KnownBackups(tmp_path).paths()) == 20


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such rights")
def test_only_the_user_can_read_a_backup_at_any_time(tmp_path: Path) -> None:
    """A dump holds the password of the Wi-Fi, and so do its partial file and journal."""
    output = tmp_path / "plug.bin"
    seen: set[str] = set()

    def look(_event: Event, /) -> None:
        for path in tmp_path.iterdir():
            assert path.stat().st_mode & 0o077 == 0, path.name
            seen.add(path.name)

    before = os.umask(0)
    try:
        backup(target(FIRST), output, now=now, events=look)
    finally:
        os.umask(before)
    assert {"plug.bin.partial", "plug.bin.journal"} <= seen
    look(Progress("backup", "read", 0, 0))
    assert {"plug.bin", "plug.bin.json"} <= seen
