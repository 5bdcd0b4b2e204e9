"""The report of ``log parse``: JSON with the contract's fields, and a page of 80 columns."""

import io
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

import contract
from bekenlab.analysis.read_log import LogReport, read_log
from bekenlab.errors import Notice
from bekenlab.report.log_report import log_json, render
from boot_logs import KEY, STAMP, TRUTH, boot

SHAPE: dict[str, Any] = {
    "schema": {1},
    "file": {"name": str},
    "chip": contract.Maybe(str),
    "firmware": contract.FIRMWARE,
    "module": contract.Maybe(str),
    "parameters": contract.Maybe(dict),
    "mcu": contract.Maybe({"baud": int}),
    "pins": [contract.PIN],
    "openbeken": {"template": contract.TEMPLATE, "description": str},
    "warnings": [{"code": str, "message": str}],
}
PRIVATE = f"{STAMP}ssid:My Home, passwd:pass word 1\r\n"


@pytest.fixture
def report(tmp_path: Path) -> LogReport:
    path = tmp_path / "capture.log"
    path.write_text(boot("key_list") + PRIVATE, newline="")
    return read_log(path)


def text(report: LogReport) -> str:
    out = io.StringIO()
    Console(file=out, width=80, highlight=False).print(render(report))
    return out.getvalue()


def test_json_has_the_contracts_fields(report: LogReport) -> None:
    value = json.loads(json.dumps(log_json(report)))
    assert contract.violations(value, SHAPE) == []
    assert value.keys() == SHAPE.keys()
    assert value["parameters"] == TRUTH
    assert (value["chip"], value["module"], value["mcu"]) == ("BK7231N", "CB3S", None)
    assert {said["source"] for pin in value["pins"] for said in pin["evidence"]} == {"boot_log"}


def test_json_of_a_log_with_a_second_controller(tmp_path: Path) -> None:
    path = tmp_path / "mcu.log"
    path.write_text(boot("key_list") + f"{STAMP}mcu uart baud 9600\r\n" + "uart_init baud:9600\r\n")
    assert contract.violations(log_json(read_log(path)), SHAPE) == []


def test_the_page_fits_and_says_it_all(report: LogReport) -> None:
    page = text(report)
    assert max(map(len, page.splitlines())) <= 80
    assert page.startswith("capture.log")
    for said in ("oem_bk7231n_lamp_post 1.2.34", "Relay 1", '"26": "Rel;1"', "OpenBeken template"):
        assert said in page


def test_nothing_personal_is_in_either(report: LogReport) -> None:
    for shown in (text(report), json.dumps(log_json(report)), repr(report)):
        for secret in (KEY, KEY[:14], "My Home", "pass word"):
            assert secret not in shown


def test_what_the_log_says_cannot_reach_the_terminal(report: LogReport) -> None:
    forged = replace(
        report,
        name="a\x1b[2J\n.log",
        description="pin \x07\x1b]0;x",
        notices=(Notice("log-cut", "\x1b[31m[bold]cut"),),
    )
    page = text(forged)
    assert not set(page) & set("\x1b\x07")
    assert "! log-cut: " in page
    assert "[bold]" in page
