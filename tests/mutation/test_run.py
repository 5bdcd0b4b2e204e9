"""The tests see the fault, and it does not count as noticed when something else stops them."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("resource", reason="Linux and macOS only")

from mutation.run import Verdict, verdict_of

ROOT = Path(__file__).resolve().parents[2]
PROFILE = """
from hypothesis import settings

settings.register_profile("bekenlab-ci")
"""
# In a process of its own: what is loaded already is not loaded again with the fault in it.
SCRIPT = """
import sys
from pathlib import Path
from mutation.operators import mutants
from mutation.run import Limits, Module, judge, unchanged
import bekenlab
path = Path(bekenlab.__file__).parent / "image" / "fnv.py"
prime = next(m for m in mutants(path.read_text()) if m.before == "16777619")
tests, limits = sys.argv[1:2], Limits(float(sys.argv[2]), float(sys.argv[3]))
unchanged(tests)
print(judge(Module("bekenlab.image.fnv", path), prime, tests, limits))
"""


def verdict(test: str, folder: Path, cpu: float = 60, wall: float = 60) -> str:
    """What becomes of a fault that changes every hash, with this test."""
    (folder / "conftest.py").write_text(PROFILE)
    file = folder / "test_it.py"
    file.write_text(f"from bekenlab.image.fnv import fnv1a\n\ndef test_it():\n    {test}\n")
    # Options for this run of pytest, such as --cov in CI, are not for the one inside.
    ours = {n: v for n, v in os.environ.items() if not n.startswith(("PYTEST_", "COV_"))}
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, str(file), str(cpu), str(wall)],
        env={**ours, "PYTHONPATH": os.pathsep.join([str(ROOT / "src"), str(ROOT / "tests")])},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.strip()


def test_a_test_of_what_a_fault_changes_notices_it(tmp_path: Path) -> None:
    assert verdict("assert fnv1a(b'a') == 0xE40C292C", tmp_path) == Verdict.KILLED


def test_a_test_of_what_it_does_not_change_does_not(tmp_path: Path) -> None:
    assert verdict("assert fnv1a(b'') == 0x811C9DC5", tmp_path) == Verdict.SURVIVED


def test_waiting_too_long_is_no_notice_but_computing_too_long_is(tmp_path: Path) -> None:
    wrong = "fnv1a(b'a') != 0xE40C292C"
    assert verdict(f"if {wrong}: __import__('time').sleep(60)", tmp_path, wall=3) == "undecided"
    assert verdict(f"while {wrong}: pass", tmp_path, cpu=2) == Verdict.KILLED


def test_a_process_that_was_killed_from_outside_says_nothing() -> None:
    assert verdict_of(-signal.SIGKILL) is Verdict.UNDECIDED
    assert verdict_of(1) is Verdict.KILLED
