"""Pins of another file: all facts are from there, and what contradicts the device is said."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from rich.console import Console

from analyses import storage, with_regions
from bekenlab.analysis.inputs import InputFile
from bekenlab.analysis.subject import Subject, subject_of
from bekenlab.chips import chip
from bekenlab.jobs.install.configure import configure, understand
from bekenlab.jobs.install.install import install
from bekenlab.openbeken.config.edit import Changes
from bekenlab.openbeken.settings import PinSetting
from bekenlab.report.install_json import install_json
from bekenlab.report.install_text import proposal_text
from bekenlab.samples import build_sample
from install_setup import Person, desk, install_options

if TYPE_CHECKING:
    from bekenlab.jobs.install.model import InstallReport

OTHER = "{rl1_pin:24,rl1_lv:1,bt1_pin:26,bt1_lv:0,netled_pin:7,netled_lv:1,module:CB3S}"
SAME = {"pins": {"26": "Rel;1"}, "command": "", "flags": "1024", "board": "CB2S"}


def file(name: str, text: str) -> Subject:
    return subject_of(InputFile(name, Path(name), text.encode()))


def planned(source: Subject | None, folder: Path) -> InstallReport:
    table = desk("BK7231N", build_sample(), folder)
    wanted = replace(install_options("BK7231N"), source=source)
    return install(table.connection, wanted, table.places, Person(), plan_only=True)


def shown(report: InstallReport) -> str:
    screen = Console(width=80, file=io.StringIO(), highlight=False)
    screen.print(proposal_text(report.proposal))
    return " ".join(screen.file.getvalue().split())  # type: ignore[attr-defined]


def test_the_plan_has_no_fact_of_the_device_whose_pins_are_not_used(tmp_path: Path) -> None:
    report = planned(file("other.txt", OTHER), tmp_path)
    text = shown(report)
    for words in (
        "P7 Wi-Fi LED WifiLED;0",
        "P24 Relay 1 Rel;1",
        "P26 Button 1 Btn;1",
        "Pins from other.txt: a configuration as text",
        "pins-from-file: Pins, flags and startup command come from other.txt, not from this",
        "other.txt is about a module CB3S, and this one is CB2S.",
        "This device's own firmware uses P6 (BL0937CF1;0), P8 (WifiLED_n;0), P10 (Btn;1), which",
        "P24 (Rel;1 instead of BL0937SEL;0), P26 (Btn;1 instead of Rel;1)",
    ):
        assert words in text, words
    assert install_json(report)["pins_from"] == {"file": "other.txt", "source": "storage"}


def test_a_pin_with_another_role_is_not_called_what_it_was(tmp_path: Path) -> None:
    table = desk("BK7231N", build_sample(), tmp_path)
    wanted = install_options("BK7231N")
    edits = replace(wanted.changes, pins=(PinSetting(26, "BL0937CF"), PinSetting(6, "AlwaysLow")))
    wanted = replace(wanted, changes=edits)
    report = install(table.connection, wanted, table.places, Person(), plan_only=True)
    words = {pin.gpio: label for pin, label in report.proposal.labelled_pins()}
    assert (words[26], words[6]) == ("Power meter, power pulses (CF)", "Always off")
    assert words[10] == "Button 1"


def test_the_devices_own_pins_are_named_as_such(tmp_path: Path) -> None:
    report = planned(None, tmp_path)
    assert "Pins from Tuya storage" in shown(report)
    assert install_json(report)["pins_from"] == {"file": None, "source": "storage"}
    assert "pins-from-file" not in [notice.code for notice in report.proposal.notices]


@pytest.mark.parametrize("more", [{}, {"chip": "BK7231T"}])
def test_a_template_that_drops_a_pin_or_is_for_another_chip(more: dict[str, str]) -> None:
    plug = understand(Path("plug.bin"), build_sample())
    given = file("t.json", json.dumps(SAME | more))
    _, notices = configure(plug, given, Changes(), chip("BK7231N"), b"")
    assert [notice.code for notice in notices] == ["pins-from-file", "pins-differ"]
    assert "P10 (Btn;1)" in notices[1].message
    assert ("a device with BK7231T" in notices[1].message) is bool(more)


def test_nobody_is_told_to_set_up_pins_that_a_second_controller_has() -> None:
    """Its driver is started instead."""
    device = understand(Path("d.bin"), with_regions(storage(baud_cfg=b'{"baud":9600}')))
    made, notices = configure(device, None, Changes(), chip("BK7231N"), b"")
    assert [notice.code for notice in notices] == ["second-controller"]
    assert "startDriver TuyaMCU" in str(made.config.value("startup_command"))
    given = file("none.json", json.dumps(SAME | {"pins": {}}))
    _, notices = configure(device, given, Changes(), chip("BK7231N"), b"")
    assert "no-pins" in [notice.code for notice in notices]


def test_the_devices_own_template_contradicts_nothing() -> None:
    plug = understand(Path("plug.bin"), build_sample())
    given = file("t.json", json.dumps(dict(plug.template)))
    _, notices = configure(plug, given, Changes(), chip("BK7231N"), b"")
    assert [notice.code for notice in notices] == ["pins-from-file"]
