"""Runs tests against a module with a fault in it, each time in a process of its own.

Nothing is written: the forked process compiles the changed module when it is imported. It starts
with pytest, Hypothesis and numpy loaded, which makes it several times as fast as a new process.
Linux and macOS only.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from dataclasses import dataclass
from enum import StrEnum
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
    SLOW = "killed by the time limit"
    SURVIVED = "survived"


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

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if fullname != self._module.name:
            return None
        loader = _Changed(self._module, self._code)
        package = self._module.path.name == "__init__.py"
        return spec_from_loader(fullname, loader, is_package=package)


def judge(module: Module, mutant: Mutant, tests: Sequence[str], limit: float) -> Verdict:
    """Run tests against a mutant.

    Raises:
        ValueError: The tests could not be run.
    """
    code = mutant.code(module.path.read_text(encoding="utf-8"), str(module.path))
    status = _forked(tests, limit, _Finder(module, code))
    return Verdict.SLOW if status is None else Verdict.KILLED if status else Verdict.SURVIVED


def unchanged(tests: Sequence[str], limit: float) -> float:
    """Run the tests as they are and return the seconds they took.

    Raises:
        ValueError: They fail, or take longer than ``limit``.
    """
    begin = time.monotonic()
    if _forked(tests, limit, None) != 0:
        raise ValueError(f"the tests fail or hang without a mutant: {' '.join(tests)}")
    return time.monotonic() - begin


def _forked(tests: Sequence[str], limit: float, finder: _Finder | None) -> int | None:
    """Exit status of pytest; None when it was stopped after ``limit`` seconds."""
    pid = os.fork()
    if pid == 0:
        _child(tests, finder)
    end = time.monotonic() + limit
    while time.monotonic() < end:
        done, status = os.waitpid(pid, os.WNOHANG)
        if done:
            return os.waitstatus_to_exitcode(status)
        time.sleep(0.02)
    os.killpg(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    return None


def _child(tests: Sequence[str], finder: _Finder | None) -> None:
    status = 70
    try:
        os.setsid()
        nowhere = os.open(os.devnull, os.O_RDWR)
        for stream in (0, 1, 2):
            os.dup2(nowhere, stream)
        if finder:
            sys.meta_path.insert(0, finder)
        import pytest

        status = int(pytest.main([*_OPTIONS, *tests]))
    finally:
        os._exit(status)
