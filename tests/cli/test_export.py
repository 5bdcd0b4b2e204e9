"""``bekenlab export`` as a user runs it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from bekenlab.openbeken.config import decode_config
from bekenlab.samples import build_sample
from cli.program import bekenlab
from shared import dump

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "plug.bin").write_bytes(build_sample())
    (tmp_path / "half.bin").write_bytes(build_sample()[: 1 << 20])
    (tmp_path / "t.json").write_text('{"pins": {"26": "Rel;1", "8": "Buzzer;1"}}')
    return tmp_path


def test_json_is_what_analyze_prints(folder: Path) -> None:
    exported = bekenlab("export", "plug.bin", "--to", "json", folder=folder)
    assert exported.out == bekenlab("analyze", "--json", "plug.bin", folder=folder).out
    assert (exported.status, exported.err) == (0, "")


def test_a_dump_and_its_report_give_the_same_template(folder: Path) -> None:
    report = bekenlab("analyze", "--json", "plug.bin", folder=folder).out
    (folder / "report.json").write_text(report)
    ours = bekenlab("export", "plug.bin", "--to", "openbeken", folder=folder)
    theirs = bekenlab("export", "report.json", "--to", "openbeken", folder=folder)
    assert ours.out == theirs.out
    assert json.loads(ours.out)["pins"]["26"] == "Rel;1"


def test_a_configuration_goes_to_a_file(folder: Path) -> None:
    refused = bekenlab("export", "plug.bin", "--to", "config", folder=folder)
    assert (refused.status, refused.out) == (2, "")
    assert "-o" in refused.err
    words = ("export", "plug.bin", "--to", "config", "-o", "obk.bin")
    run = bekenlab(*words, folder=folder)
    assert run.status == 0
    assert run.out == (
        "obk.bin: OpenBeken configuration sector; for BK7231N, flash it at 0x1D1000\n"
    )
    assert decode_config((folder / "obk.bin").read_bytes()).value("short_name") == "obk4E1AB001"
    again = bekenlab(*words, folder=folder)
    assert again.status == 7
    assert "add --force to replace it" in again.err
    assert bekenlab(*words, "--force", folder=folder).status == 0


def test_the_chip_can_be_given_and_what_is_left_out_is_said(folder: Path) -> None:
    words = ("export", "t.json", "--to", "config", "-o", "obk.bin")
    assert bekenlab(*words, folder=folder).status == 8
    run = bekenlab(*words, "--chip", "BK7231T", folder=folder)
    assert run.status == 0
    assert run.err == "warning: P8: OpenBeken has no role 'Buzzer'\n"


def test_a_damaged_dump_is_exported_as_far_as_it_goes(folder: Path) -> None:
    run = bekenlab("export", "half.bin", "--to", "json", folder=folder)
    assert run.status == 9
    assert "damaged-dump" in run.err
    assert json.loads(run.out)["error"]["code"] == "damaged-dump"


def test_an_unknown_format_is_a_wrong_command_line(folder: Path) -> None:
    assert bekenlab("export", "plug.bin", "--to", "yaml", folder=folder).status == 2


def test_esphomes_yaml_goes_to_the_terminal_or_to_a_file(folder: Path) -> None:
    printed = bekenlab("export", "plug.bin", "--to", "esphome", folder=folder)
    assert (printed.status, printed.err) == (0, "")
    words = ("export", "plug.bin", "--to", "esphome", "-o", "plug.yaml")
    said = bekenlab(*words, folder=folder).out
    assert said == "plug.yaml: ESPHome configuration (YAML); put a secrets.yaml beside it\n"
    assert (folder / "plug.yaml").read_text(encoding="utf-8") == printed.out
    refused = bekenlab("export", "t.json", "--to", "esphome", folder=folder)
    assert refused.status == 8
    assert "--chip" in refused.err


def test_a_file_that_is_not_there_is_not_a_matter_of_permissions(folder: Path) -> None:
    run = bekenlab("export", "nope.bin", "--to", "esphome", folder=folder)
    assert run.status == 9
    assert "check the name" in run.err


@pytest.mark.parametrize("through_a_report", [False, True])
def test_the_board_is_that_of_the_dumps_boot_loader(folder: Path, through_a_report: bool) -> None:
    """BK7238 with Beken's loader and Tuya's storage: what is stored does not tell the layout."""
    flash = bytearray(dump("openbk7238-qio-1.18.300").ljust(0x200000, b"\xff"))
    storage = dump("bk7231t-tuyaconfig-pc44ha")
    flash[0x1EE000 : 0x1EE000 + len(storage)] = storage
    (folder / "t38.bin").write_bytes(flash)
    if through_a_report:
        report = bekenlab("analyze", "--json", "--boot", "never", "t38.bin", folder=folder).out
        (folder / "t38.bin").write_text(report)
    run = bekenlab("export", "t38.bin", "--to", "esphome", folder=folder)
    assert "board: generic-bk7238\n" in run.out, run.err
