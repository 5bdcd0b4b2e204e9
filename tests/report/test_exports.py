"""Each format of ``export`` holds what the device's file said."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from analyses import sample
from bekenlab.analysis.subject import Subject, read_subject
from bekenlab.errors import UnsupportedError
from bekenlab.openbeken.config import decode_config
from bekenlab.report.exports import EXPORTERS, Request
from bekenlab.report.json_report import to_json
from bekenlab.samples import build_sample

if TYPE_CHECKING:
    from pathlib import Path

UNIQUE = bytes.fromhex("01020304")


@pytest.fixture
def plug(tmp_path: Path) -> Subject:
    (tmp_path / "sample-metering-plug.bin").write_bytes(build_sample())
    return read_subject(tmp_path / "sample-metering-plug.bin")


def export(form: str, subject: Subject, chip: str | None = None) -> bytes:
    return EXPORTERS[form].write(Request(subject, chip, UNIQUE)).content


def test_the_template_is_that_of_analyze(plug: Subject) -> None:
    assert json.loads(export("openbeken", plug)) == sample().template
    assert json.loads(export("openbeken", plug, "BK7231M"))["chip"] == "BK7231M"


def test_the_report_is_that_of_analyze(plug: Subject) -> None:
    assert json.loads(export("json", plug)) == to_json(sample())


def test_the_text_is_the_description(plug: Subject) -> None:
    assert export("text", plug).decode() == sample().description


def test_the_configuration_has_the_templates_pins(plug: Subject) -> None:
    config = decode_config(export("config", plug))
    assert {str(pin.gpio): pin.text for pin in config.pins()} == sample().template["pins"]
    assert config.value("long_name") == "OpenBK7231N_01020304"
    assert EXPORTERS["config"].binary


@pytest.mark.parametrize("form", ["openbeken", "text", "json"])
def test_what_is_exported_can_be_exported_again(plug: Subject, form: str, tmp_path: Path) -> None:
    (tmp_path / "report.json").write_bytes(export("json", plug))
    again = read_subject(tmp_path / "report.json")
    assert export(form, again) == export(form, plug)


def test_a_template_has_no_report(tmp_path: Path) -> None:
    (tmp_path / "t.json").write_text('{"chip": "BK7231N", "pins": {"26": "Rel;1"}}')
    with pytest.raises(UnsupportedError):
        export("json", read_subject(tmp_path / "t.json"))


def test_esphomes_yaml_says_what_the_template_says(plug: Subject, tmp_path: Path) -> None:
    ours = export("esphome", plug).decode()
    assert 'name: "bekenlab-sample-plug"' in ours
    (tmp_path / "t.json").write_bytes(export("openbeken", plug))
    theirs = export("esphome", read_subject(tmp_path / "t.json")).decode()
    parts = "current_resistor"
    assert (
        ours.partition("switch:")[2].partition(parts)[0]
        == theirs.partition("switch:")[2].partition(parts)[0]
    )


def test_esphomes_board_follows_the_chip_that_is_given(tmp_path: Path) -> None:
    (tmp_path / "t.json").write_text('{"vendor": "Acme", "name": "Lamp", "pins": {"26": "PWM;1"}}')
    template = read_subject(tmp_path / "t.json")
    with pytest.raises(UnsupportedError, match="which chip"):
        export("esphome", template)
    made = export("esphome", template, "BK7231T").decode()
    assert "board: generic-bk7231t-qfn32-tuya" in made
    assert 'name: "acme-lamp"\n  friendly_name: "Acme Lamp"' in made


def test_what_esphome_cannot_do_is_a_warning(tmp_path: Path) -> None:
    (tmp_path / "t.json").write_text('{"chip": "BK7231N", "pins": {"7": "KP18058_DAT;0"}}')
    request = Request(read_subject(tmp_path / "t.json"), None, UNIQUE)
    (said,) = EXPORTERS["esphome"].write(request).warnings
    assert said.startswith("P7, LED driver data: ")


def test_a_terminal_gets_no_control_characters(tmp_path: Path) -> None:
    (tmp_path / "t.json").write_text(json.dumps({"pins": {"26": "\x1b[2J;1"}}))
    assert b"\x1b" not in export("text", read_subject(tmp_path / "t.json"))
