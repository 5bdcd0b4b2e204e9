"""Draw the pictures of the documentation, all of the sample device.

``demo.svg`` is ``bekenlab demo`` as a terminal shows it; the others are what ``bekenlab pinout``
draws. Run it after a change to the report or to the pictures::

    python docs/images/make.py
"""
# ruff: noqa: INP001  a script beside its result, no package

from __future__ import annotations

import io
import re
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console

from bekenlab.jobs.analyze import analyze
from bekenlab.jobs.demo import demonstrate
from bekenlab.jobs.inputs import InputFile
from bekenlab.jobs.pinout import find_board
from bekenlab.report.demo_text import demo_text
from bekenlab.report.pictures import (
    board_picture,
    flash_facts,
    flash_map,
    uses_of,
    wiring_picture,
)
from bekenlab.samples import SAMPLE_NAME, build_sample

if TYPE_CHECKING:
    from rich.console import RenderableType

FOLDER = Path(__file__).parent
# Rich's template loads a web font; a page of ours asks nobody for anything.
_WEB_FONT = re.compile(r"\s*@font-face \{.*?\}", re.DOTALL)


def draw() -> dict[str, str]:
    """The pictures by name, the same text every time with one version of rich."""
    analysis = analyze(InputFile(SAMPLE_NAME, Path(SAMPLE_NAME), build_sample()))
    module = find_board(str(analysis.module))
    facts = flash_facts(analysis)
    return {
        "demo.svg": terminal(demo_text(demonstrate()), "bekenlab demo", "demo"),
        "pinout.svg": board_picture(module, uses_of(analysis.pins)),
        "wiring.svg": wiring_picture(module),
        "flash.svg": flash_map(facts) if facts else "",
    }


def terminal(content: RenderableType, title: str, unique: str) -> str:
    """What a command prints, as a terminal shows it."""
    screen = Console(
        record=True,
        width=80,
        file=io.StringIO(),
        highlight=False,
        force_terminal=True,
        color_system="truecolor",
        legacy_windows=False,
    )
    screen.print(content)
    svg = screen.export_svg(title=title, unique_id=unique)
    lines = _WEB_FONT.sub("", svg).splitlines()
    return "\n".join(line.rstrip() for line in lines) + "\n"


if __name__ == "__main__":
    for name, text in draw().items():
        (FOLDER / name).write_text(text, encoding="utf-8")
