"""Other people's programs, unchanged: where they are, and how they are run."""

import os
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

#: An interpreter that has the programs; usually the one that runs the tests.
PYTHON = os.environ.get("BEKENLAB_PEER_PYTHON", sys.executable)
# A computer that is busy with other tests may take longer to answer than these programs wait.
_ATTEMPTS = 3
_IMPATIENT = ("No response received", "Timeout", "timed out")

RUNNER = Path(__file__).parent / "link" / "peer.py"


@cache
def _installed(module: str) -> bool:
    command = [
        PYTHON,
        "-c",
        f"import importlib.util as u, sys; sys.exit(not u.find_spec({module!r}))",
    ]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


def needs(module: str) -> None:
    """Skip the test where a program is missing, fail it in CI: the extra ``test`` has them."""
    if not _installed(module):
        reason = f"{module} is not installed (extra: test)"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)


def run(program: str, *arguments: str | Path) -> str:
    """Run a program to its end; what it printed.

    A port may be a URL or a pseudo terminal, see ``peer.py``.
    """
    needs(program)
    command = [PYTHON, str(RUNNER), program, *map(str, arguments)]
    for _ in range(_ATTEMPTS):
        done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
        if not (done.returncode and any(word in done.stderr for word in _IMPATIENT)):
            break
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr
