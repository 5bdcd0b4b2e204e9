"""Real dumps, cases and configurations as seeds; only on demand, and never kept here."""

from __future__ import annotations

import json
import lzma
from functools import cache
from typing import TYPE_CHECKING

from shared import ROOT

if TYPE_CHECKING:
    from collections.abc import Sequence

_FEW = 6
_MOST_TEXT = 1 << 20


@cache
def real_dumps() -> Sequence[bytes]:
    """A few real dumps."""
    paths = sorted(ROOT.glob("dumps/*.bin.xz"))
    return [lzma.decompress(path.read_bytes()) for path in paths[:: max(1, len(paths) // _FEW)]]


@cache
def real_texts() -> Sequence[bytes]:
    """The texts of the cases, and real configurations."""
    paths = [path for suffix in ("txt", "json") for path in ROOT.glob(f"cases/*/*.{suffix}")]
    found = [path.read_bytes() for path in sorted(paths)]
    configurations = ROOT / "data" / "tuya-configs.json"
    if configurations.exists():
        rows = json.loads(configurations.read_text("utf-8"))
        rows = list(rows.values()) if isinstance(rows, dict) else rows
        found += [json.dumps(row).encode() for row in rows]
    return [text for text in found if len(text) < _MOST_TEXT]
