"""One way to plan, ask and write: who is asked what, and what an answer leads to."""

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
from bekenlab.flashing.planning import WriteOptions
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
class Desk:
    """A chip on a line, and its user's folders."""

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
        """Write without a reboot; the number of sectors written, None where it was planned."""
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
    """Gives prepared answers, and remembers what was shown and asked."""

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
def desk(tmp_path: Path) -> Desk:
    """A chip whose backup is in its user's folder."""
    places = Places(tmp_path / "state", tmp_path / "backups")
    places.backups.mkdir()
    (places.backups / "plug.bin").write_bytes(SAMPLE)
    return Desk(RomChip("BK7231N", SAMPLE), places)


def test_a_plan_is_shown_and_then_asked_about_and_that_plan_is_carried_out(desk: Desk) -> None:
    person = Person([True])
    assert desk.write(changed(FREE), person) == 1
    assert person.shown == person.asked
    (proposal,) = person.asked
    assert [sector.address for sector in proposal.plan.sectors] == [FREE]
    assert proposal.identity.chip_name == "BK7231N"
    assert desk.chip.flash == changed(FREE)


def test_a_no_leaves_the_chip_as_it_is(desk: Desk) -> None:
    with pytest.raises(RefusedError, match="you said no"):
        desk.write(changed(FREE), Person([False]))
    assert desk.chip.flash == SAMPLE


def test_a_dry_run_shows_the_plan_and_asks_nobody(desk: Desk) -> None:
    person = Person()
    assert desk.write(changed(FREE, RF), person, plan_only=True) is None
    assert [refusal.code for refusal in person.shown[0].plan.refusals] == ["rf"]
    assert not person.asked
    assert desk.chip.flash == SAMPLE


def test_a_rule_is_stronger_than_a_yes(desk: Desk) -> None:
    with pytest.raises(RefusedError, match="RF calibration"):
        desk.write(changed(FREE, RF), Person([True]))
    assert desk.chip.flash == SAMPLE


def test_other_options_give_another_plan_from_the_same_look_at_the_chip(desk: Desk) -> None:
    person = Person([WriteOptions(keep=frozenset({"rf"})), True])
    compared: list[int] = []

    def events(event: Event, /) -> None:
        if isinstance(event, Progress) and event.phase == "compare":
            compared.append(event.done)

    report = write(
        desk.connection,
        file(changed(FREE, RF)),
        WriteOptions(),
        desk.places,
        person,
        reboot=False,
        events=events,
    )
    assert [len(each.plan.refusals) for each in person.shown] == [1, 0]
    assert report.proposal is person.shown[1]
    assert desk.chip.flash == changed(FREE)
    assert compared == sorted(compared), "all of flash was asked for twice"


def test_who_can_only_say_yes_or_no_is_not_asked_in_vain(desk: Desk) -> None:
    asked: list[WriteProposal] = []

    def agree(proposal: WriteProposal) -> bool:
        asked.append(proposal)
        return True

    with pytest.raises(RefusedError, match="RF calibration"):
        desk.write(changed(RF), YesOrNo(agree))
    assert desk.write(SAMPLE, YesOrNo(agree)) == 0
    assert not asked
    assert desk.write(changed(FREE), YesOrNo(agree)) == 1
    assert len(asked) == 1


def test_what_is_on_the_chip_already_needs_no_backup_and_no_look_at_all_of_flash(
    tmp_path: Path,
) -> None:
    desk = Desk(RomChip("BK7231N", SAMPLE), Places(tmp_path / "state", tmp_path / "backups"))
    seen: list[Event] = []
    person = Person([True])
    report = write(
        desk.connection,
        file(SAMPLE),
        WriteOptions(),
        desk.places,
        person,
        reboot=False,
        events=seen.append,
    )
    assert report.flash is not None
    assert report.flash.written == 0
    assert person.asked[0].plan.refusals == ()
    assert not [event for event in seen if isinstance(event, Progress)]
    with pytest.raises(RefusedError, match="no backup of this chip"):
        desk.write(changed(FREE))


def test_only_a_whole_dump_is_restored(desk: Desk) -> None:
    config = file(b"CFG" + bytes(100), "config.bin")
    with pytest.raises(UsageError, match=r"config\.bin is an OpenBeken configuration sector, not"):
        restore(desk.connection, config, WriteOptions(), desk.places, YES)
    with pytest.raises(NotADumpError):
        restore(desk.connection, file(b""), WriteOptions(), desk.places, YES)


def test_a_dump_of_the_chip_is_its_own_backup_when_it_is_restored(tmp_path: Path) -> None:
    places = Places(tmp_path / "state", tmp_path / "backups")
    desk = Desk(RomChip("BK7231N", changed(FREE)), places)
    dump = tmp_path / "dump.bin"
    dump.write_bytes(SAMPLE)
    given = InputFile(dump.name, dump, SAMPLE)
    report = restore(desk.connection, given, WriteOptions(), places, YES, reboot=False)
    assert report.proposal.plan.backup == dump
    assert desk.chip.flash == SAMPLE
    assert verify(desk.connection, given).equal


def test_an_erased_range_is_blank_and_the_rest_as_it_was(desk: Desk) -> None:
    desk.chip = RomChip("BK7231N", changed(FREE))
    area = f"{FREE:#x}+{SECTOR:#x}"
    report = erase(desk.connection, area, desk.places, YES)
    assert report.flash is not None
    assert not report.flash.rebooted
    assert desk.chip.flash == SAMPLE, "the sample is blank there"
    with pytest.raises(RefusedError, match="RF calibration"):
        erase(desk.connection, "rf", desk.places, YES)
    with pytest.raises(UsageError, match="no range"):
        erase(desk.connection, "nowhere", desk.places, YES)
