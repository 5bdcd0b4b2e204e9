"""Ctrl-C at random moments, a few per command; ``python -m tests.signals`` tries many more."""

from __future__ import annotations

import os
import random
from typing import TYPE_CHECKING

import pytest

from shared import dump
from signals.runs import CASES, REAL, Reference

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGINT for others")
PER_COMMAND = 3
PER_INSTALL = 1


@pytest.mark.parametrize("name", sorted(CASES.keys() - REAL))
def test_ctrl_c_stops_a_command(name: str, tmp_path: Path) -> None:
    interrupt(name, tmp_path, PER_COMMAND)


@pytest.mark.parametrize("name", sorted(REAL))
def test_ctrl_c_stops_an_install(name: str, tmp_path: Path) -> None:
    dump("openbk7231n-qio-1.18.300")
    interrupt(name, tmp_path, PER_INSTALL)


def interrupt(name: str, folder: Path, times: int) -> None:
    reference = Reference(name, folder / "reference")
    rng = random.Random(f"{name} {times}")
    ends = [reference.interrupted(rng, folder / str(number)) for number in range(times)]
    while not any(end.status == 130 for end in ends) and len(ends) < 4 * PER_COMMAND:
        # The reference ran while the computer was busy, and these ended before their signal.
        ends.append(reference.interrupted(rng, folder / str(len(ends))))
    assert any(end.status == 130 for end in ends)
    reference.again(folder / "0")
