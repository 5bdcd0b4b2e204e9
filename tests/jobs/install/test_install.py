"""The whole job on a virtual chip: backup, pins, one plan, write, first start, and back."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from bekenlab.cli.wording import wording
from bekenlab.errors import BekenlabError, FileAccessError, RefusedError, UsageError
from bekenlab.events import Event, Step
from bekenlab.flashing.journal import WriteJournal
from bekenlab.flashing.plan_write import WriteOptions, plan_write
from bekenlab.flashing.state import survey
from bekenlab.jobs.install.install import Helpers, install
from bekenlab.jobs.undo import undo
from bekenlab.link.connect import connect
from bekenlab.link.virtual import VirtualTransport
from bekenlab.openbeken.boot_log import ConfigVerdict
from bekenlab.openbeken.config import decode_config
from bekenlab.openbeken.config.edit import Changes
from install_setup import (
    OBK,
    PASSWORD,
    PLUG,
    SSID,
    Desk,
    Person,
    desk,
    install_options,
    openbeken,
    original,
)
from shared import dump

if TYPE_CHECKING:
    from pathlib import Path

CONFIG = 0x1D1000
APP = 0x11000


@pytest.fixture
def plug(tmp_path: Path) -> Desk:
    return desk("BK7231N", original(PLUG), tmp_path)


def test_a_plug_is_installed_and_restored(plug: Desk) -> None:
    before, events, log = plug.flash, list[Event](), list[str]()
    person = Person()
    helpers = Helpers(heard=lambda _at, text: log.append(text))
    report = install(
        plug.connection,
        install_options("BK7231N"),
        plug.places,
        person,
        helpers=helpers,
        events=events.append,
    )

    firmware = dump(OBK["BK7231N"])
    assert plug.flash[APP : len(firmware)] == firmware[APP:]
    assert plug.flash[:APP] == before[:APP], "the boot loader was touched"
    config = decode_config(plug.flash[CONFIG : CONFIG + 0x1000], "BK7231N")
    pins = {pin.gpio: pin.text for pin in config.pins()}
    assert pins[6] == "Rel;1"
    assert pins[10] == "WifiLED_n;0"
    assert pins[23] == "Btn_Tgl_All;0"
    wanted = range(0x11000, len(firmware)), range(CONFIG, CONFIG + 0x1000)
    for address in range(0, len(before), 0x1000):
        if not any(address in part for part in wanted):
            assert plug.flash[address:][:0x1000] == before[address:][:0x1000]

    assert report.start.log is not None
    assert report.start.log.config is ConfigVerdict.TAKEN
    assert report.start.log.version == "1.18.300"
    assert report.start.wifi is True
    assert person.asked == ["carry out"], "a virtual chip brings its own log"
    assert PASSWORD in "".join(log), "the log was not heard to the end"
    steps = [event.step for event in events if isinstance(event, Step)]
    assert steps == ["backup", "understand", "plan", "write", "start"]
    assert report.proposal.backup.path.parent == plug.places.backups
    assert report.proposal.backup.path.read_bytes() == before

    back = undo(plug.connection, plug.places, lambda _proposal: True)
    assert back.proposal.backup == report.proposal.backup.path
    assert plug.flash == before
    again = undo(plug.connection, plug.places, lambda _proposal: pytest.fail("asked for nothing"))
    assert not again.proposal.needed


def test_no_secret_is_in_events_plan_or_state(plug: Desk) -> None:
    events: list[Event] = []
    report = install(
        plug.connection, install_options("BK7231N"), plug.places, Person(), events=events.append
    )
    told = repr(events) + repr(report)
    for path in plug.places.backups.parent.rglob("*.json"):
        told += path.read_text()
    assert PASSWORD not in told
    assert SSID not in told


def test_saying_no_changes_nothing_and_keeps_the_backup(plug: Desk) -> None:
    before = plug.flash
    with pytest.raises(RefusedError) as refused:
        install(plug.connection, install_options("BK7231N"), plug.places, Person(agrees=False))
    assert plug.flash == before
    (saved,) = plug.places.backups.glob("*.bin")
    assert saved.read_bytes() == before
    assert str(saved) in refused.value.hint


def test_planning_changes_nothing_and_asks_nothing(plug: Desk) -> None:
    before, person = plug.flash, Person()
    report = install(
        plug.connection, install_options("BK7231N"), plug.places, person, plan_only=True
    )
    assert plug.flash == before
    assert not person.asked
    assert report.flash is None
    assert not report.proposal.backup.kept
    assert not list(plug.places.backups.parent.rglob("*.bin")), "a file was kept"
    assert {piece.start for piece in report.proposal.plan.pieces} == {APP, CONFIG}


def test_a_second_run_reuses_the_backup_and_writes_only_what_differs(plug: Desk) -> None:
    first = install(plug.connection, install_options("BK7231N"), plug.places, Person())
    second = install(plug.connection, install_options("BK7231N"), plug.places, Person())
    assert second.proposal.backup.reused
    assert second.proposal.backup.path == first.proposal.backup.path
    assert second.flash is not None
    assert second.flash.written == 0
    assert len(list(plug.places.backups.glob("*.bin"))) == 1
    third = install(
        plug.connection, install_options("BK7231N", _named("kettle")), plug.places, Person()
    )
    assert third.flash is not None
    assert third.flash.written == 1
    assert "config-replaced" in [notice.code for notice in third.proposal.notices]


def test_a_device_that_has_changed_gets_a_new_backup(tmp_path: Path) -> None:
    before = bytearray(original(PLUG))
    plug = desk("BK7231N", bytes(before), tmp_path)
    install(plug.connection, install_options("BK7231N"), plug.places, Person(agrees=True))
    undo(plug.connection, plug.places, lambda _proposal: True)
    # Tuya's firmware ran and stored something.
    before[0x1F0000:0x1F0004] = b"\0\0\0\0"
    later = desk("BK7231N", bytes(before), tmp_path)
    report = install(later.connection, install_options("BK7231N"), later.places, Person())
    assert not report.proposal.backup.reused
    assert len(list(plug.places.backups.glob("*.bin"))) == 2
    undo(later.connection, later.places, lambda _proposal: True)
    assert later.flash == bytes(before)


def test_without_wifi_it_opens_its_own(plug: Desk) -> None:
    report = install(
        plug.connection, install_options("BK7231N", _named("kettle")), plug.places, Person()
    )
    assert not report.proposal.joins_wifi
    assert report.start.wifi is True, "no Wi-Fi was given, and none is used"


def test_firmware_of_another_chip_is_refused_before_the_backup(plug: Desk) -> None:
    with pytest.raises(RefusedError, match="is for BK7231T, but this is BK7231N"):
        install(plug.connection, install_options("BK7231T"), plug.places, Person())
    assert not plug.places.backups.exists()


def test_a_wire_that_is_not_moved_ends_the_job_all_the_same(plug: Desk) -> None:
    person = Person(moves=False)
    plug.wrap = _without_log
    report = install(plug.connection, install_options("BK7231N"), plug.places, person)
    assert person.asked == ["carry out", "wire"]
    assert report.start.log is None
    assert report.flash is not None


def test_undo_without_a_backup_says_how_to_name_one(plug: Desk) -> None:
    with pytest.raises(RefusedError, match="no backup of this chip") as refused:
        undo(plug.connection, plug.places, lambda _proposal: True)
    assert "--backup" in refused.value.advice(wording)


def test_undo_never_takes_the_backup_of_another_chip(plug: Desk, tmp_path: Path) -> None:
    other = original("moes-wk-us2-tc-in-wall-outlet")
    plug.places.backups.mkdir()
    (plug.places.backups / "other.bin").write_bytes(other)
    with pytest.raises(RefusedError, match="no backup of this chip"):
        undo(plug.connection, plug.places, lambda _proposal: True)


def test_undo_takes_a_backup_made_elsewhere(plug: Desk, tmp_path: Path) -> None:
    before, saved = plug.flash, tmp_path / "saved elsewhere.bin"
    saved.write_bytes(before)
    install(
        plug.connection, replace(install_options("BK7231N"), backup=saved), plug.places, Person()
    )
    undo(plug.connection, plug.places, lambda _proposal: True, named=saved)
    assert plug.flash == before


def test_a_backup_that_is_named_is_taken_or_refused_never_swapped(
    plug: Desk, tmp_path: Path
) -> None:
    install(plug.connection, install_options("BK7231N"), plug.places, Person())
    after, other = plug.flash, tmp_path / "other.bin"
    other.write_bytes(original("moes-wk-us2-tc-in-wall-outlet"))
    with pytest.raises(RefusedError, match=r"other\.bin is not a backup of this chip"):
        undo(plug.connection, plug.places, lambda _proposal: True, named=other)
    with pytest.raises(FileAccessError, match=r"gone\.bin"):
        undo(plug.connection, plug.places, lambda _proposal: True, named=tmp_path / "gone.bin")
    with pytest.raises(RefusedError, match=r"other\.bin is not a backup of this chip"):
        install(
            plug.connection,
            replace(install_options("BK7231N"), backup=other),
            plug.places,
            Person(),
        )
    assert plug.flash == after


def test_a_backup_is_made_under_a_new_name_although_one_is_known(
    plug: Desk, tmp_path: Path
) -> None:
    before, mine = plug.flash, tmp_path / "mine.bin"
    install(plug.connection, install_options("BK7231N"), plug.places, Person())
    undo(plug.connection, plug.places, lambda _proposal: True)
    wanted = replace(install_options("BK7231N"), backup=mine)
    report = install(plug.connection, wanted, plug.places, Person())
    assert report.proposal.backup.path == mine
    assert mine.read_bytes() == before
    assert install(plug.connection, wanted, plug.places, Person()).proposal.backup.reused


def test_overlapping_files_are_not_planned(plug: Desk, tmp_path: Path) -> None:
    target = connect(VirtualTransport(plug.device), wait=0).target
    state = survey(target, WriteJournal(None), ())
    firmware = openbeken("BK7231N").file
    with pytest.raises(UsageError, match="overlaps"):
        plan_write(target, firmware, WriteOptions(), state, also=(replace(firmware, name="again"),))


def test_the_job_is_refused_where_a_write_would_be(plug: Desk) -> None:
    damaged = replace(openbeken("BK7231N").file, damage="a frame is wrong")
    firmware = replace(openbeken("BK7231N"), file=damaged)
    before = plug.flash
    with pytest.raises(BekenlabError, match="a frame is wrong"):
        install(
            plug.connection,
            replace(install_options("BK7231N"), firmware=lambda _chip: firmware),
            plug.places,
            Person(),
        )
    assert plug.flash == before


def _named(name: str) -> Changes:
    return Changes(values={"long_name": name})


def _without_log(line: VirtualTransport) -> VirtualTransport:
    """As with a real adapter: the log is on another pad."""
    return VirtualTransport(line.device, name=line.name)
