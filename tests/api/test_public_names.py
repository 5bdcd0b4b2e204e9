"""What ``import bekenlab`` offers, and what it costs."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

import bekenlab
from bekenlab.machine import Machine

if TYPE_CHECKING:
    from pathlib import Path

HEAVY = ("numpy", "unicorn", "serial", "httpx", "click", "rich", "cryptography", "asyncio")


def loaded_after(code: str, folder: Path | None = None) -> set[str]:
    """Modules that are loaded when some code has run in a Python of its own."""
    report = "\nimport sys; print(*sys.modules)"
    command = [sys.executable, "-c", code + report]
    return set(subprocess.check_output(command, encoding="utf-8", cwd=folder).split())


@pytest.mark.parametrize("name", bekenlab.__all__)
def test_every_name_is_there_and_keeps_its_value(name: str) -> None:
    assert getattr(bekenlab, name) is getattr(bekenlab, name)
    assert name in dir(bekenlab)


def test_a_name_that_does_not_exist_says_so() -> None:
    with pytest.raises(AttributeError, match="has no attribute 'analyse'"):
        _ = bekenlab.analyse  # type: ignore[attr-defined]


def test_the_names_are_the_things_themselves() -> None:
    assert bekenlab.Machine is Machine
    assert bekenlab.errors.BekenlabError.code == "internal"


def test_names_can_be_found_before_they_are_loaded() -> None:
    code = "import bekenlab; assert set(bekenlab.__all__) <= set(dir(bekenlab))"
    assert "bekenlab.jobs" not in loaded_after(code)


def test_the_import_loads_nothing_else() -> None:
    before, after = loaded_after(""), loaded_after("import bekenlab")
    assert {name for name in after - before if name.startswith("bekenlab")} == {
        "bekenlab",
        "bekenlab.version",
    }
    assert not after & set(HEAVY)


def test_errors_load_nothing_else() -> None:
    after = loaded_after("import bekenlab; bekenlab.errors.BekenlabError")
    assert not after & set(HEAVY)


def test_a_dump_that_needs_no_boot_does_not_load_the_processor(tmp_path: Path) -> None:
    from bekenlab.samples import build_sample

    (tmp_path / "plug.bin").write_bytes(build_sample())
    after = loaded_after("import bekenlab; bekenlab.analyze('plug.bin')", tmp_path)
    assert not after & {"unicorn", "serial", "httpx", "click"}


USER = """
import bekenlab
from bekenlab.testing import ServedChip, ServedChips, VirtualChips

def pins(path: str) -> list[int]:
    found: bekenlab.Analysis = bekenlab.analyze(path, boot="never")
    problem = found.problem
    if problem is not None:
        print(problem.code, int(problem.exit_code))
    return [pin.gpio for pin in found.pins.pins]

def starts(data: bytes) -> bool:
    report: bekenlab.BootReport = bekenlab.boot(data, until="started", seconds=5)
    return report.stop is bekenlab.BootStop.MATCH

def toggles() -> str:
    machine: bekenlab.Machine = bekenlab.load_machine("plug.bin")
    outcome = machine.run(bekenlab.Until(pin=bekenlab.PinEdge(26, 1), device_seconds=1))
    return outcome.detail

def backup(port: str) -> str:
    try:
        with bekenlab.connect(port) as chip:
            return chip.backup("plug.bin").sha256
    except bekenlab.errors.BekenlabError as error:
        return error.message

def test_it(virtual_chip: VirtualChips, served_chip: ServedChips) -> None:
    chip: ServedChip = served_chip("plug.bin")
    assert virtual_chip(chip.flash).wait_for("a(.)").group(1) == "b"
"""
WRONG = """
import bekenlab
bekenlab.analyze("plug.bin", boot="sometimes")
bekenlab.analyse("plug.bin")
bekenlab.boot(5)
"""


@pytest.mark.no_cover
def test_a_program_that_uses_it_is_checked_strictly(tmp_path: Path) -> None:
    (tmp_path / "user.py").write_text(USER, encoding="utf-8")
    (tmp_path / "wrong.py").write_text(WRONG, encoding="utf-8")
    command = [sys.executable, "-m", "mypy", "--strict", "--no-error-summary"]
    command += ["--follow-imports=silent", "user.py", "wrong.py"]
    done = subprocess.run(
        command, cwd=tmp_path, capture_output=True, encoding="utf-8", check=False, timeout=300
    )
    complaints = done.stdout.splitlines()
    assert [line.split(": error")[0] for line in complaints if ": error" in line] == [
        "wrong.py:3",
        "wrong.py:4",
        "wrong.py:5",
    ], done.stdout + done.stderr
