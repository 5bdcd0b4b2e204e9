"""``bekenlab obk probe`` as a user runs it, against a device that behaves as a real one."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any

import pytest

from bekenlab.cli.chip.frontend import Frontend
from bekenlab.cli.obk.probe import _Asking
from bekenlab.jobs.lan.probe_answers import Answer, Trial
from bekenlab.openbeken.settings import PinSetting
from cli.program import Run, bekenlab
from cli.terminal import at_terminal
from lan.devices import patient_client
from lan.fake import FakeDevice

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def fake() -> Iterator[FakeDevice]:
    with FakeDevice() as device:
        device.firmware.set_pin(26, role=1, channel=1)
        patient_client(device).clock.sleep(3)
        yield device


def probe(fake: FakeDevice, *words: str, folder: Path) -> Run:
    state = {"XDG_STATE_HOME": str(folder / "state")}
    return bekenlab("obk", "probe", str(fake.host), *words, folder=folder, variables=state)


def test_without_a_terminal_only_buttons_are_found(fake: FakeDevice, tmp_path: Path) -> None:
    plan = probe(fake, "--dry-run", folder=tmp_path)
    assert (plan.status, "Tries      P26, P6, P8" in plan.out) == (0, True)
    assert "P0: the log is sent there" in plan.out
    refused = probe(fake, "--yes", folder=tmp_path)
    assert (refused.status, "somebody has to say" in refused.err) == (7, True)
    assert {request.split()[0] for request in fake.requests} == {"GET"}
    run = probe(fake, "--inputs", "--seconds", "1", "--yes", "--json", folder=tmp_path)
    [*_, result] = run.reports
    assert (result["exit"], result["pins"], result["restored"]) == (0, [], True)
    assert result["template"]["keywords"] == ["found by trying"]
    assert fake.firmware.columns()[0][26] == 1


@pytest.mark.skipif(os.name == "nt", reason="Windows has no pseudo terminals")
def test_a_person_answers_and_a_template_is_written(fake: FakeDevice, tmp_path: Path) -> None:
    shown = at_terminal(
        tmp_path,
        *("obk", "probe", str(fake.host), "--seconds", "1", "-o", "found.json"),
        answers=(
            ("Begin? [y/N]:", "y"),
            ("more buttons? [y/N]:", "n"),
            ("what happened? [n]:", "x"),
            ("what happened? [n]:", "c"),
            ("what happened? [n]:", "q"),
        ),
    )
    assert shown.status == 0, shown.raw
    template = json.loads((tmp_path / "found.json").read_text())
    assert list(template["pins"]) == ["26"]
    assert template["pins"]["26"].startswith("Rel")
    assert fake.firmware.columns()[0][26] == 1


def test_what_an_interrupted_probe_left_is_put_back_first(fake: FakeDevice, tmp_path: Path) -> None:
    assert probe(fake, "--restore", "--yes", folder=tmp_path).status == 7
    folder = tmp_path / "state" / "bekenlab" / "devices"
    client = patient_client(fake)
    from bekenlab.jobs.lan.probe_record import ProbeRecord, ProbeRecords

    pins, info = client.pins(), client.info()
    record = ProbeRecord(info.build, pins.roles, pins.channels, pins.second_channels, "gone.bin")
    ProbeRecords(folder).keep(info, str(client.host), record)
    fake.firmware.set_pin(26, role=5, channel=63)
    told = probe(fake, "--dry-run", folder=tmp_path)
    assert "was interrupted" in told.out
    assert probe(fake, folder=tmp_path).status == 7
    run = probe(fake, "--yes", folder=tmp_path)
    assert (run.status, "Restored" in run.out) == (0, True)
    assert fake.firmware.columns()[0][26] == 1
    assert list(folder.glob("probe-*")) == []


def test_keys_mean_what_the_menu_says(monkeypatch: pytest.MonkeyPatch) -> None:
    typed: list[Any] = ["?", "L", "k", "u"]
    monkeypatch.setattr("click.prompt", lambda *_, **__: typed.pop(0))
    asking = _Asking(Frontend("obk probe", as_json=False))
    trial = Trial(26, 1, 1, 2, PinSetting(26, "Rel", 1))
    assert asking.happened(trial) is Answer.LED
    assert [asking.happened(trial) for _ in range(2)] == [Answer.COLD, Answer.BACK]
