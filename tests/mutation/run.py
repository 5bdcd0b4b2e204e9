"""Runs tests against a module with a fault in it, each time in a process of its own.

Nothing is written: the forked process imports the changed module before it starts pytest. It begins
with pytest, Hypothesis and numpy loaded, which makes it several times as fast as a new process.
Linux and macOS only.
"""

from __future__ import annotations

import os
import resource
import signal
import sys
import time
from dataclasses import dataclass
from enum import StrEnum
from importlib import import_module
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, SourceFileLoader
from importlib.util import spec_from_loader
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path
    from types import CodeType, ModuleType

    from mutation.operators import Mutant

_OPTIONS = (
    "-x", "-q", "-p", "no:cacheprovider", "-p", "no:randomly", "-m", "not no_cover",
    "--hypothesis-profile=bekenlab-ci", "-W", "ignore::pytest.PytestAssertRewriteWarning",
)  # fmt: skip


class Verdict(StrEnum):
    """What became of a mutant."""

    KILLED = "killed"
    SURVIVED = "survived"
    UNDECIDED = "undecided"  # stopped from outside, or waiting: the computer may be the cause


@dataclass(frozen=True, slots=True)
class Limits:
    """How long the tests of a mutant may take.

    Attributes:
        cpu: Seconds of computing, which do not grow when the computer is busy with other things:
            tests that exceed them run in circles, and have noticed the mutant.
        wall: Seconds in all. Tests that exceed only these have not noticed anything.
    """

    cpu: float
    wall: float


# Where nothing is known yet. Below the time after which a test fails by itself (tests/conftest.py).
LONGEST = Limits(cpu=1800, wall=1800)
_LONGEST_WALL = 800.0


@dataclass(frozen=True, slots=True)
class Module:
    """A module under test.

    Attributes:
        name: ``bekenlab.image.framing``.
        path: Its source.
    """

    name: str
    path: Path


class _Changed(SourceFileLoader):
    def __init__(self, module: Module, code: CodeType) -> None:
        super().__init__(module.name, str(module.path))
        self._code = code

    def get_code(self, fullname: str) -> CodeType:
        return self._code


class _Finder(MetaPathFinder):
    def __init__(self, module: Module, code: CodeType) -> None:
        self._module, self._code = module, code

    def load(self) -> None:
        """Import the changed module."""
        import_module(self._module.name)

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if fullname != self._module.name:
            return None
        loader = _Changed(self._module, self._code)
        package = self._module.path.name == "__init__.py"
        return spec_from_loader(fullname, loader, is_package=package)


def judge(module: Module, mutant: Mutant, tests: Sequence[str], limits: Limits) -> Verdict:
    """Run tests against a mutant."""
    code = mutant.code(module.path.read_text(encoding="utf-8"), str(module.path))
    return _forked(tests, limits, _Finder(module, code)).verdict


def unchanged(tests: Sequence[str]) -> Limits:
    """Run the tests as they are and return what they take.

    Raises:
        ValueError: They fail, or take too long.
    """
    outcome = _forked(tests, LONGEST, None)
    if outcome.verdict is not Verdict.SURVIVED:
        raise ValueError(f"the tests fail or hang without a mutant: {' '.join(tests)}")
    return outcome.taken


def limits_for(taken: Limits) -> Limits:
    """Limits for mutants of tests that take so long without one."""
    return Limits(4 * taken.cpu + 10, min(10 * taken.wall + 60, _LONGEST_WALL))


@dataclass(frozen=True, slots=True)
class _Outcome:
    verdict: Verdict
    taken: Limits


def _forked(tests: Sequence[str], limits: Limits, finder: _Finder | None) -> _Outcome:
    begin = time.monotonic()
    pid = os.fork()
    if pid == 0:
        _child(tests, limits, finder)
    done = 0
    while not done:
        done, status, used = os.wait4(pid, os.WNOHANG)
        if not done and time.monotonic() - begin > limits.wall:
            os.killpg(pid, signal.SIGKILL)
            done, status, used = os.wait4(pid, 0)
        time.sleep(0 if done else 0.02)
    taken = Limits(used.ru_utime + used.ru_stime, time.monotonic() - begin)
    return _Outcome(verdict_of(os.waitstatus_to_exitcode(status)), taken)


def verdict_of(status: int) -> Verdict:
    """What the exit status of pytest, or the signal that ended it, says about the mutant."""
    if status == 0:
        return Verdict.SURVIVED
    # SIGKILL is sent at the limit of time, or by the system when memory runs out.
    return Verdict.UNDECIDED if status == -signal.SIGKILL else Verdict.KILLED


def _child(tests: Sequence[str], limits: Limits, finder: _Finder | None) -> None:
    status = 70
    try:
        os.setsid()
        # Ended by SIGXCPU, as a failure: SIGKILL follows only if that is ignored.
        seconds = int(limits.cpu)
        resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 60))
        nowhere = os.open(os.devnull, os.O_RDWR)
        for stream in (0, 1, 2):
            os.dup2(nowhere, stream)
        if finder:
            # Before pytest puts its own finder first, which loads this package from its source: it
            # rewrites the assertions of all packages that offer a plugin.
            sys.meta_path.insert(0, finder)
            finder.load()
        import pytest

        status = int(pytest.main([*_OPTIONS, *tests]))
    finally:
        os._exit(status)
