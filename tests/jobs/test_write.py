"""Plan, ask, write: the questions asked, and what each answer leads to."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from bekenlab.analysis.inputs import InputFile
from bekenlab.errors import NotADumpError, RefusedError, UsageError
from bekenlab.events import Event, Progress
from bekenlab.flashing.connection import ConnectionOptions
from bekenlab.flashing.places import Places
from bekenlab.flashing.plan_write import WriteOptions
from bekenlab.jobs.erase import erase
from bekenlab.jobs.restore import restore
from bekenlab.jobs.verify import verify
from bekenlab.jobs.write import YES, YesOrNo, write
from bekenlab.link.virtual import VirtualTransport
from bekenlab.machine.rom import RomChip
from bekenlab.samples import build_sample
from fault_runs import RF, SECTOR

if TYPE_CHECKING:
    from bekenlab.flashing.planner import WriteProposal
    from bekenlab.jobs.write import Answer
    from bekenlab.link.transport import Transport

SAMPLE = build_sample()
FREE = 0x150000


@dataclass
class Rig:
    """A connected chip, and its user's folders."""

    chip: RomChip
    places: Places

    @property
    def connection(self) -> ConnectionOptions:
        def open_port(name: str, baud: int) -> Transport:
            return VirtualTransport(self.chip, name=name, chip="BK7231N")

        return ConnectionOptions(port="the wire", wait=1.0, open_port=open_port)

    def write(
        self, data: bytes, questions: Person | YesOrNo = YES, *, plan_only: bool = False
    ) -> int | None:
        """Write without a reboot; the number of sectors written, None if only planned."""
        report = write(
            self.connection,
            file(data),
            WriteOptions(),
            self.places,
            questions,
            plan_only=plan_only,
            reboot=False,
        )
        return report.flash.written if report.flash else None


@dataclass
class Person:
    """Gives prepared answers, and records what was shown and asked."""

    answers: list[Answer] = field(default_factory=list)
    shown: list[WriteProposal] = field(default_factory=list)
    asked: list[WriteProposal] = field(default_factory=list)

    def planned(self, proposal: WriteProposal, /) -> None:
        self.shown.append(proposal)

    def carry_out(self, proposal: WriteProposal, /) -> Answer:
        self.asked.append(proposal)
        return self.answers.pop(0)


def file(data: bytes, name: str = "plug.bin") -> InputFile:
    return InputFile(name, Path(name), data)


def changed(*addresses: int) -> bytes:
    data = bytearray(SAMPLE)
    for address in addresses:
        data[address] ^= 0x55
    return bytes(data)


@pytest.fixture
def rig(tmp_path: Path) -> Rig:
    """A chip whose backup is in its user's folder."""
    places = Places(tmp_path / "state", tmp_path / "backups")
    places.backups.mkdir()
    (places.backups / "plug.bin").write_bytes(SAMPLE)
    return Rig(RomChip("BK7231N", SAMPLE), places)


def test_a_plan_is_shown_confirmed_and_carried_out(rig: Rig) -> None:
    person = Person([True])
    assert rig.write(changed(FREE), person) == 1
    assert person.shown == person.asked
    (proposal,) = person.asked
    assert [sector.address for sector in proposal.plan.sectors] == [FREE]
    assert proposal.identity.chip_name == "BK7231N"
    assert rig.chip.flash == changed(FREE)


def test_declining_leaves_the_chip_unchanged(rig: Rig) -> None:
    with pytest.raises(RefusedError, match="you declined"):
        rig.write(changed(FREE), Person([False]))
    assert rig.chip.flash == SAMPLE


def test_a_dry_run_shows_the_plan_and_asks_nobody(rig: Rig) -> None:
    person = Person()
    assert rig.write(changed(FREE, RF), person, plan_only=True) is None
    assert [refusal.code for refusal in person.shown[0].plan.refusals] == ["rf"]
    assert not person.asked
    assert rig.chip.flash == SAMPLE


def test_a_yes_does_not_override_a_rule(rig: Rig) -> None:
    with pytest.raises(RefusedError, match="RF calibration"):
        rig.write(changed(FREE, RF), Person([True]))
    assert rig.chip.flash == SAMPLE


def test_other_options_give_another_plan_from_the_same_survey(rig: Rig) -> None:
    person = Person([WriteOptions(keep=frozenset({"rf"})), True])
    compared: list[int] = []

    def events(event: Event, /) -> None:
        if isinstance(event, Progress) and event.phase == "compare":
            compared.append(event.done)

    report = write(
        rig.connection,
        file(changed(FREE, RF)),
        WriteOptions(),
        rig.places,
        person,
        reboot=False,
        events=events,
    )
    assert [len(each.plan.refusals) for each in person.shown] == [1, 0]
    assert report.proposal is person.shown[1]
    assert rig.chip.flash == changed(FREE)
    assert compared == sorted(compared), "flash was surveyed twice"


def test_yes_or_no_is_only_asked_when_it_matters(rig: Rig) -> None:
    asked: list[WriteProposal] = []

    def agree(proposal: WriteProposal) -> bool:
        asked.append(proposal)
        return True

    with pytest.raises(RefusedError, match="RF calibration"):
        rig.write(changed(RF), YesOrNo(agree))
    assert rig.write(SAMPLE, YesOrNo(agree)) == 0
    assert not asked
    assert rig.write(changed(FREE), YesOrNo(agree)) == 1
    assert len(asked) == 1


def test_a_file_already_on_the_chip_needs_no_backup_and_no_survey(
    tmp_path: Path,
) -> None:
    rig = Rig(RomChip("BK7231N", SAMPLE), Places(tmp_path / "state", tmp_path / "backups"))
    seen: list[Event] = []
    person = Person([True])
    report = write(
        rig.connection,
        file(SAMPLE),
        WriteOptions(),
        rig.places,
        person,
        reboot=False,
        events=seen.append,
    )
    assert report.flash is not None
    assert report.flash.written == 0
    assert person.asked[0].plan.refusals == ()
    assert not [event for event in seen if isinstance(event, Progress)]
    with pytest.raises(RefusedError, match="no backup of this chip"):
        rig.write(changed(FREE))


def test_only_a_whole_dump_is_restored(rig: Rig) -> None:
    config = file(b"CFG" + bytes(100), "config.bin")
    with pytest.raises(UsageError, match=r"config\.bin is an OpenBeken configuration sector, not"):
        restore(rig.connection, config, WriteOptions(), rig.places, YES)
    with pytest.raises(NotADumpError):
        restore(rig.connection, file(b""), WriteOptions(), rig.places, YES)


def test_a_dump_of_the_chip_is_its_own_backup_when_it_is_restored(tmp_path: Path) -> None:
    places = Places(tmp_path / "state", tmp_path / "backups")
    rig = Rig(RomChip("BK7231N", changed(FREE)), places)
    dump = tmp_path / "dump.bin"
    dump.write_bytes(SAMPLE)
    given = InputFile(dump.name, dump, SAMPLE)
    report = restore(rig.connection, given, WriteOptions(), places, YES, reboot=False)
    assert report.proposal.plan.backup == dump
    assert rig.chip.flash == SAMPLE
    assert verify(rig.connection, given).equal


def test_an_erased_range_is_blank_and_the_rest_as_it_was(rig: Rig) -> None:
    rig.chip = RomChip("BK7231N", changed(FREE))
    area = f"{FREE:#x}+{SECTOR:#x}"
    report = erase(rig.connection, area, rig.places, YES)
    assert report.flash is not None
    assert not report.flash.rebooted
    assert rig.chip.flash == SAMPLE, "the sample is blank there"
    with pytest.raises(RefusedError, match="RF calibration"):
        erase(rig.connection, "rf", rig.places, YES)
    with pytest.raises(UsageError, match="not a range"):
        erase(rig.connection, "nowhere", rig.places, YES)
