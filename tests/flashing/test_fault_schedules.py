"""Seeded schedules of faults over whole jobs: 150 each time, 2000 on demand (``amounts``).

Each job ends with the right bytes or with a typed error, after which the next attempt resumes;
``fault_runs`` checks that after each attempt.
"""

from __future__ import annotations

from collections import Counter

import pytest

import fault_runs
from amounts import ALL, one_in
from fault_runs import Subject, noise
from shared import dump

AT_ONCE = 50
# Bytes that the line carries while a job runs on a full dump.
LONG = (8_000, 150_000, 1_000_000)

# Ten thousand runs of the same lines tell no more about coverage than the few below that count.
volume = pytest.mark.no_cover


@volume
@pytest.mark.parametrize("first", one_in(14, range(0, 700, AT_ONCE)))
def test_backups(first: int) -> None:
    for seed in range(first, first + AT_ONCE):
        fault_runs.run_backup(seed)


@volume
@pytest.mark.parametrize("first", one_in(14, range(10_000, 10_700, AT_ONCE)))
def test_writes(first: int) -> None:
    for seed in range(first, first + AT_ONCE):
        fault_runs.run_write(seed, whole=False)


@volume
@pytest.mark.parametrize("first", one_in(14, range(20_000, 20_600, AT_ONCE)))
def test_restores(first: int) -> None:
    for seed in range(first, first + AT_ONCE):
        fault_runs.run_write(seed, whole=True)


def run_all(seed: int, subject: Subject | None = None) -> None:
    subject = subject or noise(seed)
    fault_runs.run_backup(seed, subject)
    fault_runs.run_write(seed, subject, whole=False)
    fault_runs.run_write(seed, subject, whole=True)


@volume
@pytest.mark.parametrize("first", one_in(4, range(30_000, 30_020, 5)))
def test_a_real_dump(first: int) -> None:
    subject = Subject(dump("bk7231n-tuya-plug-tsl-ps-f4u-01-w-1.1.17"), spans=LONG)
    for seed in range(first, first + 5):
        run_all(seed, subject)


@volume
@pytest.mark.skipif(not ALL, reason="most of a minute each, on demand")
@pytest.mark.parametrize("seed", [40_000, 40_001])
@pytest.mark.parametrize("whole", [False, True])
def test_writing_through_a_genuine_boot_loader(seed: int, whole: bool) -> None:
    content = dump("bk7231t-tuya-a60-smartbulb-rgbcww-5ch-pwm-1000hz")
    subject = Subject(content, "BK7231T", (8_000, 60_000), genuine=True)
    fault_runs.run_write(seed, subject, whole=whole)


@volume
@pytest.mark.skipif(not ALL, reason="half a minute, on demand")
def test_backing_up_through_a_genuine_boot_loader() -> None:
    content = dump("bk7231t-tuya-a60-smartbulb-rgbcww-5ch-pwm-1000hz")
    subject = Subject(content, "BK7231T", (1_000_000,), genuine=True)
    assert "line-lost" in fault_runs.run_backup(40_002, subject).errors


def test_faults_do_happen() -> None:
    """Without errors seen, the schedules would test nothing."""
    errors: Counter[str] = Counter()
    for seed in range(0, 60, 3):
        errors.update(fault_runs.run_backup(seed).errors)
        errors.update(fault_runs.run_write(seed, whole=bool(seed % 2)).errors)
    assert errors["line-lost"] > 10
    assert errors["no-link"] > 3
