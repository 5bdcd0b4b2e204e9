"""Refused writes: each with its reason and the option that overrides it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import chip_files
from bekenlab.analysis.inputs import InputFile
from bekenlab.chips import chip
from bekenlab.cli.wording import wording
from bekenlab.errors import RefusedError, UsageError
from bekenlab.flashing.erase import blank
from bekenlab.flashing.execute import flash
from bekenlab.flashing.flash_file import FlashFile, recognise
from bekenlab.flashing.journal import WriteJournal
from bekenlab.flashing.plan_write import WriteOptions, plan_write
from bekenlab.flashing.state import ChipState, survey
from bekenlab.link.connect import connect
from bekenlab.link.errors import FlashSilentError
from bekenlab.link.virtual import VirtualTransport
from bekenlab.machine.rom import ChipFaults, RomChip
from bekenlab.report.chip_json import override
from bekenlab.samples import build_sample
from other_flash import flash_of
from shared import dump

if TYPE_CHECKING:
    from collections.abc import Callable

    from bekenlab.flashing.plan import FlashPlan
    from bekenlab.link.target import Target

SAMPLE = build_sample()
FLASH, SECTOR = 0x200000, 0x1000
OBK_N, OBK_T = "openbk7231n-qio-1.18.300", "openbk7231t-qio-1.18.300"
OBK_7238 = "openbk7238-qio-1.18.300"


class Rig:
    """A chip on the wire, and perhaps a backup of it."""

    def __init__(
        self, folder: Path, content: bytes = SAMPLE, name: str = "BK7231N", *, saved: bool = True
    ) -> None:
        self.chip = RomChip(name, content)
        self.journal = WriteJournal(folder)
        self._saved = [folder / "backup.bin"] if saved else []
        for path in self._saved:
            path.write_bytes(content)

    def survey(self) -> tuple[Target, ChipState]:
        target = connect(VirtualTransport(self.chip), wait=0).target
        return target, survey(target, self.journal, self._saved)

    def plan(self, file: bytes | FlashFile, **options: Any) -> FlashPlan:
        target, state = self.survey()
        known = file if isinstance(file, FlashFile) else judged(file)
        return plan_write(target, known, WriteOptions(**options), state)


def judged(data: bytes) -> FlashFile:
    return recognise(InputFile("file.bin", Path("file.bin"), data))


def codes(plan: FlashPlan) -> list[str]:
    return [refusal.code for refusal in plan.refusals]


def changed(address: int, data: bytes, base: bytes = SAMPLE) -> bytes:
    return base[:address] + data + base[address + len(data) :]


OTHER_LOADER = changed(0x200, bytes(64))
OTHER_RF = changed(0x1D0010, bytes(64))


SOME = b"some bytes"
ANY = frozenset({"unknown-file"})
# The refusal, the file (made when it is needed: real files may be absent), and further options.
CASES: list[tuple[str, Callable[[], bytes], dict[str, Any]]] = [
    ("bootloader", lambda: OTHER_LOADER, {"force": {"damaged-file"}}),
    ("bootloader", lambda: SOME, {"address": 0x10000, "force": ANY}),
    ("rf", lambda: OTHER_RF, {}),
    ("rf", lambda: SOME, {"address": 0x1D0FFF, "force": ANY}),
    ("wrong-chip", lambda: dump(OBK_T)[0x11000:], {}),
    ("wrong-chip", lambda: chip_files.uf2(chip_files.UF2_T, dump(OBK_T)[0x11000:0x31000]), {}),
    ("encryption", lambda: dump(OBK_7238)[0x11000:], {"force": {"wrong-chip"}}),
    ("too-big", lambda: SOME, {"address": FLASH - 4, "force": ANY}),
    ("unknown-file", lambda: SOME, {"address": 0x150000}),
    ("damaged-file", lambda: changed(0x11200, bytes(500)), {}),
]


@pytest.mark.parametrize(("case", "make", "options"), CASES)
def test_each_reason_and_its_override(
    case: str, make: Callable[[], bytes], options: dict[str, Any], tmp_path: Path
) -> None:
    rig, file = Rig(tmp_path), make()
    plan = rig.plan(file, **options)
    assert codes(plan) == [case]
    refusal = plan.refusals[0]
    assert f"--force {case}" in override(refusal)
    with pytest.raises(RefusedError, match="not written: ") as caught:
        plan.raise_if_refused()
    assert refusal.reason in caught.value.message
    assert f"--force {case}" in caught.value.advice(wording)
    force = frozenset({case, *options.get("force", ())})
    assert not codes(rig.plan(file, **{**options, "force": force}))


def test_a_dump_of_a_chip_of_another_make_is_not_for_this_one(tmp_path: Path) -> None:
    plan = Rig(tmp_path).plan(flash_of("RTL8710B"), address=0)
    assert "wrong-chip" in codes(plan)
    assert any("is for RTL8710B" in refusal.reason for refusal in plan.refusals)


def test_firmware_never_brings_its_boot_loader_unasked(tmp_path: Path) -> None:
    rig = Rig(tmp_path)
    plan = rig.plan(dump(OBK_N))
    assert not plan.refusals
    assert [region.name for region in plan.kept] == ["bootloader"]
    assert min(sector.address for sector in (*plan.sectors, *plan.same)) == 0x11000
    forced = rig.plan(dump(OBK_N), force=frozenset({"bootloader"}))
    assert not forced.kept
    assert min(sector.address for sector in forced.sectors) == 0


def test_a_plan_whose_backup_was_deleted_meanwhile_is_not_carried_out(tmp_path: Path) -> None:
    rig = Rig(tmp_path)
    target, state = rig.survey()
    plan = plan_write(target, judged(dump(OBK_N)), WriteOptions(), state)
    assert plan.backup == tmp_path / "backup.bin"
    plan.backup.unlink()
    with pytest.raises(RefusedError, match="no longer exists"):
        flash(target, plan, state, rig.journal)
    assert rig.chip.flash == SAMPLE


def test_a_refused_plan_is_never_carried_out(tmp_path: Path) -> None:
    rig = Rig(tmp_path, saved=False)
    target, state = rig.survey()
    plan = plan_write(target, judged(dump(OBK_N)), WriteOptions(), state)
    assert codes(plan) == ["no-backup"]
    with pytest.raises(RefusedError, match="no backup of this chip is known"):
        flash(target, plan, state, rig.journal)
    assert rig.chip.flash == SAMPLE


@pytest.mark.parametrize(("file", "region"), [(OTHER_LOADER, "bootloader"), (OTHER_RF, "rf")])
def test_a_protected_part_may_be_kept_instead(file: bytes, region: str, tmp_path: Path) -> None:
    force = frozenset({"damaged-file"})
    plan = Rig(tmp_path).plan(file, keep=frozenset({region}), force=force)
    assert not plan.refusals
    assert not plan.sectors
    assert [kept.name for kept in plan.kept] == [region]


def test_the_same_bytes_over_a_protected_part_are_no_change(tmp_path: Path) -> None:
    assert not Rig(tmp_path).plan(SAMPLE).refusals


def test_a_blank_chip_has_nothing_to_lose(tmp_path: Path) -> None:
    """Boot loader and calibration may be written where there are none: that repairs a chip."""
    plan = Rig(tmp_path, b"\xff" * FLASH, saved=False).plan(SAMPLE)
    assert not plan.refusals
    assert plan.sectors


def test_what_a_blank_chip_cannot_run_is_refused(tmp_path: Path) -> None:
    plan = Rig(tmp_path, b"\xff" * FLASH).plan(
        dump(OBK_7238)[0x11000:], force=frozenset({"wrong-chip"})
    )
    assert codes(plan) == ["no-bootloader", "encryption"]


def test_restoring_another_devices_dump_needs_a_backup_of_this_one(tmp_path: Path) -> None:
    """The file is not a backup of the chip whose calibration it would replace."""
    (tmp_path / "other.bin").write_bytes(OTHER_RF)
    rig = Rig(tmp_path, saved=False)
    target = connect(VirtualTransport(rig.chip), wait=0).target
    state = survey(target, rig.journal, [tmp_path / "other.bin"])
    plan = plan_write(target, judged(OTHER_RF), WriteOptions(0), state)
    assert codes(plan) == ["rf", "no-backup"]


def test_a_dump_that_begins_in_the_middle_is_a_backup_too(tmp_path: Path) -> None:
    (tmp_path / "turned.bin").write_bytes(SAMPLE[0x11000:] + SAMPLE[:0x11000])
    rig = Rig(tmp_path, saved=False)
    target = connect(VirtualTransport(rig.chip), wait=0).target
    state = survey(target, rig.journal, [tmp_path / "turned.bin"])
    assert state.backup == (tmp_path / "turned.bin", SAMPLE)


def test_what_does_not_fit_is_left_out_when_forced(tmp_path: Path) -> None:
    rig = Rig(tmp_path)
    force = frozenset({"unknown-file", "too-big"})
    plan = rig.plan(b"some bytes", address=FLASH - 4, force=force)
    assert [(piece.start, piece.data) for piece in plan.pieces] == [(FLASH - 4, b"some")]


def test_a_file_of_unknown_address_needs_one(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="its address is unknown"):
        Rig(tmp_path).plan(b"some bytes")


def test_erasing_the_calibration_is_refused(tmp_path: Path) -> None:
    assert codes(Rig(tmp_path).plan(blank(0x1D0000, 0x1D1000))) == ["rf"]


def test_a_uf2_is_written_and_nothing_else(tmp_path: Path) -> None:
    app = dump(OBK_N)[0x11000:0x31000]
    rig = Rig(tmp_path)
    target, state = rig.survey()
    file = judged(chip_files.uf2(chip_files.UF2_N, app))
    plan = plan_write(target, file, WriteOptions(), state)
    assert not plan.refusals
    flash(target, plan, state, rig.journal)
    assert rig.chip.flash == changed(0x11000, app)


def test_an_ota_package_goes_to_the_download_area(tmp_path: Path) -> None:
    plan = Rig(tmp_path).plan(chip_files.ota_package())
    assert not plan.refusals
    assert plan.pieces[0].start == 0x12A000


@pytest.mark.parametrize(("meant", "refused"), [("BK7231N", False), ("BK7231T", True)])
def test_the_same_silicon_under_another_name_is_no_wrong_chip(
    meant: str, refused: bool, tmp_path: Path
) -> None:
    """Its key may differ, which is another rule."""
    target, state = Rig(tmp_path).survey()
    target.identity = replace(target.identity, chip=chip("BK7231M"))
    plan = plan_write(target, replace(judged(dump(OBK_N)), chip=meant), WriteOptions(), state)
    assert ("wrong-chip" in codes(plan)) is refused


def test_of_a_file_that_is_no_firmware_nothing_is_said_but_that(tmp_path: Path) -> None:
    """Whether unknown bytes are damaged, nobody can tell."""
    file = replace(judged(SOME), damage="it ends in the middle")
    assert codes(Rig(tmp_path).plan(file, address=0x150000)) == ["unknown-file"]


def test_a_boot_loader_that_the_chip_cannot_run_is_none(tmp_path: Path) -> None:
    """The chip's is erased, and the file brings one for another chip."""
    rig = Rig(tmp_path, changed(0, b"\xff" * 0x11000))
    file = dump(OBK_T)
    plan = rig.plan(file, force=frozenset({"wrong-chip", "encryption"}))
    assert codes(plan) == ["no-bootloader"]


def test_a_chip_whose_flash_is_silent_is_not_planned_for(tmp_path: Path) -> None:
    rig = Rig(tmp_path, bytes(FLASH), saved=False)
    rig.chip = RomChip("BK7231N", bytes(FLASH), faults=ChipFaults(flash_id=0))
    with pytest.raises(FlashSilentError):
        rig.survey()
