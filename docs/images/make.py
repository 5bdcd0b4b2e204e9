"""Draw ``demo.svg``: the report of ``bekenlab demo`` as a terminal shows it.

Run it after a change to the report::

    python docs/images/make.py
"""
# ruff: noqa: INP001  a script beside its result, no package

from __future__ import annotations

import io
import re
from pathlib import Path

from rich.console import Console

from bekenlab.jobs.analyze import analyze
from bekenlab.jobs.inputs import InputFile
from bekenlab.report.text import render
from bekenlab.samples import SAMPLE_NAME, build_sample

TARGET = Path(__file__).with_name("demo.svg")
# Rich's template loads a web font; a page of ours asks nobody for anything.
_WEB_FONT = re.compile(r"\s*@font-face \{.*?\}", re.DOTALL)


def draw() -> str:
    """The picture, the same text every time with one version of rich."""
    screen = Console(
        record=True,
        width=80,
        file=io.StringIO(),
        highlight=False,
        force_terminal=True,
        color_system="truecolor",
        legacy_windows=False,
    )
    screen.print(render(analyze(InputFile(SAMPLE_NAME, Path(SAMPLE_NAME), build_sample()))))
    svg = screen.export_svg(title="bekenlab demo", unique_id="demo")
    lines = _WEB_FONT.sub("", svg).splitlines()
    return "\n".join(line.rstrip() for line in lines) + "\n"


if __name__ == "__main__":
    TARGET.write_text(draw(), encoding="utf-8")
