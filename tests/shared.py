"""Where the real dumps and data are: beside the repository, never in it."""

import json
import lzma
import os
from functools import cache
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(os.environ.get("BEKENLAB_SHARED") or Path(__file__).resolve().parents[2] / "shared")


def shared(*parts: str) -> Path:
    """Path of real data; skips the test where there is none, fails it in CI."""
    path = ROOT.joinpath(*parts)
    if not path.exists():
        reason = f"needs real data at {Path('..', 'shared', *parts)}"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    return path


def dump_names() -> list[str]:
    """Names of the real dumps; one name that skips or fails where there are none."""
    return sorted(path.name.removesuffix(".bin.xz") for path in ROOT.glob("dumps/*.bin.xz")) or [
        "no-dumps-here"
    ]


@cache
def dump(name: str) -> bytes:
    """A real dump, unpacked."""
    return lzma.decompress(shared("dumps", f"{name}.bin.xz").read_bytes())


def expected(name: str) -> dict[str, Any]:
    """What is known of a real dump: image facts and storage keys."""
    facts: dict[str, Any] = json.loads(shared("dumps", "expected", f"{name}.json").read_text())
    return facts
