"""Backups over the network: whole folders or none, and each file what it says."""

from __future__ import annotations

import errno
import hashlib
import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from bekenlab.chips import chip as chip_named
from bekenlab.errors import FileAccessError, RefusedError, UsageError
from bekenlab.events import Event, Progress
from bekenlab.files import write_whole
from bekenlab.jobs.lan.backup import BackupReport, backup
from bekenlab.jobs.obk_config import read_config
from bekenlab.lan.errors import NoAnswerError
from bekenlab.samples import build_sample
from lan.devices import PATIENT, patient_client
from lan.fake import FakeDevice
from lan.fake_firmware import Firmware

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path


@pytest.fixture
def fake() -> Iterator[FakeDevice]:
    """The sample device, freed: Tuya's storage is still there."""
    with FakeDevice(Firmware(flash=build_sample())) as device:
        device.firmware.put_files({"autoexec.bat": "x"})
        device.firmware.pending = True
        patient_client(device).clock.sleep(5)
        yield device


def save(fake: FakeDevice, folder: Path, parts: Sequence[str] = (), **more: object) -> BackupReport:
    now = datetime(2026, 1, 2, tzinfo=UTC)
    return backup(patient_client(fake), folder, parts=parts, now=lambda: now, **more)  # type: ignore[arg-type]


def test_what_cannot_be_had_again_is_in_it(fake: FakeDevice, tmp_path: Path) -> None:
    report = save(fake, tmp_path / "plug")
    names = ["rf", "config", "oem_cfg", "protected", "storage", "filesystem"]
    assert [part.name for part in report.parts] == names
    assert report.notices == ()
    flash = bytes(fake.firmware.flash)
    assert (tmp_path / "plug" / "storage.bin").read_bytes() == flash[0x1EE000:0x200000]
    assert (tmp_path / "plug" / "rf.bin").read_bytes() == flash[0x1D0000:0x1D1000]
    assert (tmp_path / "plug" / "filesystem.bin").read_bytes() == flash[0x1C8000:0x1D0000]
    assert read_config(tmp_path / "plug" / "config.bin").config.value("short_name")


def test_the_manifest_says_what_each_file_is(fake: FakeDevice, tmp_path: Path) -> None:
    save(fake, tmp_path / "plug")
    manifest = json.loads((tmp_path / "plug" / "manifest.json").read_text())
    assert (manifest["chip"], manifest["made"]) == ("BK7231N", "2026-01-02T00:00:00+00:00")
    for part in manifest["parts"]:
        data = (tmp_path / "plug" / part["file"]).read_bytes()
        assert (part["size"], part["sha256"]) == (len(data), hashlib.sha256(data).hexdigest())
    assert {path.stat().st_mode & 0o077 for path in (tmp_path / "plug").iterdir()} == {0}


def test_all_of_flash_is_a_dump(fake: FakeDevice, tmp_path: Path) -> None:
    events: list[Event] = []
    save(fake, tmp_path / "plug", ["flash"], events=events.append)
    assert (tmp_path / "plug" / "flash.bin").read_bytes() == bytes(fake.firmware.flash)
    progress = [event for event in events if isinstance(event, Progress)]
    assert (progress[-1].done, progress[-1].total) == (0x200000, 0x200000)


def test_a_folder_that_exists_is_left_alone(fake: FakeDevice, tmp_path: Path) -> None:
    (tmp_path / "plug").mkdir()
    with pytest.raises(RefusedError, match="already exists"):
        save(fake, tmp_path / "plug")
    assert fake.requests == []


def test_a_backup_that_breaks_off_leaves_nothing(fake: FakeDevice, tmp_path: Path) -> None:
    fake.faults.cut = 40
    with pytest.raises(NoAnswerError):
        save(fake, tmp_path / "plug")
    assert list(tmp_path.iterdir()) == []
    fake.faults.cut = PATIENT.tries - 1
    save(fake, tmp_path / "plug")


def test_the_folder_has_its_name_only_when_all_of_it_is_there(
    fake: FakeDevice, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever looks meanwhile, or after a crash, takes half a backup for none."""
    folder = tmp_path / "plug"
    seen: list[tuple[str, bool]] = []

    def looked_at(path: Path, content: bytes, *, private: bool) -> None:
        write_whole(path, content, private=private)
        seen.append((path.name, folder.exists()))

    monkeypatch.setattr("bekenlab.jobs.lan.backup.write_whole", looked_at)
    save(fake, folder, ["config", "rf"])
    assert seen == [("config.bin", False), ("rf.bin", False), ("manifest.json", False)]
    assert [path.name for path in tmp_path.iterdir()] == ["plug"]


def test_a_disk_that_is_full_leaves_nothing(
    fake: FakeDevice, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(path: Path, content: bytes, *, private: bool) -> None:
        if path.name == "manifest.json":
            raise OSError(errno.ENOSPC, "No space left on device")
        write_whole(path, content, private=private)

    monkeypatch.setattr("bekenlab.jobs.lan.backup.write_whole", full)
    with pytest.raises(FileAccessError, match="no space left"):
        save(fake, tmp_path / "plug", ["config", "rf"])
    assert list(tmp_path.iterdir()) == []


def test_what_a_crash_left_is_not_in_the_next_backup(fake: FakeDevice, tmp_path: Path) -> None:
    left = tmp_path / ".plug.partial"
    left.mkdir()
    (left / "old.bin").write_bytes(b"of another device")
    save(fake, tmp_path / "plug", ["config"])
    assert sorted(path.name for path in (tmp_path / "plug").iterdir()) == [
        "config.bin",
        "manifest.json",
    ]


def test_a_folder_that_cannot_be_made_is_said(fake: FakeDevice, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(FileAccessError, match="cannot be written"):
        save(fake, tmp_path / "file" / "plug", ["config"])


def test_an_unknown_part_names_those_there_are(fake: FakeDevice, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no part 'tuya'") as caught:
        save(fake, tmp_path / "plug", ["tuya"])
    assert "storage" in caught.value.hint


def test_a_device_without_files_has_none_in_its_backup(tmp_path: Path) -> None:
    with FakeDevice() as fake:
        report = save(fake, tmp_path / "plug", ["config", "filesystem"])
    assert [part.name for part in report.parts] == ["config"]
    assert [notice.code for notice in report.notices] == ["no-filesystem"]


def test_what_lies_behind_the_readable_flash_is_left_out_and_said(
    fake: FakeDevice, tmp_path: Path
) -> None:
    fake.firmware.chip = chip_named("BK7252")
    report = save(fake, tmp_path / "plug", ["rf", "storage"])
    assert [part.name for part in report.parts] == ["rf"]
    assert [notice.code for notice in report.notices] == ["not-readable"]
