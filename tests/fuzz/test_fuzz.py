"""Some seconds of fuzzing, and what makes it worth something: repeatable, and it notices faults."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from bekenlab.errors import BadValueError, internal_error
from fuzz.__main__ import main
from fuzz.judge import judge
from fuzz.model import Target
from fuzz.mutate import Material, numbered
from fuzz.patterns import Used, patterns, takes_the_square
from fuzz.table import TARGETS
from fuzz.workers import Block, material_of, run_block

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(__file__).resolve().parents[2]
SECONDS = 4


def fuzz(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "tests.fuzz", *words],
        cwd=ROOT, capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip


def test_some_seconds_of_every_target_find_nothing(tmp_path: Path) -> None:
    # The other tests run at the same time, and processor time grows with what a core shares.
    done = fuzz("all", "--seconds", str(SECONDS), "--slack", "3", "--keep", str(tmp_path))
    assert done.returncode == 0, done.stdout + done.stderr
    rows = {line.split()[0]: int(line.split()[1].replace(",", "")) for line in
            done.stdout.splitlines() if re.match(r"[a-z0-9-]+ +[\d,]+ ", line)}  # fmt: skip
    assert rows.keys() >= set(TARGETS)
    assert all(rows.values())


def test_the_command_says_what_it_can_do(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--list"]) == 0
    assert [line.split()[0] for line in capsys.readouterr().out.splitlines()] == list(TARGETS)
    assert main(["nothing"]) == 2
    assert main([]) == 2


def test_one_input_is_run_again(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert main(["ota", "--seed", "7", "--show", "3", "--keep", str(tmp_path)]) == 0
    assert "--seed 7 --show 3: nothing wrong" in capsys.readouterr().out
    kept = next(tmp_path.glob("ota-*-7-3.bin")).read_bytes()
    assert kept == numbered(material_of(TARGETS["ota"], real=False), "ota", 7, 3)


@pytest.mark.parametrize("name", ["posted", "ota", "link-frames"])
def test_an_input_is_the_same_again(name: str) -> None:
    one, two = (material_of(TARGETS[name], real=False) for _ in range(2))
    inputs = [numbered(one, name, 7, run) for run in range(200)]
    assert inputs == [numbered(two, name, 7, run) for run in range(200)]
    assert len(set(inputs)) > 150
    assert inputs != [numbered(two, name, 8, run) for run in range(200)]


def test_no_input_is_larger_than_the_limit() -> None:
    material = Material([b"ab" * 50], (b"token",), 5000)
    sizes = {len(numbered(material, "x", 1, run)) for run in range(3000)}
    assert max(sizes) == 5000
    assert 0 in sizes


def _raise(error: BaseException) -> Callable[[bytes], object]:
    def run(_: bytes) -> None:
        raise error

    return run


def _slow(_: bytes) -> None:
    sum(range(2_000_000))


@pytest.mark.parametrize(
    ("run", "seen"),
    [
        (len, None),
        (_raise(BadValueError("no")), None),
        (_raise(internal_error(KeyError("x"))), "InternalError"),
        (_raise(RecursionError()), "RecursionError"),
        (_raise(AssertionError("promise")), "AssertionError"),
        (_slow, "slow"),
    ],
)
def test_what_counts_as_a_finding(run: Callable[[bytes], object], seen: str | None) -> None:
    wrong = judge(Target("x", run, list, floor=0.001), b"1234").wrong
    assert (wrong[0].split()[0].rstrip(":") if wrong else None) == seen


def test_every_kind_is_counted_and_a_few_are_kept() -> None:
    target = Target("x", _raise(ValueError("no")), lambda: [b"seed"])
    block = Block("x", 1, 0, 50)
    tally = run_block(target, block, material_of(target, real=False), _Number())
    assert tally.runs == 50
    assert [count for _, count in tally.kinds] == [50]
    assert [finding.run for finding in tally.findings] == [0, 1, 2]
    again = numbered(material_of(target, real=False), "x", 1, 2)
    assert tally.findings[2].data == again


def test_no_pattern_takes_the_square_of_a_text() -> None:
    used = patterns()
    assert len(used) > 250
    for each in used:
        assert not takes_the_square(each), each.where


@pytest.mark.parametrize(
    ("pattern", "method", "is_slow"),
    [
        (r"\s*(?:GPIO|P)?[\s_]*0*(\d{1,2})\s*", "fullmatch", True),
        (r"\s*+(?:GPIO|P)?[\s_]*+0*(\d{1,2})\s*+", "fullmatch", False),
        (r"(?m)^\s*frequency", "finditer", True),
        (rb"x[a-z]*[a-z0-9]*\Z", "match", True),
    ],
)
def test_a_pattern_that_takes_the_square_is_noticed(
    pattern: str | bytes, method: str, is_slow: bool
) -> None:
    used = Used(re.compile(pattern), "here", (method,))
    assert takes_the_square(used) == is_slow


class _Number:
    value = -1
