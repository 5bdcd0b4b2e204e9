"""Where other people's files are, which tests may read and never copy."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

_ROOT = Path(__file__).resolve().parents[1]


def shared(*parts: str) -> Path:
    """A file or folder under ``../shared``; skips where it is absent, fails in CI."""
    base = os.environ.get("BEKENLAB_SHARED")
    path = (Path(base) if base else _ROOT.parent / "shared").joinpath(*parts)
    if not path.exists():
        reason = f"{path} is not here"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    return path
