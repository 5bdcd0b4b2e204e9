"""Keep means keep what is intact: plans for chips that lack a boot loader, RF data or the key."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from bekenlab.analysis.inputs import InputFile
from bekenlab.cli.wording import wording
from bekenlab.errors import RefusedError
from bekenlab.flashing.condition import efuse_key, examine
from bekenlab.flashing.execute import flash
from bekenlab.flashing.flash_file import recognise
from bekenlab.flashing.journal import WriteJournal
from bekenlab.flashing.plan_write import WriteOptions, plan_write
from bekenlab.flashing.planner import Planner
from bekenlab.flashing.state import survey
from bekenlab.image.cipher import PLAIN_KEY, TUYA_KEY, CodeKey
from bekenlab.image.keys import same_key
from bekenlab.jobs.verify import verify_linked
from bekenlab.link.connect import connect
from bekenlab.link.virtual import VirtualTransport
from bekenlab.machine.rom import RomChip
from broken_chips import (
    APP,
    OTHER_KEY,
    RF_7238,
    RF_N,
    SAMPLE,
    SECTOR,
    app_at_zero,
    blank,
    changed,
    recoded,
    whole,
)
from shared import dump

if TYPE_CHECKING:
    from collections.abc import Callable

    from bekenlab.flashing.plan import FlashPlan
    from bekenlab.link.target import Target

N, E7238 = "openbk7231n-qio-1.18.300", "openbk7238-qio-1.18.300"
FOREIGN = "bl2028n-dreo-dr-htf004s-fan-pai-053"


class Device:
    """A chip and its backup."""

    def __init__(self, content: bytes, folder: Path, name: str = "BK7231N") -> None:
        self.chip = RomChip(name, content)
        self.folder = folder
        (folder / "backup.bin").write_bytes(content)

    @property
    def target(self) -> Target:
        return connect(VirtualTransport(self.chip), wait=0).target

    def plan(self, file: bytes, **options: Any) -> FlashPlan:
        target, journal = self.target, WriteJournal(self.folder)
        state = survey(target, journal, [self.folder / "backup.bin"])
        return plan_write(target, judged(file), WriteOptions(**options), state)

    def write(self, file: bytes) -> None:
        target, journal = self.target, WriteJournal(self.folder)
        state = survey(target, journal, [self.folder / "backup.bin"])
        plan = plan_write(target, judged(file), WriteOptions(), state)
        flash(target, plan, state, journal, reboot=False)


def judged(data: bytes) -> Any:
    return recognise(InputFile("file.bin", Path("file.bin"), data))


def codes(plan: FlashPlan) -> list[str]:
    return [refusal.code for refusal in plan.refusals]


def warned(plan: FlashPlan) -> list[str]:
    return [notice.code for notice in plan.notices]


# Chips without a loader they can run, and firmware that brings one.
LOADERLESS: dict[str, tuple[str, Callable[[], bytes], str]] = {
    "app at 0": ("BK7231N", lambda: app_at_zero(SAMPLE, dump(N)), N),
    "erased": ("BK7231N", lambda: blank(SAMPLE, 0, APP), N),
    "half erased": ("BK7231N", lambda: blank(whole(dump(N), RF_N), 8 * SECTOR, APP), N),
    "first sector erased": ("BK7238", lambda: blank(whole(dump(E7238), RF_7238), 0, SECTOR), E7238),
    "plain app at 0": (
        "BK7238",
        lambda: app_at_zero(whole(dump(E7238), RF_7238), dump(E7238)),
        E7238,
    ),
    "another chip's": ("BK7231N", lambda: dump(E7238)[:APP] + SAMPLE[APP:], N),
    "something else": ("BK7231N", lambda: changed(SAMPLE, 0, b"CFG".ljust(APP, b"\xff")), N),
}


@pytest.mark.parametrize("case", LOADERLESS)
def test_firmware_brings_its_loader_where_the_chip_has_none(case: str, tmp_path: Path) -> None:
    name, make, file = LOADERLESS[case]
    device = Device(make(), tmp_path, name)
    plan = device.plan(dump(file))
    assert not plan.refusals
    assert not [region for region in plan.kept if region.name == "bootloader"]
    assert plan.pieces[0].start == 0
    assert "boot-loader-replaced" in warned(plan)
    device.write(dump(file))
    assert device.chip.flash[: len(dump(file))] == dump(file)
    assert examine(device.target).loader.starts
    # The backup without that loader still is this chip's, so that there is a way back.
    assert "no-backup" not in codes(device.plan(dump(file)[APP:]))


@pytest.mark.parametrize("case", LOADERLESS)
def test_firmware_without_a_loader_is_refused_there(case: str, tmp_path: Path) -> None:
    name, make, file = LOADERLESS[case]
    device = Device(make(), tmp_path, name)
    before = device.chip.flash
    for options in ({"file": dump(file)[APP:]}, {"file": dump(file), "keep": {"bootloader"}}):
        plan = device.plan(**options)
        assert codes(plan) == ["no-bootloader"]
        assert "no-boot-loader" in warned(plan)
        assert not plan.kept, "what is not there is not kept"
        with pytest.raises(RefusedError) as caught:
            plan.raise_if_refused()
        assert "--force no-bootloader" in caught.value.advice(wording)
    assert device.chip.flash == before
    assert not codes(device.plan(dump(file)[APP:], force=frozenset({"no-bootloader"})))


def test_a_file_with_a_loader_that_does_not_fit_is_refused(tmp_path: Path) -> None:
    damaged = blank(dump(N), 4 * SECTOR, 5 * SECTOR)
    found = Device(blank(SAMPLE, 0, APP), tmp_path).plan(damaged, force={"damaged-file"})
    assert codes(found) == ["no-bootloader"]
    assert "the file's is not fit" in found.refusals[0].reason


def test_a_plan_that_changes_nothing_does_not_overlook_it(tmp_path: Path) -> None:
    """The app is there already, but the chip has no loader to start it."""
    device = Device(blank(whole(dump(N)), 0, APP), tmp_path)
    planner = Planner(
        device.target, [judged(dump(N))], WriteJournal(None), [tmp_path / "backup.bin"]
    )
    plan = planner.propose(WriteOptions()).plan
    assert plan.changes
    assert plan.sectors[0].address == 0


def test_an_intact_loader_is_kept_without_a_word(tmp_path: Path) -> None:
    plan = Device(SAMPLE, tmp_path).plan(dump(N))
    assert not plan.refusals
    assert not plan.notices
    assert [region.name for region in plan.kept] == ["bootloader"]


@pytest.mark.parametrize("sector", [b"\xff" * SECTOR, bytes(SECTOR), b"CFG".ljust(SECTOR, b"\xff")])
def test_lost_rf_data_are_not_kept_and_can_be_put_back(sector: bytes, tmp_path: Path) -> None:
    device = Device(changed(SAMPLE, RF_N, sector), tmp_path)
    plan = device.plan(dump(N))
    assert "no-rf" in warned(plan)
    assert not plan.refusals
    whole_dump = device.plan(SAMPLE, keep=frozenset({"rf"}))
    assert "rf" not in [region.name for region in whole_dump.kept]
    back = device.plan(SAMPLE[RF_N : RF_N + SECTOR], address=RF_N, force={"unknown-file"})
    assert not back.refusals
    assert [s.address for s in back.sectors] == [RF_N]


def test_rf_data_in_tuyas_place_are_found(tmp_path: Path) -> None:
    tuya = whole(dump(E7238), 0x1E3000)
    assert warned(Device(tuya, tmp_path, "BK7238").plan(dump(E7238))) == ["rf-elsewhere"]
    both = changed(tuya, RF_7238, SAMPLE[RF_N : RF_N + SECTOR])
    assert not warned(Device(both, tmp_path, "BK7238").plan(dump(E7238)))


def test_code_under_another_key_than_the_chips_is_refused(tmp_path: Path) -> None:
    other = recoded(SAMPLE, 0, 0x12A000, OTHER_KEY)
    device = Device(other, tmp_path)
    for file in (dump(N), dump(N)[APP:]):
        plan = device.plan(file)
        assert codes(plan) == ["encryption"]
        assert "Tuya's key" in plan.refusals[0].reason
        assert "eFuse" in plan.refusals[0].reason
    assert not codes(device.plan(other)), "its own dump fits"
    third = recoded(SAMPLE, APP, 0x12A000, CodeKey.parse("0badcafe 12345678 9abcdef0 a5c3d201"))
    assert "yet another" in device.plan(third[APP:0x50000]).refusals[0].reason


def test_encrypted_is_not_the_same_as_encrypted_with_this_key(tmp_path: Path) -> None:
    """Plain, Tuya's and another key: only equal ones fit."""
    chips = {
        "tuya": (SAMPLE, "BK7231N"),
        "plain": (dump(FOREIGN), "BL2028N"),
        "other": (recoded(SAMPLE, 0, 0x12A000, OTHER_KEY), "BK7231N"),
    }
    for is_of, (content, name) in chips.items():
        plan = Device(content, tmp_path, name).plan(dump(N)[APP:])
        assert ("encryption" in codes(plan)) == (is_of != "tuya"), is_of


def test_an_efuse_that_contradicts_the_code_is_named(tmp_path: Path) -> None:
    """An image for another chip was written: the device is dead, and a fitting file repairs it."""
    mixed = SAMPLE[:APP] + recoded(SAMPLE, APP, 0x12A000, OTHER_KEY)[APP:]
    device = Device(mixed, tmp_path)
    plan = device.plan(dump(N))
    assert not codes(plan), "the eFuse decides"
    assert "keys-disagree" in warned(plan)
    refused = device.plan(mixed[APP : APP + 0x20000])
    assert "encryption" in codes(refused)
    assert "on the chip" in next(r.reason for r in refused.refusals if r.code == "encryption")


@pytest.mark.parametrize(
    ("content", "name", "key"),
    [
        (lambda: SAMPLE, "BK7231N", TUYA_KEY),
        (lambda: b"\xff" * len(SAMPLE), "BK7231N", TUYA_KEY),
        (lambda: b"\xff" * len(SAMPLE), "BK7231M", PLAIN_KEY),
        (lambda: dump(FOREIGN), "BK7231N", PLAIN_KEY),
        (lambda: recoded(SAMPLE, 0, 0x12A000, OTHER_KEY), "BK7231N", OTHER_KEY),
    ],
)
def test_the_virtual_chips_efuse_comes_from_its_image(
    content: Callable[[], bytes], name: str, key: Any
) -> None:
    found = efuse_key(connect(VirtualTransport(RomChip(name, content())), wait=0).target)
    assert found is not None
    assert same_key(found, key)


def test_what_a_bk7238_has_in_place_of_a_key_is_no_key() -> None:
    target = connect(VirtualTransport(RomChip("BK7238", whole(dump(E7238)))), wait=0).target
    assert efuse_key(target) is None


def test_verify_compares_what_write_writes(tmp_path: Path) -> None:
    device = Device(SAMPLE, tmp_path)
    device.write(dump(N))
    assert device.chip.flash[:APP] == SAMPLE[:APP] != dump(N)[:APP]
    report = verify_linked(device.target, judged(dump(N)), Path("file.bin"))
    assert report.equal
    assert [region.name for region in report.left_out] == ["bootloader"]
    device.chip.nor.content[:APP] = b"\xff" * APP
    assert not verify_linked(device.target, judged(dump(N)), Path("file.bin")).equal
