"""The command line as a user runs it: a process of its own, its output and what it cost."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

COMMAND = [sys.executable, "-m", "bekenlab"]


@dataclass(frozen=True)
class Run:
    """What a run left: status, both outputs, and the largest memory of it or a worker in MiB."""

    status: int
    out: str
    err: str
    mebibytes: int

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
    reader, writer = os.pipe()
    # A small process between us and it: ru_maxrss counts only the children of its own parent.
    with os.fdopen(reader) as usage:
        done = subprocess.run(
            [sys.executable, "-c", _MEASURE, str(writer), *COMMAND, *map(str, arguments)],
            cwd=folder,
            env=environment() | (variables or {}),
            stdin=subprocess.DEVNULL,
            pass_fds=[writer],
            capture_output=True,
            timeout=180,
            check=False,
        )
        os.close(writer)
        mebibytes = int(usage.read()) // 1024
    run = Run(done.returncode, done.stdout.decode(), done.stderr.decode(), mebibytes)
    assert "Traceback" not in run.err + run.out, run.err
    return run


_MEASURE = """
import os, resource, subprocess, sys
status = subprocess.call(sys.argv[2:])
usage = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
os.write(int(sys.argv[1]), str(usage).encode())
sys.exit(status)
"""
