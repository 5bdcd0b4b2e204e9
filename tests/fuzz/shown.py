"""Results as the frontends show them: JSON that can be printed, text that fits a terminal."""

from __future__ import annotations

import io
import json

from rich.console import Console, RenderableType


def rendered(value: object) -> None:
    """Write a JSON value as the command line does."""
    json.dumps(value, ensure_ascii=False).encode("utf-8", "backslashreplace")


def printed(value: RenderableType) -> str:
    """Print on a narrow terminal."""
    out = io.StringIO()
    Console(file=out, width=60, no_color=True, legacy_windows=False).print(value)
    return out.getvalue()
