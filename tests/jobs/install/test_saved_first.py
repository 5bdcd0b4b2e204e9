"""What an install or a write overwrites is in a backup, whatever happened since the last one."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import pytest

from bekenlab.analysis.inputs import InputFile
from bekenlab.events import Message
from bekenlab.flashing.journal import WriteJournal
from bekenlab.flashing.plan_write import WriteOptions
from bekenlab.flashing.state import survey
from bekenlab.flashing.unsaved import known_sectors
from bekenlab.jobs.backup import backup_linked
from bekenlab.jobs.erase import erase
from bekenlab.jobs.install.install import install
from bekenlab.jobs.restore import restore
from bekenlab.jobs.undo import undo
from bekenlab.jobs.write import write
from bekenlab.link.connect import connect
from bekenlab.link.virtual import VirtualTransport
from bekenlab.openbeken.config import decode_config
from bekenlab.openbeken.config.edit import Changes
from install_setup import PLUG, Desk, Person, desk, install_options, original

if TYPE_CHECKING:
    from pathlib import Path

    from bekenlab.flashing.planner import WriteProposal

CONFIG = 0x1D1000
STORED = 0x1F0000


@pytest.fixture
def plug(tmp_path: Path) -> Desk:
    return desk("BK7231N", original(PLUG), tmp_path)


def named(name: str) -> Changes:
    return Changes(values={"long_name": name})


def put(plug: Desk, folder: Path, address: int, data: bytes) -> Desk:
    """The same device after its firmware has stored something."""
    flash = bytearray(plug.flash)
    flash[address : address + len(data)] = data
    return replace(desk("BK7231N", bytes(flash), folder), places=plug.places)


def test_settings_made_on_the_device_are_saved_before_they_are_lost(
    plug: Desk, tmp_path: Path
) -> None:
    first = install(plug.connection, install_options("BK7231N"), plug.places, Person())
    config = decode_config(plug.flash[CONFIG : CONFIG + 0x1000], "BK7231N")
    mine = config.with_values({"mqtt_host": "mine.lan"}).encode()
    used = put(plug, tmp_path, CONFIG, mine)
    before = used.flash
    planned = install(
        used.connection, install_options("BK7231N"), used.places, Person(), plan_only=True
    )
    assert not planned.proposal.backup.kept, "the plan promises a new backup"
    second = install(used.connection, install_options("BK7231N"), used.places, Person())
    assert not second.proposal.backup.reused
    assert second.proposal.backup.path != first.proposal.backup.path
    assert second.proposal.backup.path.read_bytes() == before
    assert second.proposal.made == first.proposal.made, "the pins are still the device's own"
    undo(used.connection, used.places, lambda _proposal: True)
    assert used.flash == before


def test_what_is_not_overwritten_needs_no_new_backup(plug: Desk, tmp_path: Path) -> None:
    """OpenBeken counts its starts in flash; that alone does not make the backup worthless."""
    first = install(plug.connection, install_options("BK7231N"), plug.places, Person())
    used = put(plug, tmp_path, STORED, b"\0" * 16)
    second = install(used.connection, install_options("BK7231N"), used.places, Person())
    assert second.proposal.backup.reused
    assert second.proposal.backup.path == first.proposal.backup.path


def test_a_backup_that_was_named_is_not_taken_for_more_than_it_holds(
    plug: Desk, tmp_path: Path
) -> None:
    old = tmp_path / "old.bin"
    old.write_bytes(plug.flash)
    install(plug.connection, install_options("BK7231N"), plug.places, Person())
    before = plug.flash
    wanted = replace(install_options("BK7231N", named("kettle")), backup=old)
    report = install(plug.connection, wanted, plug.places, Person())
    assert report.proposal.backup.path != old
    assert report.proposal.backup.path.read_bytes() == before
    assert old.read_bytes() == original(PLUG)


def test_a_broken_list_of_backups_is_told_when_a_backup_is_reused(
    plug: Desk, tmp_path: Path
) -> None:
    old = tmp_path / "old.bin"
    old.write_bytes(plug.flash)
    state = plug.places.state
    assert state
    state.mkdir(exist_ok=True)
    (state / "backups.json").write_text("{", "utf-8")
    told: list[object] = []
    options = replace(install_options("BK7231N"), backup=old)
    report = install(plug.connection, options, plug.places, Person(), events=told.append)
    assert report.proposal.backup.reused
    codes = [event.code for event in told if isinstance(event, Message)]
    assert "state-ignored" in codes


@dataclass
class Yes:
    """Agrees to every plan, and remembers the warnings."""

    warned: list[str] = field(default_factory=list)

    def planned(self, proposal: WriteProposal, /) -> None:
        self.warned += [notice.code for notice in proposal.plan.notices]

    def carry_out(self, proposal: WriteProposal, /) -> bool:
        return True


def given(folder: Path, name: str, data: bytes) -> InputFile:
    (folder / name).write_bytes(data)
    return InputFile(name, folder / name, data)


@pytest.mark.parametrize("job", ["write", "erase"])
def test_any_change_of_flash_saves_what_no_backup_holds(
    plug: Desk, tmp_path: Path, job: str
) -> None:
    install(plug.connection, install_options("BK7231N"), plug.places, Person())
    used = put(plug, tmp_path, CONFIG + 0x800, b"mine")
    before, asked = used.flash, Yes()
    if job == "write":
        new = given(tmp_path, "new.bin", plug.flash[CONFIG : CONFIG + 0x1000])
        write(used.connection, new, WriteOptions(CONFIG), used.places, asked)
    else:
        erase(used.connection, f"{CONFIG:#x}-{CONFIG + 0x1000:#x}", used.places, asked)
    assert used.flash != before
    assert asked.warned == ["backup-outdated"]
    kept = [path.read_bytes() for path in used.places.backups.glob("*.bin")]
    assert before in kept
    assert original(PLUG) in kept
    undo(used.connection, used.places, lambda _proposal: True)
    assert used.flash == before


def test_putting_an_old_backup_back_says_what_is_lost(plug: Desk, tmp_path: Path) -> None:
    report = install(plug.connection, install_options("BK7231N"), plug.places, Person())
    path, asked = report.proposal.backup.path, Yes()
    old = InputFile(path.name, path, path.read_bytes())
    restore(plug.connection, old, WriteOptions(), plug.places, asked)
    assert plug.flash == original(PLUG)
    assert asked.warned == ["not-in-backup"]
    assert len(list(plug.places.backups.glob("*.bin"))) == 1


def test_only_what_changed_is_read_for_another_backup(plug: Desk, tmp_path: Path) -> None:
    report = install(plug.connection, install_options("BK7231N"), plug.places, Person())
    target = connect(VirtualTransport(plug.device), wait=0).target
    state = survey(target, WriteJournal(None), [report.proposal.backup.path])
    changed = sum(
        plug.flash[a : a + 0x1000] != original(PLUG)[a : a + 0x1000]
        for a in range(0, len(plug.flash), 0x1000)
    )
    path = tmp_path / "again.bin"
    done = backup_linked(target, path, plug.places, seen=state.crcs, known=known_sectors(state))
    assert path.read_bytes() == plug.flash
    assert done.sent <= changed
    assert done.sent + done.blank + done.resumed == len(plug.flash) // 0x1000
