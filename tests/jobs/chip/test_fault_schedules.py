"""Two thousand seeded schedules of faults over whole jobs.

Each job ends with the right bytes or with a typed error, from which the next attempt goes on; the
run functions of ``fault_runs`` check files, flash, and that no journal is left behind.
"""

from __future__ import annotations

import pytest

import fault_runs

AT_ONCE = 50


@pytest.mark.parametrize("first", range(0, 700, AT_ONCE))
def test_backups(first: int) -> None:
    for seed in range(first, first + AT_ONCE):
        fault_runs.run_backup(seed)


@pytest.mark.parametrize("first", range(10_000, 10_700, AT_ONCE))
def test_writes(first: int) -> None:
    for seed in range(first, first + AT_ONCE):
        fault_runs.run_write(seed, whole=False)


@pytest.mark.parametrize("first", range(20_000, 20_600, AT_ONCE))
def test_restores(first: int) -> None:
    for seed in range(first, first + AT_ONCE):
        fault_runs.run_write(seed, whole=True)


def test_faults_do_happen() -> None:
    """Without errors seen, the schedules would test nothing."""
    errors = [code for seed in range(0, 60, 3) for code in fault_runs.run_backup(seed).errors]
    assert errors.count("line-lost") > 10
