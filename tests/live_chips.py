"""What the tests of the live chip share: sources made of the sample, OpenBeken, tiny firmwares."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from bekenlab.analysis.inputs import InputFile
from bekenlab.live.fitting import Fitting
from bekenlab.live.source import LiveSource, live_source
from bekenlab.samples import SAMPLE_NAME, build_sample
from machine_support import firmware
from shared import dump

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from bekenlab.live.chip import LiveChip
    from bekenlab.live.parts import PartView

BUTTON, RELAY, WIFI_LED = 10, 26, 8


@cache
def sample() -> LiveSource:
    return live_source(InputFile(SAMPLE_NAME, Path(SAMPLE_NAME), build_sample()))


def openbeken(
    chip: str, pins: Mapping[str, str], *, command: str = "", flags: str = ""
) -> LiveSource:
    """OpenBeken 1.18.300, set up with these pins and a console."""
    name = f"open{chip.lower()}-qio-1.18.300"
    file = InputFile(f"{name}.bin", Path(f"{name}.bin"), dump(name))
    return live_source(file, template={"pins": pins, "command": command, "flags": flags})


def tiny(*words: int, fitting: Fitting | None = None) -> LiveSource:
    """A firmware of these ARM words."""
    flash = firmware(*words)
    return LiveSource(
        name="tiny",
        chip="BK7231N",
        firmware=None,
        openbeken=False,
        flash=flash,
        fitting=fitting or Fitting(),
        product="0" * 16,
    )


def run(chip: LiveChip, seconds: float) -> None:
    chip.run_to(chip.tick + chip.ticks(seconds))


def run_until(chip: LiveChip, holds: Callable[[LiveChip], bool], seconds: float) -> bool:
    """Run in steps of 50 ms until something holds; False when time is over."""
    end = chip.tick + chip.ticks(seconds)
    while not holds(chip):
        if chip.tick >= end or chip.stop is not None:
            return False
        run(chip, 0.05)
    return True


def part(chip: LiveChip, name: str) -> PartView:
    return next(each for each in chip.parts(chip.gpio()) if each.id == name)


def said(chip: LiveChip, port: str = "uart2") -> str:
    return "".join(piece.text for piece in chip.log.since(0)[0] if piece.port == port)
