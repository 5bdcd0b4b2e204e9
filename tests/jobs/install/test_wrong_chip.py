"""A second device of the same kind is put on the wire where the first one is expected."""

from __future__ import annotations

import random
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from bekenlab.errors import BekenlabError, RefusedError
from bekenlab.events import Event, Progress
from bekenlab.flashing.journal import WriteJournal
from bekenlab.flashing.state import survey
from bekenlab.image import read_image
from bekenlab.image.framing import add
from bekenlab.jobs.install.backups import make_backup
from bekenlab.jobs.install.install import install
from bekenlab.jobs.undo import undo
from bekenlab.link.connect import connect
from bekenlab.link.errors import VerifyFailedError
from bekenlab.link.virtual import VirtualTransport
from bekenlab.machine.wire_chips import build
from install_setup import OBK, PLUG, Desk, Person, desk, install_options, original
from kill_runs import Killed, Mortal
from shared import dump

if TYPE_CHECKING:
    from pathlib import Path

    from bekenlab.jobs.install.model import Proposal
    from bekenlab.machine.wire import WireDevice
    from bekenlab.probing.rehearsal import Rehearsal

RF, STORAGE = slice(0x1D0000, 0x1D1000), slice(0x1EE000, 0x1F0000)


def twin(flash: bytes) -> bytes:
    """Another device of the same product: other calibration, other keys, all else the same."""
    noise, data = random.Random(5), bytearray(flash)
    data[RF] = noise.randbytes(0x100) + data[RF][0x100:]
    data[STORAGE] = noise.randbytes(0x2000)
    return bytes(data)


def killed(first: Desk, after: int) -> None:
    first.wrap = lambda line: Mortal(line, after)
    before = first.flash
    with pytest.raises(Killed):
        install(first.connection, install_options("BK7231N"), first.places, Person())
    assert first.flash != before, "killed before it wrote"


def test_a_killed_install_is_not_resumed_on_another_device(tmp_path: Path) -> None:
    first = desk("BK7231N", original(PLUG), tmp_path)
    killed(first, 1_900_000)
    other = twin(original(PLUG))
    second = Desk(first.chip, build("BK7231N", other), first.places)
    report = install(second.connection, install_options("BK7231N"), second.places, Person())
    assert second.flash[RF] == other[RF]
    assert not report.proposal.backup.reused
    assert report.proposal.backup.path.read_bytes() == other
    undo(second.connection, second.places, lambda _proposal: True)
    assert second.flash == other


def test_an_undo_that_was_killed_leaves_another_device_alone(tmp_path: Path) -> None:
    first = desk("BK7231N", original(PLUG), tmp_path)
    install(first.connection, install_options("BK7231N"), first.places, Person())
    first.wrap = lambda line: Mortal(line, 600_000)
    with pytest.raises(Killed):
        undo(first.connection, first.places, lambda _proposal: True)
    other = twin(original(PLUG))
    second = Desk(first.chip, build("BK7231N", other), first.places)
    with pytest.raises(RefusedError, match="no backup of this chip"):
        undo(second.connection, second.places, lambda _proposal: True)
    assert second.flash == other


class Swapper(Person):
    """Puts another device on the wire before saying yes."""

    def __init__(self, other: WireDevice) -> None:
        super().__init__()
        self.other = other
        self.lines: list[VirtualTransport] = []

    def watch(self, line: VirtualTransport) -> VirtualTransport:
        self.lines.append(line)
        return line

    def carry_out(self, proposal: Proposal, rehearsal: Rehearsal | None) -> bool:
        self.lines[-1].device = self.other
        return super().carry_out(proposal, rehearsal)


def test_a_device_that_was_swapped_while_the_question_was_open_is_left_alone(
    tmp_path: Path,
) -> None:
    first = desk("BK7231N", original(PLUG), tmp_path)
    other = build("BK7231N", twin(original(PLUG)))
    person = Swapper(other)
    first.wrap = person.watch
    with pytest.raises(RefusedError, match="another chip answers"):
        install(first.connection, install_options("BK7231N"), first.places, person)
    assert other.flash == twin(original(PLUG))


class Deleter(Person):
    """Tidies up too early."""

    def carry_out(self, proposal: Proposal, rehearsal: Rehearsal | None) -> bool:
        proposal.backup.path.unlink()
        return super().carry_out(proposal, rehearsal)


def test_nothing_is_written_when_the_backup_was_deleted_meanwhile(tmp_path: Path) -> None:
    plug = desk("BK7231N", original(PLUG), tmp_path)
    with pytest.raises(RefusedError, match="no longer exists"):
        install(plug.connection, install_options("BK7231N"), plug.places, Deleter())
    assert plug.flash == original(PLUG)


def test_a_backup_of_two_devices_is_rejected(tmp_path: Path) -> None:
    first = desk("BK7231N", original(PLUG), tmp_path)
    other = build("BK7231N", twin(original(PLUG)))
    person = Swapper(other)
    first.wrap = person.watch

    def swap(event: Event, /) -> None:
        if isinstance(event, Progress) and event.phase == "read" and event.done > 0x100000:
            person.lines[-1].device = other

    with pytest.raises(BekenlabError):
        install(first.connection, install_options("BK7231N"), first.places, person, events=swap)
    assert not person.asked
    assert not list(first.places.backups.glob("*.bin")), "a mixture, with the name of a backup"
    assert (first.flash, other.flash) == (original(PLUG), twin(original(PLUG)))


def test_undo_finds_the_backup_that_install_was_given(tmp_path: Path) -> None:
    plug, saved = desk("BK7231N", original(PLUG), tmp_path), tmp_path / "mine.bin"
    saved.write_bytes(plug.flash)
    install(
        plug.connection, replace(install_options("BK7231N"), backup=saved), plug.places, Person()
    )
    undo(plug.connection, plug.places, lambda _proposal: True)
    assert plug.flash == original(PLUG)


def test_a_backup_that_differs_from_the_survey_gets_another_name(tmp_path: Path) -> None:
    plug = desk("BK7231N", original(PLUG), tmp_path)
    target = connect(VirtualTransport(plug.device), wait=0).target
    state = survey(target, WriteJournal(None), ())
    other = replace(state, crcs={**state.crcs, 0x1EE000: 1})
    with pytest.raises(VerifyFailedError, match="no longer holds what it held"):
        make_backup(target, other, plug.places, None)
    assert not list(plug.places.backups.glob("*.bin"))
    assert list(plug.places.backups.glob("*.bin.wrong"))


def test_undo_goes_back_from_code_that_does_not_start(tmp_path: Path) -> None:
    plug = desk("BK7231N", original(PLUG), tmp_path)
    install(plug.connection, install_options("BK7231N"), plug.places, Person())
    # Somebody forced an application in plain onto a chip that decrypts.
    code = add(read_image(dump(OBK["BK7231N"])).logical[0x10000:0x20000])
    plain = plug.flash[:0x11000] + code + plug.flash[0x11000 + len(code) :]
    plug = Desk(plug.chip, build("BK7231N", plain), plug.places)
    undo(plug.connection, plug.places, lambda _proposal: True)
    assert plug.flash == original(PLUG)
