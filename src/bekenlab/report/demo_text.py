"""The story of ``bekenlab demo``, for a terminal of 80 columns."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Group
from rich.padding import Padding
from rich.text import Text

from bekenlab.chips import MIB
from bekenlab.report.chip_text import sectors
from bekenlab.report.install_text import rehearsal_text
from bekenlab.report.printable import Printable, printable
from bekenlab.report.text import render

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.console import RenderableType

    from bekenlab.jobs.demo import DemoReport

_LINES = 3
_TELLS = "_pin: is "


def demo_text(demo: DemoReport) -> RenderableType:
    """All of it, in the order in which it happened."""
    return Printable(Group(*_parts(demo)))


def _parts(demo: DemoReport) -> Iterator[RenderableType]:
    yield Text("A metering plug that was built by code alone. Nothing is downloaded.")
    yield Text()
    size, rate = demo.backup.size / MIB, demo.backup.baud
    yield _step(1, "Back up", f"{size:g} MiB over a virtual wire, {rate} baud; every byte proven")
    lost = sectors(demo.damaged.written)
    yield _step(2, "Damage", f"{lost} erased on purpose: nothing stored tells the pins now")
    yield _step(3, "Boot", "in a virtual chip; its firmware prints the pins itself:")
    for line in _told(demo.boot.text):
        yield Padding(Text(printable(line), style="dim"), (0, 0, 0, 13))
    yield _step(4, "Report", "with the pins from that log, and a template for OpenBeken:")
    yield Text()
    yield render(demo.analysis)
    yield Text()
    state = "flash is what it was, byte for byte" if demo.whole else "but flash differs"
    yield _step(5, "Restore", f"{sectors(demo.restored.written)} written back: {state}")
    if demo.rehearsal is not None:
        version = " ".join(filter(None, (demo.rehearsal.log.name, demo.rehearsal.log.version)))
        yield _step(6, "Rehearse", f"{version or 'OpenBeken'} installed on a virtual chip:")
        yield rehearsal_text(demo.rehearsal)


def _step(number: int, title: str, words: str) -> Text:
    return Text.assemble((f"{number}  {title:<10}", "bold cyan"), words)


def _told(log: str) -> list[str]:
    """The first lines that name a pin, without what the SDK puts in front."""
    lines = [line.partition("] ,")[2] for line in log.splitlines() if _TELLS in line]
    found = [line.strip() for line in lines if line.strip()]
    return [*found[:_LINES], *(["..."] if len(found) > _LINES else [])]
