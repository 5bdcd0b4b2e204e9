"""Draw the pictures of the documentation, all of the sample device.

``demo.svg`` is ``bekenlab demo`` as a terminal shows it; the others are what ``bekenlab pinout``
draws. Run it after a change to the report or to the pictures::

    python docs/images/make.py

``install.svg`` is ``bekenlab install`` with a person who says yes; it needs a QIO file of OpenBeken
for BK7231N, which is not ours to bring along::

    python docs/images/make.py OpenBK7231N_QIO_1.18.300.bin
"""
# ruff: noqa: INP001  a script beside its result, no package

from __future__ import annotations

import io
import re
import sys
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console, Group
from rich.text import Text

from bekenlab.analysis.analyze import analyze
from bekenlab.analysis.inputs import InputFile
from bekenlab.chips import chip
from bekenlab.flashing.connection import ConnectionOptions
from bekenlab.flashing.places import Places
from bekenlab.jobs.demo import demonstrate
from bekenlab.jobs.install.firmware import read_firmware
from bekenlab.jobs.install.install import Helpers, install
from bekenlab.jobs.install.model import InstallOptions
from bekenlab.jobs.pinout import find_board
from bekenlab.jobs.rehearse import rehearse
from bekenlab.link.virtual import VirtualTransport
from bekenlab.machine.wire_chips import build
from bekenlab.openbeken.config.edit import Changes
from bekenlab.report.demo_text import demo_text
from bekenlab.report.install_text import install_text, proposal_text, rehearsal_text
from bekenlab.report.pictures import (
    board_picture,
    flash_facts,
    flash_map,
    uses_of,
    wiring_picture,
)
from bekenlab.samples import SAMPLE_NAME, build_sample
from bekenlab.secret import Secret

if TYPE_CHECKING:
    from rich.console import RenderableType

    from bekenlab.jobs.install.model import Firmware, Proposal
    from bekenlab.probing.rehearsal import Rehearsal

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


def draw_install(firmware: Firmware) -> str:
    """An install on a virtual chip that holds the sample."""
    device = build("BK7231N", build_sample())
    parts: list[RenderableType] = []
    with tempfile.TemporaryDirectory() as folder:
        report = install(
            ConnectionOptions(
                port="virtual",
                open_port=lambda name, _baud: VirtualTransport(device, name=name, chip="BK7231N"),
            ),
            InstallOptions(
                lambda _chip: firmware,
                Changes(values={"wifi_ssid": "home", "wifi_password": Secret(b"not a secret")}),
            ),
            Places(None, Path(folder)),
            _Willing(),
            helpers=Helpers(
                rehearse=_rehearse,
                proposed=lambda proposal: parts.append(proposal_text(_at_home(proposal))),
                rehearsed=lambda rehearsal: parts.append(rehearsal_text(rehearsal)),
            ),
        )
    question = Text("Install it now? [y/N]: y")
    return terminal(
        Group(*parts, Text(), question, install_text(report)), "bekenlab install", "install"
    )


class _Willing:
    """Says yes to everything."""

    def rehearse(self, proposal: Proposal) -> bool:
        return bool(proposal)

    def carry_out(self, proposal: Proposal, rehearsal: Rehearsal | None) -> bool:
        return bool(proposal and rehearsal)

    def wire_moved(self) -> bool:
        return False


def _rehearse(proposal: Proposal) -> Rehearsal:
    return rehearse(proposal.backup, chip("BK7231N"), proposal.firmware, proposal.made)


def _at_home(proposal: Proposal) -> Proposal:
    """The backup where a user's would be, and not in this computer's temporary folder."""
    path = Path("~/.local/share/bekenlab/backups") / proposal.backup.path.name
    return replace(proposal, backup=replace(proposal.backup, path=path))


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
    pictures = draw()
    if sys.argv[1:]:
        pictures["install.svg"] = draw_install(read_firmware(Path(sys.argv[1])))
    for name, text in pictures.items():
        (FOLDER / name).write_text(text, encoding="utf-8")
