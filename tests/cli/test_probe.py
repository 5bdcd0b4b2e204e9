"""``bekenlab probe`` as a user runs it."""

import json
from pathlib import Path
from typing import Any

import contract
from bekenlab.samples import build_sample
from cli.program import bekenlab

ROLES = {"certain", "likely", "one_of"}
POLARITY = contract.Maybe({"active_high", "active_low"})
SHAPE: dict[str, Any] = {
    "schema": {1},
    "chip": str,
    "firmware": contract.FIRMWARE,
    "device_seconds": float,
    "wall_seconds": float,
    "experiments": [
        {
            "name": str,
            "gpio": contract.Maybe(int),
            "outcome": {"done", "restarted", "stopped", "out-of-time", "unanswered"},
        }
    ],
    "edited": [str],
    "data_points": [{"id": int, "gpio": [int]}],
    "set_up": bool,
    "pins": [
        {
            "gpio": int,
            "role": str,
            "channel": int,
            "polarity": POLARITY,
            "confidence": ROLES,
            "alternatives": [str],
            "evidence": [{"experiment": str, "saw": str}],
        }
    ],
    "driver": contract.Maybe(
        {"family": contract.Maybe(str), "clock": int, "data": int, "map": [int]}
    ),
    "agreement": [{"gpio": int, "storage": str, "behaviour": contract.Maybe(str), "same": bool}],
}


def dump(folder: Path) -> Path:
    path = folder / "plug.bin"
    path.write_bytes(build_sample())
    return path


def test_the_report_keeps_its_contract(tmp_path: Path) -> None:
    saved_as = tmp_path / "seen.json"
    run = bekenlab("probe", dump(tmp_path), "--json", "--save-observations", saved_as)
    assert run.status == 0, run.err
    (report,) = run.reports
    assert contract.violations(report, SHAPE) == []
    same = {each["gpio"]: each["same"] for each in report["agreement"]}
    assert same == {6: False, 7: False, 8: True, 10: True, 24: False, 26: True}
    saved = json.loads(saved_as.read_text())
    assert [each["name"] for each in saved["experiments"]] == [
        each["name"] for each in report["experiments"]
    ]


def test_the_table_names_pins_and_what_storage_says(tmp_path: Path) -> None:
    run = bekenlab("probe", str(dump(tmp_path)), "--only", "inputs")
    assert run.status == 0, run.err
    assert "certain" in run.out
    assert "Compared with storage" in run.out


def test_a_file_that_exists_is_not_overwritten(tmp_path: Path) -> None:
    path = dump(tmp_path)
    run = bekenlab("probe", str(path), "--save-observations", str(path))
    assert run.status != 0
    assert "already exists" in run.err


def test_a_file_without_code_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "empty.bin"
    path.write_bytes(b"\xff" * 0x200000)
    assert bekenlab("probe", str(path)).status == 9
