"""What doctor and info say about a chip that answers but is not all right."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from bekenlab.analysis.analyze import analyze
from bekenlab.analysis.boot_findings import BootMode
from bekenlab.analysis.inputs import InputFile
from bekenlab.errors import BekenlabError
from bekenlab.flashing.connection import ConnectionOptions
from bekenlab.flashing.flash_file import FileKind, recognise
from bekenlab.flashing.places import Places
from bekenlab.flashing.plan_write import WriteOptions
from bekenlab.jobs.backup import backup
from bekenlab.jobs.doctor import DoctorReport, doctor
from bekenlab.jobs.info import info
from bekenlab.jobs.undo import undo
from bekenlab.jobs.verify import verify
from bekenlab.jobs.write import YES, write
from bekenlab.link.errors import FlashSilentError
from bekenlab.link.virtual import open_virtual, parse_address
from broken_chips import APP, OTHER_KEY, RF_N, SAMPLE, SECTOR, app_at_zero, blank, recoded
from shared import dump

if TYPE_CHECKING:
    from collections.abc import Callable

N = "openbk7231n-qio-1.18.300"
QIO = Path("obk.bin")


@pytest.fixture
def places(tmp_path: Path) -> Places:
    return Places(tmp_path / "state", tmp_path / "backups")


def on_chip(folder: Path, content: bytes, fault: str = "") -> ConnectionOptions:
    path = folder / "chip.bin"
    path.write_bytes(content)
    return reached(path, fault)


def reached(path: Path, fault: str = "") -> ConnectionOptions:
    port = f"virtual://bk7231n?image={path}&write_back={path}"
    return ConnectionOptions(
        port=f"{port}&fault={fault}" if fault else port,
        wait=0,
        open_port=lambda name, _baud: open_virtual(parse_address(name), modem_lines=False),
    )


def failed(report: DoctorReport) -> list[str]:
    return [check.name for check in report.checks if not check.ok]


def file(data: bytes) -> InputFile:
    return InputFile(QIO.name, QIO, data)


def test_everything_works_only_where_everything_is_there(tmp_path: Path) -> None:
    report = doctor(on_chip(tmp_path, SAMPLE))
    assert (report.problem, report.notices) == (None, ())
    assert "everything works" in report.verdict
    assert [check.name for check in report.checks][-2:] == ["loader", "rf"]


@pytest.mark.parametrize(
    ("content", "code", "word"),
    [
        (lambda: app_at_zero(SAMPLE, dump(N)), "no-boot-loader", "application lies at 0"),
        (lambda: blank(SAMPLE, 0, APP), "no-boot-loader", "erased"),
        (lambda: blank(SAMPLE, 0, SECTOR), "no-boot-loader", "damaged"),
        (lambda: SAMPLE[:APP] + recoded(SAMPLE, APP, 0x12A000, OTHER_KEY)[APP:], "keys-", "key"),
    ],
)
def test_a_device_that_cannot_start_fails(
    content: Callable[[], bytes], code: str, word: str, tmp_path: Path
) -> None:
    made = content()
    report = doctor(on_chip(tmp_path, made))
    assert failed(report) == ["loader"]
    assert report.problem is not None
    assert (report.problem.code, int(report.problem.exit_code)) == ("not-intact", 6)
    assert word in report.verdict
    told = info(reached(tmp_path / "chip.bin")).notices
    assert told[0].code.startswith(code)
    analysis = analyze(file(made), boot=BootMode.NEVER)
    assert any(n.code.startswith(code) and word in n.message for n in analysis.notices)


def test_a_dump_with_an_app_at_zero_is_a_dump_of_this_device(tmp_path: Path) -> None:
    """It used to be taken for an app image, whose addresses all count from 0x11000."""
    made = app_at_zero(SAMPLE, dump(N))
    analysis = analyze(file(made), boot=BootMode.NEVER)
    assert analysis.image is not None
    assert (analysis.image.start, analysis.image.misplaced) == (0, True)
    assert analysis.image.rf is not None
    assert analysis.image.rf.offset == RF_N
    assert analysis.firmware.name == "OpenBK7231N"
    assert recognise(file(made)).kind is FileKind.DUMP
    app = analyze(file(dump(N)[APP:]), boot=BootMode.NEVER)
    assert app.image is not None
    assert (app.image.start, app.image.misplaced) == (APP, False)


def test_lost_rf_data_are_a_warning_everywhere(tmp_path: Path, places: Places) -> None:
    content = blank(SAMPLE, RF_N, RF_N + SECTOR)
    report = doctor(on_chip(tmp_path, content))
    assert not failed(report)
    assert [check.name for check in report.checks if check.doubtful] == ["rf"]
    assert "everything works" not in report.verdict
    kept = backup(reached(tmp_path / "chip.bin"), tmp_path / "b.bin", places)
    shown = [
        report.notices,
        info(reached(tmp_path / "chip.bin")).notices,
        kept.notices,
        analyze(file(content), boot=BootMode.NEVER).notices,
    ]
    assert all([notice.code for notice in notices] == ["no-rf"] for notices in shown)


def test_a_boot_loader_can_be_intact_and_its_version_unknown(tmp_path: Path) -> None:
    """It was once unknown in one line and intact in the next."""
    seen = {check.name: check.seen for check in doctor(on_chip(tmp_path, SAMPLE)).checks}
    assert seen["chip"].startswith("BK7231N with a boot loader of unknown version, CRC ")
    assert seen["loader"] == "the boot loader is intact"


@pytest.mark.parametrize("byte", [0x00, 0xFF])
def test_a_flash_that_does_not_answer_is_not_read(
    byte: int, tmp_path: Path, places: Places
) -> None:
    fault = f"flash-id=0x{byte:02x}{byte:02x}{byte:02x}"
    connection = on_chip(tmp_path, bytes([byte]) * len(SAMPLE), fault)
    report = doctor(connection)
    assert report.checks[-1].name == "flash"
    assert failed(report) == ["flash"]
    assert isinstance(report.problem, FlashSilentError)
    assert report.identity is not None
    assert report.identity.size_source == "usual", "uniform flash repeats at any address"
    assert f"257 x {byte:02X}" in report.identity.loader_text
    tries: list[Callable[[], object]] = [
        lambda: info(connection),
        lambda: backup(connection, tmp_path / "b.bin", places),
        lambda: verify(connection, file(dump(N))),
        lambda: write(connection, file(dump(N)), WriteOptions(), places, YES),
    ]
    for each in tries:
        with pytest.raises(FlashSilentError, match="its flash does not"):
            each()
    assert not list(tmp_path.glob("b.bin*"))


def test_an_erased_flash_with_an_id_answers(tmp_path: Path) -> None:
    report = doctor(on_chip(tmp_path, b"\xff" * len(SAMPLE)))
    assert failed(report) == ["loader"]


@pytest.mark.parametrize("fault", ["silence@30:3", "silence@80:1"])
def test_lost_replies_are_no_success(fault: str, tmp_path: Path) -> None:
    report = doctor(on_chip(tmp_path, SAMPLE, fault))
    if "line" in failed(report):
        assert report.problem is not None
        assert report.problem.code == "no-reply"
    assert bool(failed(report)) == (report.problem is not None)


def test_undo_goes_back_even_to_a_chip_without_a_loader(tmp_path: Path, places: Places) -> None:
    before = blank(SAMPLE, 0, APP)
    connection = on_chip(tmp_path, before)
    backup(connection, tmp_path / "b.bin", places)
    write(connection, file(dump(N)), WriteOptions(), places, YES)
    assert not doctor(connection).notices
    undo(connection, places, lambda _proposal: True)
    assert (tmp_path / "chip.bin").read_bytes() == before


def test_a_cut_off_write_is_remembered_everywhere(tmp_path: Path, places: Places) -> None:
    """Also one that was cut off inside the boot loader, so that the chip looks like another."""
    for folder, content in (
        ("app", SAMPLE),
        ("loader", blank(SAMPLE, 0, SECTOR)),
    ):
        (tmp_path / folder).mkdir()
        chip = tmp_path / folder / "chip.bin"
        chip.write_bytes(content)
        backup(reached(chip), tmp_path / folder / "backup.bin", places)
        cut = 6 if folder == "loader" else 9
        with pytest.raises(BekenlabError):
            write(reached(chip, f"power-cut@{cut}"), file(dump(N)), WriteOptions(), places, YES)
        report = doctor(reached(chip), journal=places.journal)
        assert "write" in failed(report)
        assert "everything works" not in report.verdict
        told = info(reached(chip), journal=places.journal).notices[0]
        assert told.code == "unfinished-write"
        assert "obk.bin" in told.message
        assert "20" in told.message, "when it was"
        kept = backup(reached(chip), tmp_path / folder / "later.bin", places)
        assert "unfinished-write" in [notice.code for notice in kept.notices]
        done = write(reached(chip), file(dump(N)), WriteOptions(), places, YES)
        assert "obk.bin" in done.proposal.plan.notices[0].message
        assert doctor(reached(chip), journal=places.journal).problem is None
