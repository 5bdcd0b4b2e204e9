"""Updates over the network: what the device does not check is checked here."""

from __future__ import annotations

import gzip
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from bekenlab.chips import chip as chip_named
from bekenlab.errors import BekenlabError, CorruptInputError, RefusedError
from bekenlab.events import Event, Progress
from bekenlab.jobs.lan.copies import Copies
from bekenlab.jobs.lan.ota import OtaReport, plan_ota, run_ota
from bekenlab.jobs.lan.ota_file import OtaFile, check_fit, read_ota
from bekenlab.lan.errors import NoAnswerError
from bekenlab.link.errors import VerifyFailedError
from lan.devices import NEW_BUILD, package, patient_client
from lan.fake import FakeDevice
from lan.fake_firmware import LFS_MAGIC, Firmware

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

FILES = {"autoexec.bat": "startDriver NTP", "page.html": "<html>"}


@pytest.fixture
def fake() -> Iterator[FakeDevice]:
    with FakeDevice() as device:
        yield device


def written(folder: Path, data: bytes) -> Path:
    path = folder / "OpenBK7231N_1.18.999.rbl"
    path.write_bytes(data)
    return path


def update(fake: FakeDevice, folder: Path, data: bytes | None = None, **more: object) -> OtaReport:
    device = patient_client(fake)
    plan = plan_ota(device, read_ota(written(folder, data or package())))
    copies = Copies(folder / "kept", lambda: datetime(2026, 1, 2, tzinfo=UTC))
    return run_ota(device, plan, copies, **more)  # type: ignore[arg-type]


def test_a_package_says_what_it_is(tmp_path: Path) -> None:
    file = read_ota(written(tmp_path, package("BK7231T")))
    assert (file.chip, file.version, file.build) == ("BK7231T", "1.18.999", NEW_BUILD)
    packed = tmp_path / "packed.rbl.gz"
    packed.write_bytes(gzip.compress(package()))
    assert read_ota(packed).chip == "BK7231N"


def test_the_device_runs_the_new_build_in_the_end(fake: FakeDevice, tmp_path: Path) -> None:
    events: list[Event] = []
    report = update(fake, tmp_path, events=events.append)
    assert (report.info.build, report.info.version) == (NEW_BUILD, "1.18.999")
    assert (report.files_restored, fake.firmware.updates, fake.firmware.boots) == (None, 1, 2)
    assert [path.name for path in report.kept] == [
        f"127.0.0.1-{fake.port}-20260102-000000-settings.bin"
    ]
    phases = [event.phase for event in events if isinstance(event, Progress)]
    assert list(dict.fromkeys(phases)) == ["upload", "compare"]
    assert fake.firmware.config.value("ota_counter") == 1


def test_its_files_are_lost_by_the_update_and_put_back(fake: FakeDevice, tmp_path: Path) -> None:
    fake.firmware.put_files(FILES)
    report = update(fake, tmp_path)
    assert report.files_restored is True
    assert fake.firmware.files() == FILES
    assert fake.firmware.boots == 3, "behind an upload it saves nothing until it restarts"
    assert report.kept[1].read_bytes().startswith(LFS_MAGIC)


def test_files_that_do_not_come_back_are_an_error_that_says_where_they_are(
    fake: FakeDevice, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake.firmware.put_files(FILES)
    monkeypatch.setattr(Firmware, "mount", lambda _: None)
    lost = Firmware.start

    def start(self: Firmware) -> None:
        lost(self)
        self.mounted = self.boots < 2 and self.mounted

    monkeypatch.setattr(Firmware, "start", start)
    with pytest.raises(VerifyFailedError, match="not all files"):
        update(fake, tmp_path)
    [image] = (tmp_path / "kept").glob("*filesystem.bin")
    assert image.read_bytes().startswith(LFS_MAGIC)


@pytest.mark.parametrize(
    ("data", "error", "said"),
    [
        (package("BK7231T"), RefusedError, "for BK7231T, but the device has a BK7231N"),
        (package(name="ESPHome"), RefusedError, "not OpenBeken"),
        (package(name="OpenBK9999"), RefusedError, "not OpenBeken"),
        (package(partition="bootloader"), RefusedError, "partition 'bootloader'"),
        (package()[:-16], CorruptInputError, "truncated"),
        (package()[:400] + b"\0" * 16 + package()[416:], CorruptInputError, "decompressed"),
        (package(body_crc=1), CorruptInputError, "checksums do not match"),
        (b"BK7231 firmware", CorruptInputError, "begin with RBL"),
    ],
)
def test_nothing_is_sent_that_would_not_start(
    fake: FakeDevice, tmp_path: Path, data: bytes, error: type[BekenlabError], said: str
) -> None:
    with pytest.raises(error, match=said):
        update(fake, tmp_path, data)
    assert not [request for request in fake.requests if request.startswith("POST")]


def file(size: int, code_size: int = 1000) -> OtaFile:
    return OtaFile("x.rbl", bytes(size), "BK7231N", "1", "", code_size)


def test_a_package_that_would_reach_the_calibration_is_refused() -> None:
    chip = chip_named("BK7231N")
    assert check_fit(file(0xA6000), chip).start == 0x12A000
    with pytest.raises(RefusedError, match=r"679,937 bytes, but the partition only 679,936"):
        check_fit(file(0xA6001), chip)
    with pytest.raises(RefusedError, match="there is room for"):
        check_fit(file(1000, 0x119000), chip)


def test_the_device_itself_would_let_it_overwrite_everything(fake: FakeDevice) -> None:
    """Why the size is checked here: only the first burst is compared with the end."""
    before = bytes(fake.firmware.flash[0x1D0000:0x1D2000])
    patient_client(fake).upload_firmware(b"\x55" * (0xA6000 + 0x2000))
    assert bytes(fake.firmware.flash[0x1D0000:0x1D2000]) != before


def test_an_upload_that_breaks_off_changes_nothing(fake: FakeDevice, tmp_path: Path) -> None:
    fake.faults.deaf_after = 4000
    with pytest.raises(NoAnswerError):
        update(fake, tmp_path)
    assert fake.firmware.boots == 1


def test_a_package_that_arrives_damaged_is_found_before_the_restart(
    fake: FakeDevice, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = Firmware.write
    monkeypatch.setattr(Firmware, "write", lambda self, data: write(self, data[::-1]))
    with pytest.raises(VerifyFailedError, match="differs from the one that was sent"):
        update(fake, tmp_path)
    assert fake.firmware.boots == 1


def test_a_boot_loader_that_does_not_take_it_is_found_out(
    fake: FakeDevice, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Firmware, "_unpack_update", lambda _: None)
    with pytest.raises(VerifyFailedError, match=r"came back with 1\.18\.300, not 1\.18\.999"):
        update(fake, tmp_path)


def test_an_update_that_did_not_happen_costs_no_files(
    fake: FakeDevice, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake.firmware.put_files(FILES)
    monkeypatch.setattr(Firmware, "_unpack_update", lambda _: None)
    with pytest.raises(VerifyFailedError, match="did not accept the package"):
        update(fake, tmp_path)
    assert fake.firmware.files() == FILES


def test_the_same_build_again_is_done_and_said(fake: FakeDevice, tmp_path: Path) -> None:
    fake.firmware.build = NEW_BUILD
    report = update(fake, tmp_path)
    assert [notice.code for notice in report.plan.notices] == ["same-build"]
    assert fake.firmware.updates == 1


def test_a_write_behind_a_broken_one_goes_to_the_wrong_place(fake: FakeDevice) -> None:
    """Why a broken upload says to restart first: the firmware goes on at the old address."""
    device = patient_client(fake)
    fake.faults.deaf_after = 100
    with pytest.raises(BekenlabError):
        device.upload_firmware(b"\x11" * 20_000)
    fake.faults.deaf_after = None
    device.write_filesystem(b"\x22" * 0x1000)
    assert bytes(fake.firmware.flash[0x1C8000:0x1C9000]) != b"\x22" * 0x1000
