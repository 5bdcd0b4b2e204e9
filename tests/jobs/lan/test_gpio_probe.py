"""A device is probed with a person who answers; whatever goes wrong, its settings come back."""

from __future__ import annotations

import json
import random
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from amounts import one_in
from bekenlab.analysis.subject import read_subject
from bekenlab.chips import chip as chip_named
from bekenlab.errors import (
    BadValueError,
    BekenlabError,
    FileAccessError,
    RefusedError,
    UnsupportedError,
)
from bekenlab.jobs.lan.copies import Copies
from bekenlab.jobs.lan.gpio_probe import ProbeResult, plan_probe, run_probe
from bekenlab.jobs.lan.probe_answers import Answer, found_pins, found_template
from bekenlab.jobs.lan.probe_pins import choose_pins, drivers_in
from bekenlab.jobs.lan.probe_record import ProbeRecord, ProbeRecords
from bekenlab.jobs.lan.probe_restore import put_back
from bekenlab.lan.connection import Connection
from bekenlab.lan.device import Device
from bekenlab.lan.errors import NoAnswerError, WebPasswordError
from bekenlab.pins.model import Polarity
from lan.devices import PATIENT, DeviceClock, patient_client
from lan.fake import FakeDevice
from lan.probing_person import Killed, Mortal, Scripted

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

RELAY = {(26, 1): Answer.RELAY, (8, 0): Answer.LED}


class Board:
    """A fake device, and the folder with its records."""

    def __init__(self, fake: FakeDevice, folder: Path) -> None:
        self.fake = fake
        self.folder = folder
        self.records = ProbeRecords(folder / "state")
        self.copies = Copies(folder / "kept", lambda: datetime(2026, 1, 2, tzinfo=UTC))

    def press(self, gpio: int) -> None:
        """Its channel changes; the fake's inputs rest at 1."""
        self.fake.low = {gpio}

    def probe(self, person: Scripted, device: Device | None = None, **more: Any) -> ProbeResult:
        device = device or patient_client(self.fake)
        plan = plan_probe(device, self.records)
        return run_probe(device, plan, person, self.records, self.copies, seconds=1, **more)

    @property
    def columns(self) -> tuple[list[int], list[int], list[int]]:
        return self.fake.firmware.columns()

    @property
    def left(self) -> list[Path]:
        state = self.folder / "state"
        return list(state.iterdir()) if state.exists() else []


@pytest.fixture
def board(tmp_path: Path) -> Iterator[Board]:
    with FakeDevice() as fake:
        fake.firmware.set_pin(6, role=7, channel=3, channel2=9)
        fake.firmware.pending = True
        patient_client(fake).clock.sleep(3)  # it saves
        yield Board(fake, tmp_path)


def test_buttons_and_outputs_make_a_template_and_the_settings_come_back(board: Board) -> None:
    before = board.columns
    person = Scripted(RELAY, press=lambda: board.press(10))
    result = board.probe(person)
    assert [(f.gpio, f.active) for f in result.inputs] == [(10, Polarity.ACTIVE_LOW)]
    assert [(f.gpio, f.what, f.active) for f in result.outputs] == [
        (8, Answer.LED, Polarity.ACTIVE_LOW),
        (26, Answer.RELAY, Polarity.ACTIVE_HIGH),
    ]
    template = found_template("BK7231N", found_pins(result.inputs, result.outputs))
    assert template["pins"] == {"8": "LED_n;1", "10": "Btn;1", "26": "Rel;1"}
    assert template["keywords"] == ["found by trying"]
    assert (board.columns, board.left, result.changed) == (before, [], ())
    first = person.asked[0]
    assert (first.gpio, first.level) == (26, 0)  # its inputs rest at 1
    assert 10 not in result.tried
    assert 0 not in result.tried


def test_what_changes_by_itself_is_no_button(board: Board) -> None:
    board.fake.flickers = {14}
    result = board.probe(Scripted(press=lambda: board.press(10)), outputs=False)
    assert (result.restless, [f.gpio for f in result.inputs]) == ((14,), [10])
    assert result.tried == ()


def test_again_back_and_stop(board: Board) -> None:
    script = iter(
        [Answer.AGAIN, Answer.NOTHING, Answer.RELAY, Answer.BACK, Answer.LED, Answer.STOP]
    )

    class Wavering(Scripted):
        def happened(self, trial: Any) -> Answer:
            self.asked.append(trial)
            return next(script)

    person = Wavering(rounds=2)
    result = board.probe(person)
    assert [trial.gpio for trial in person.asked] == [26, 26, 26, 6, 26, 6]
    assert [(f.gpio, f.what) for f in result.outputs] == [(26, Answer.LED)]
    assert result.ended


def test_a_kill_at_any_point_leaves_a_record_that_restores(board: Board) -> None:
    before = board.columns
    draw = random.Random(17)
    points = [(draw.randrange(5, 70), draw.random() < 0.5) for _ in range(20)]
    for left, sent in one_in(4, points):
        mortal = Mortal(Connection, left, sent)
        device = Device(board.fake.host, timeouts=PATIENT, clock=DeviceClock(), connect=mortal)
        with pytest.raises(Killed):
            board.probe(Scripted(), device)
        client = patient_client(board.fake)
        if board.left:
            with pytest.raises(RefusedError):
                plan_probe(client, board.records)
            put_back(client, board.records)
        client.clock.sleep(3)
        assert (board.columns, board.left) == (before, []), (left, sent)


def test_the_record_stays_until_everything_is_put_back(
    board: Board, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = board.columns
    with pytest.raises(Killed):
        board.probe(Scripted(), _mortal(board.fake, 20))
    for step in ("set_pins", "reboot"):

        def die(*_: Any) -> None:
            raise Killed

        with monkeypatch.context() as patch:
            patch.setattr(Device, step, die)
            with pytest.raises(Killed):
                put_back(patient_client(board.fake), board.records)
        assert len(board.left) == 1
        if step == "set_pins":
            assert board.columns != before
    put_back(patient_client(board.fake), board.records)
    assert (board.columns, board.left) == (before, [])


def _mortal(fake: FakeDevice, left: int) -> Device:
    connect = Mortal(Connection, left)
    return Device(fake.host, timeouts=PATIENT, clock=DeviceClock(), connect=connect)


def test_a_failure_or_an_interrupt_puts_back_at_once(board: Board) -> None:
    before = board.columns
    for kind in (KeyboardInterrupt, NoAnswerError):

        class Fails(Scripted):
            def happened(self, trial: Any, kind: type[BaseException] = kind) -> Answer:
                raise kind("stop")

        with pytest.raises(kind):
            board.probe(Fails())
        assert (board.columns, board.left) == (before, [])


def test_a_device_that_is_gone_is_put_back_later(board: Board) -> None:
    before = board.columns

    class Unplugs(Scripted):
        def happened(self, trial: Any) -> Answer:
            board.fake.faults.drop = 1000
            return Answer.NOTHING

    events: list[Any] = []
    with pytest.raises(BekenlabError):
        board.probe(Unplugs(), events=events.append)
    assert events[-1].code == "left-changed"
    board.fake.faults.drop = 0
    assert len(board.left) == 1
    assert put_back(patient_client(board.fake), board.records) == ()
    assert (board.columns, board.left) == (before, [])


def test_answers_that_make_no_sense_end_it_with_the_settings_put_back(board: Board) -> None:
    before = board.columns
    board.fake.refuses = True
    with pytest.raises(BekenlabError):
        board.probe(Scripted())
    assert (board.columns, board.left) == (before, [])


def test_nothing_is_changed_without_the_password(tmp_path: Path) -> None:
    with FakeDevice(password="geheim") as fake:  # noqa: S106  of no device
        board = Board(fake, tmp_path)
        with pytest.raises(WebPasswordError):
            board.probe(Scripted())
        with pytest.raises(WebPasswordError):
            board.probe(Scripted(), patient_client(fake, "falsch"))
        assert board.left == []
        assert board.probe(Scripted(), patient_client(fake, "geheim")).outputs == ()


def test_nothing_is_changed_if_the_record_cannot_be_written(board: Board) -> None:
    (board.folder / "state").write_text("in the way")
    with pytest.raises(FileAccessError):
        board.probe(Scripted())
    assert {request.split()[0] for request in board.fake.requests} == {"GET"}


def test_a_second_controller_is_said_first(board: Board, tmp_path: Path) -> None:
    path = tmp_path / "template.json"
    path.write_text(json.dumps({"chip": "BK7231N", "pins": {}, "command": "startDriver TuyaMCU"}))
    client = patient_client(board.fake)
    with pytest.raises(RefusedError, match="TuyaMCU"):
        plan_probe(client, board.records, read_subject(path))
    board.fake.firmware.set_startup("backlog startDriver tmSensor")
    client.clock.sleep(3)
    with pytest.raises(RefusedError, match="TuyaMCU"):
        plan_probe(client, board.records)


def test_a_build_without_the_roles_is_told(board: Board) -> None:
    names = board.fake.firmware.role_names
    names[names.index("dInput")] = "other"
    with pytest.raises(UnsupportedError, match="dInput"):
        plan_probe(patient_client(board.fake), board.records)


def test_pins_are_left_alone_by_case(board: Board, tmp_path: Path) -> None:
    pins, chip = patient_client(board.fake).pins(), chip_named("BK7231N")
    plain = choose_pins(chip, pins, frozenset())
    assert [pin.gpio for pin in plain.left_alone] == [0]
    assert {10, 11, 20, 21, 22, 23} <= set(plain.gpios) <= set(chip.gpios)
    meter = choose_pins(chip, pins, drivers_in("startDriver NTP\nstartdriver BL0942 1"))
    assert [pin.gpio for pin in meter.left_alone] == [0, 10, 11]
    wired = choose_pins(chip, pins, frozenset(), adapter=True)
    assert [pin.gpio for pin in wired.left_alone] == [0, 1, 10, 11, 20, 21, 22, 23]
    path = tmp_path / "template.json"
    path.write_text(json.dumps({"chip": "BK7231N", "pins": {"16": "Rel;1", "14": "Btn;1"}}))
    assert choose_pins(chip, pins, frozenset(), read_subject(path)).gpios[0] == 16


def test_channels_that_are_in_use_are_not_taken(board: Board) -> None:
    board.fake.firmware.set_pin(0, role=1, channel=63, channel2=61)
    pins = patient_client(board.fake).pins()
    taken = choose_pins(chip_named("BK7231N"), pins, frozenset()).channels
    assert not {63, 61} & set(taken.values())
    assert len(set(taken.values())) == len(taken)


def test_a_lamp_has_the_usual_channels() -> None:
    from bekenlab.jobs.lan.probe_answers import FoundInput, FoundOutput

    high = Polarity.ACTIVE_HIGH
    outputs = [FoundOutput(6, Answer.WARM, high), FoundOutput(24, Answer.RED, high)]
    pins = found_pins([FoundInput(10, high), FoundInput(11, high)], outputs)
    assert found_template("BK7231T", pins)["pins"] == {
        "6": "PWM;5",
        "10": "Btn_n;1",
        "11": "Btn_n;1",
        "24": "PWM;1",
    }


def test_a_record_of_another_firmware_or_a_damaged_one_is_refused(board: Board) -> None:
    client = patient_client(board.fake)
    info, host = client.info(), str(client.host)
    with pytest.raises(RefusedError, match="nothing to put back"):
        put_back(client, board.records)
    pins = client.pins()
    record = ProbeRecord(info.build, pins.roles, pins.channels, pins.second_channels, "kept.bin")
    board.records.keep(info, host, replace(record, build="another"))
    with pytest.raises(RefusedError, match="another firmware"):
        put_back(client, board.records)
    for text in ("{", "[]", '{"roles":["a"]}', '{"roles":1,"channels":[],"second_channels":[]}'):
        board.records.path(info, host).write_text(text)
        with pytest.raises(BadValueError):
            put_back(client, board.records)
