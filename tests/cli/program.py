"""The command line as a user runs it: a process of its own, its output and what it cost."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from started import REAL, program

COMMAND = REAL


@dataclass(frozen=True)
class Run:
    """What a run left: status and both outputs; ``mebibytes`` only if it was measured."""

    status: int
    out: str
    err: str
    measured: int | None = None

    @property
    def mebibytes(self) -> int:
        assert self.measured is not None, "run it with from_scratch()"
        return self.measured

    @property
    def reports(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.out.splitlines()]


def environment() -> dict[str, str]:
    kept = {name: os.environ[name] for name in ("PATH", "PYTHONPATH", "HOME") if name in os.environ}
    return kept | {"COLUMNS": "80", "LC_ALL": "C.UTF-8"}


def bekenlab(
    *arguments: str | Path, folder: Path | None = None, variables: dict[str, str] | None = None
) -> Run:
    """Run to the end, and hold it to what is true of every run."""
    done = _ended([*program(), *map(str, arguments)], folder, variables)
    return _checked(Run(done.returncode, done.stdout.decode(), done.stderr.decode()))


def from_scratch(
    *arguments: str | Path, folder: Path | None = None, variables: dict[str, str] | None = None
) -> Run:
    """The same by a real start, with the largest memory of the process or a worker of it."""
    reader, writer = os.pipe()
    # A small process between us and it: ru_maxrss counts only the children of its own parent.
    between = [sys.executable, "-c", _MEASURE, str(writer)]
    with os.fdopen(reader) as usage:
        done = _ended([*between, *REAL, *map(str, arguments)], folder, variables, writer)
        os.close(writer)
        mebibytes = int(usage.read()) // 1024
    return _checked(Run(done.returncode, done.stdout.decode(), done.stderr.decode(), mebibytes))


def _ended(
    command: list[str], folder: Path | None, variables: dict[str, str] | None, *passed: int
) -> "subprocess.CompletedProcess[bytes]":
    return subprocess.run(
        command,
        cwd=folder,
        env=environment() | (variables or {}),
        stdin=subprocess.DEVNULL,
        pass_fds=passed,
        capture_output=True,
        timeout=180,
        check=False,
    )


def _checked(run: Run) -> Run:
    assert "Traceback" not in run.err + run.out, run.err
    return run


_MEASURE = """
import os, resource, subprocess, sys
status = subprocess.call(sys.argv[2:])
usage = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
os.write(int(sys.argv[1]), str(usage).encode())
sys.exit(status)
"""
