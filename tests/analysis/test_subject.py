"""A device as told by any file: each kind is recognised, and a report says what its dump said."""

from __future__ import annotations

import json
import random
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from analyses import real, sample
from bekenlab.analysis.earlier_report import read_report
from bekenlab.analysis.subject import read_subject
from bekenlab.errors import BekenlabError, DamagedDumpError, NotADumpError, RefusedError
from bekenlab.openbeken.config import new_config
from bekenlab.openbeken.settings import PinSetting
from bekenlab.report.json_report import to_json
from bekenlab.report.log_report import log_json
from bekenlab.samples import build_sample
from boot_logs import boot
from shared import dump, dump_names

if TYPE_CHECKING:
    from pathlib import Path

    from bekenlab.pins import PinMap

CONFIG = "{rl1_pin:26,rl1_lv:1,bt1_pin:10,bt1_lv:0,module:CB2S}"
TEMPLATE = {"chip": "BK7231N", "board": "CB2S", "pins": {"26": "Rel;1", "8": "Buzzer;1"}}


def bare(pins: PinMap | None) -> PinMap:
    """Without what is printed of the whole report and not of its pins."""
    assert pins is not None
    return replace(pins, notices=(), not_understood=())


@pytest.mark.parametrize("name", dump_names())
def test_a_report_says_of_the_pins_what_its_dump_said(name: str) -> None:
    analysis = real(name)
    report = read_report(json.loads(json.dumps(to_json(analysis))))
    assert bare(report.pins) == bare(analysis.pins)
    assert report.template == analysis.template
    assert (report.chip, report.module) == (analysis.chip.name, analysis.module)


def write(folder: Path, content: bytes | str | dict[str, Any], name: str = "file") -> Path:
    path = folder / name
    if isinstance(content, dict):
        content = json.dumps(content)
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def test_every_kind_of_file_gives_chip_and_pins(tmp_path: Path) -> None:
    sector = new_config(chip="BK7231N", unique=bytes(4), pins=[PinSetting(26, "Rel", 1)]).encode()
    flash = bytearray(dump("openbk7231n-qio-1.18.300").ljust(2 << 20, b"\xff"))
    flash[0x1D1000:0x1D2000] = sector
    log = read_subject(write(tmp_path, boot("key_list")))
    assert log.log
    files: dict[str, bytes | str | dict[str, Any]] = {
        "dump": build_sample(),
        "text": CONFIG,
        "report": to_json(sample()),
        "report of a log": log_json(log.log),
        "template": TEMPLATE,
        "OpenBeken's dump": bytes(flash),
    }
    for kind, content in files.items():
        told = read_subject(write(tmp_path, content))
        assert told.chip == "BK7231N", kind
        assert told.template["pins"]["26"].startswith("Rel;1"), kind
        assert "P26" in told.description, kind
    assert read_subject(write(tmp_path, sector)).template["pins"] == {"26": "Rel;1"}


def test_a_template_and_a_configuration_give_no_pin_map(tmp_path: Path) -> None:
    told = read_subject(write(tmp_path, TEMPLATE))
    assert told.pins is None
    assert "OpenBeken has no role 'Buzzer'" in told.description


def test_the_end_of_the_mac_is_known_from_a_dump_only_and_does_not_print_itself(
    tmp_path: Path,
) -> None:
    told = read_subject(write(tmp_path, build_sample()))
    assert told.mac
    assert told.mac.reveal().hex() == "4e1ab001"
    assert "4e1ab001" not in repr(told.mac)
    assert read_subject(write(tmp_path, to_json(sample()))).mac is None


def test_a_damaged_dump_is_told_as_such(tmp_path: Path) -> None:
    told = read_subject(write(tmp_path, build_sample()[: 1 << 20]))
    assert isinstance(told.problem, DamagedDumpError)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "empty"),
        (b"\xff" * 4096, "every byte is FF"),
        ("nothing to see here\n" * 40, "text without"),
        ({"schema": 1, "file": {"name": "x"}, "error": {"code": "file-access"}}, "is incomplete"),
        ({"schema": 2, "file": {}}, "schema 2"),
        ({"pins": [1, 2]}, "text without"),
        ("[" * 100_000 + "1", "text without"),
    ],
)
def test_what_is_none_of_them_is_refused(
    tmp_path: Path, content: bytes | str | dict[str, Any], said: str
) -> None:
    with pytest.raises(NotADumpError, match=said):
        read_subject(write(tmp_path, content))


def test_several_reports_in_one_file_are_refused(tmp_path: Path) -> None:
    line = json.dumps(to_json(sample()), separators=(",", ":"))
    with pytest.raises(RefusedError, match="2 reports"):
        read_subject(write(tmp_path, f"{line}\n{line}\n"))
    assert read_subject(write(tmp_path, f"{line}\n")).chip == "BK7231N"


def test_any_damage_to_a_report_ends_in_a_typed_error() -> None:
    rng = random.Random(7)
    junk: list[Any] = [None, -1, 10**30, "x", [], {}, [[1]], {"a": 1}, True, 1.5, "26", "NaN"]
    for _ in range(600):
        report = json.loads(json.dumps(to_json(sample())))
        for _ in range(rng.randint(1, 3)):
            place: Any = report
            while True:
                keys = list(place) if isinstance(place, dict) else list(range(len(place)))
                key = rng.choice(keys)
                inner = place[key]
                if not isinstance(inner, dict | list) or not inner or rng.random() < 0.2:
                    break
                place = inner
            if rng.random() < 0.3 and isinstance(place, dict):
                del place[key]
            else:
                place[key] = rng.choice(junk)
            if not report:
                break
        try:
            read_report(report)
        except BekenlabError as error:
            assert error.code == "not-a-dump"  # noqa: PT017  either is right
