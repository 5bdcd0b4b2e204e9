"""Installs killed at seeded points: the next run finishes, or undo restores every byte.

Thirty-three points each time, fifty on demand (``amounts``).
Odd seeds undo, even ones run again. A process dies at a byte on the line; a chip loses its power at
an operation of its flash.
"""

from __future__ import annotations

import tempfile
from collections import Counter
from functools import cache
from pathlib import Path

import pytest

from amounts import ALL, one_in
from install_setup import PLUG, original
from kill_runs import Case, killed_by_bytes, killed_by_power, measure, nearly_installed

SWITCH = "tuya-generic-ds-101jl-4-gang-smart-switch"
# The same lines fifty times; the other tests here count for coverage.
pytestmark = pytest.mark.no_cover
# Sectors are erased and programmed, blank ones programmed only: 480 in all.
OPERATIONS = 450


@cache
def plug() -> Case:
    with tempfile.TemporaryDirectory() as folder:
        return measure("BK7231N", original(PLUG), Path(folder))


@cache
def switch() -> Case:
    """The genuine loader takes its time: few sectors, and a backup that is there."""
    before = nearly_installed("BK7231T", original(SWITCH), sectors=4)
    with tempfile.TemporaryDirectory() as folder:
        return measure("BK7231T", before, Path(folder), before)


@pytest.mark.parametrize("first", one_in(4, [0, 8, 16, 24]))
def test_a_killed_process_on_n(first: int, tmp_path: Path) -> None:
    for seed in range(first, first + 8):
        killed_by_bytes(plug(), seed, tmp_path / str(seed))


@pytest.mark.parametrize("first", one_in(2, [100, 108]))
def test_a_power_cut_on_n(first: int, tmp_path: Path) -> None:
    seen = Counter(
        killed_by_power(plug(), seed, tmp_path / str(seed), OPERATIONS)
        for seed in range(first, first + 8)
    )
    assert seen["finished from half"]
    assert seen["undone from half"]


@pytest.mark.skipif(not ALL, reason="half a minute each through a genuine boot loader, on demand")
@pytest.mark.parametrize("seed", [200, 201])
def test_a_killed_process_on_t(seed: int, tmp_path: Path) -> None:
    killed_by_bytes(switch(), seed, tmp_path, known=True)
