"""What commands load: stored pins need no virtual chip, which takes long to load."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from bekenlab.samples import build_sample

if TYPE_CHECKING:
    from pathlib import Path

VIRTUAL_CHIP = ("bekenlab.machine", "bekenlab.probing", "bekenlab.live", "unicorn")


def loaded_by(words: list[str], folder: Path) -> set[str]:
    """Modules that are loaded when a command has ended with success."""
    program = f"""
import json, sys
from bekenlab.cli.main import main
status = main({words!r}, prog_name="bekenlab", standalone_mode=False)
print("\\n" + json.dumps([status, sorted(sys.modules)]))
"""
    command = [sys.executable, "-c", program]
    printed = subprocess.check_output(command, cwd=folder, encoding="utf-8", timeout=120)
    status, modules = json.loads(printed.splitlines()[-1])
    assert not status
    return set(modules)


@pytest.mark.parametrize(
    "words",
    [
        ["analyze", "dump.bin"],
        ["analyze", "dump.bin", "--json"],
        ["config", "make", "--from", "dump.bin", "-o", "made.bin"],
        ["export", "dump.bin", "--to", "openbeken"],
        ["pinout", "--report", "dump.bin"],
    ],
)
def test_stored_pins_are_read_without_a_virtual_chip(tmp_path: Path, words: list[str]) -> None:
    (tmp_path / "dump.bin").write_bytes(build_sample())
    loaded = loaded_by(words, tmp_path)
    assert "bekenlab.pins.model" in loaded
    assert {name for name in loaded if name.startswith(VIRTUAL_CHIP)} == set()
