"""A chip as an object for programs: no prompts, and no writes without a confirmation."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bekenlab.errors import RefusedError, UsageError
from bekenlab.flashing.places import Places
from bekenlab.jobs.connect import connect
from bekenlab.link.errors import PortError
from bekenlab.samples import build_sample

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from bekenlab.flashing.planner import WriteProposal
    from bekenlab.jobs.connect import ConnectedChip

SAMPLE = build_sample()
FREE, RF = 0x150000, 0x1D0000


def changed(address: int) -> bytes:
    data = bytearray(SAMPLE)
    data[address] ^= 0x55
    return bytes(data)


@pytest.fixture
def image(tmp_path: Path) -> Path:
    path = tmp_path / "image.bin"
    path.write_bytes(SAMPLE)
    return path


@pytest.fixture
def chip(tmp_path: Path, image: Path) -> Iterator[ConnectedChip]:
    places = Places(tmp_path / "state", tmp_path / "backups")
    with connect(f"virtual://bk7231n?image={image}", places=places) as found:
        yield found


def test_a_chip_tells_who_it_is(chip: ConnectedChip) -> None:
    assert chip.identity.chip_name == "BK7231N"
    report = chip.info()
    assert (report.key_kind, report.identity) == ("tuya", chip.identity)


def test_a_backup_a_write_and_the_way_back(chip: ConnectedChip, tmp_path: Path) -> None:
    saved = tmp_path / "saved.bin"
    chip.backup(saved)
    assert saved.read_bytes() == SAMPLE
    with pytest.raises(RefusedError, match="already exists"):
        chip.backup(saved)

    plan = chip.plan(changed(FREE))
    assert [sector.address for sector in plan.plan.sectors] == [FREE]
    assert plan.plan.backup == saved.resolve()
    assert chip.write(plan, yes=True).written == 1
    assert chip.verify(changed(FREE)).equal
    assert chip.verify(saved).different == (FREE,)

    asked: list[WriteProposal] = []

    def confirm(proposal: WriteProposal) -> bool:
        asked.append(proposal)
        return len(asked) > 1

    with pytest.raises(RefusedError, match="nothing was written"):
        chip.write(saved, confirm=confirm)
    assert chip.write(saved, confirm=confirm).written == 1
    assert chip.verify(str(saved)).equal
    assert [each.plan.sectors[0].address for each in asked] == [FREE, FREE]


def test_nothing_is_changed_without_a_yes(chip: ConnectedChip) -> None:
    with pytest.raises(UsageError, match="needs a confirmation"):
        chip.write(changed(FREE))
    with pytest.raises(UsageError, match="needs a confirmation"):
        chip.erase((FREE, FREE + 0x1000))
    assert chip.verify(SAMPLE).equal


def test_the_rules_hold_for_programs_as_well(chip: ConnectedChip, image: Path) -> None:
    with pytest.raises(RefusedError, match="no backup of this chip"):
        chip.write(changed(FREE), yes=True)
    assert chip.write(changed(FREE), yes=True, backups=[image]).written == 1
    with pytest.raises(RefusedError, match="RF calibration"):
        chip.write(changed(RF), yes=True, backups=[image])
    assert chip.write(changed(RF), yes=True, backups=[image], keep=["rf"]).written == 1
    assert chip.write(changed(RF), yes=True, backups=[image], force=["rf"]).written == 1
    assert chip.verify(changed(RF)).equal


def test_a_plan_is_good_until_the_chip_is_changed(chip: ConnectedChip, image: Path) -> None:
    first, second = (chip.plan(changed(FREE + n), backups=[image]) for n in (0, 1))
    chip.write(second, yes=True)
    with pytest.raises(UsageError, match="plan is for another"):
        chip.write(first, yes=True)
    assert chip.verify(changed(FREE + 1)).equal


def test_a_range_is_erased_by_numbers_or_by_name(chip: ConnectedChip) -> None:
    chip.write(changed(FREE), yes=True, force=["no-backup"])
    assert chip.erase((FREE, FREE + 0x1000), yes=True, force=["no-backup"]).written == 1
    assert chip.verify(SAMPLE).equal, "the sample is blank there"
    with pytest.raises(RefusedError, match="RF calibration"):
        chip.erase("rf", yes=True, force=["no-backup"])
    with pytest.raises(UsageError, match="cannot be erased"):
        chip.erase((FREE, FREE + 1), yes=True)


def test_the_log_of_the_firmware_and_the_pins_in_it(chip: ConnectedChip) -> None:
    capture = chip.log(3.0)
    assert b"bekenlab_sample_plug" in capture.data
    assert capture.pins.pins


def test_an_unknown_address_has_to_be_named(chip: ConnectedChip) -> None:
    with pytest.raises(UsageError, match="address is unknown"):
        chip.plan(b"\x12\x34" * 100)
    assert chip.plan(SAMPLE[FREE : FREE + 64] + b"\x01", address=FREE).plan.sectors


def test_the_port_is_closed_at_the_end_and_files_on_disk_are_left_alone(
    tmp_path: Path, image: Path
) -> None:
    places = Places(None, tmp_path / "backups")
    with connect(f"virtual://bk7231n?image={image}", places=places) as chip:
        chip.write(changed(FREE), yes=True, force=["no-backup"])
    assert image.read_bytes() == SAMPLE
    with pytest.raises(PortError), connect(str(tmp_path / "no port"), places=places):
        pass
