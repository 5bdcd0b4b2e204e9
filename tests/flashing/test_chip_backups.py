"""A backup of a virtual chip is its image, for real dumps; of a T by its genuine boot loader."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from amounts import ALL
from bekenlab.analysis.inputs import InputFile
from bekenlab.chips import LoaderKind
from bekenlab.flashing.backup import backup
from bekenlab.flashing.execute import flash
from bekenlab.flashing.flash_file import recognise
from bekenlab.flashing.journal import WriteJournal
from bekenlab.flashing.plan_write import WriteOptions, plan_write
from bekenlab.flashing.state import survey
from bekenlab.image import read_image
from bekenlab.link.connect import connect
from bekenlab.link.virtual import VirtualTransport
from bekenlab.machine.wire_chips import build
from machine_support import CHIPS
from shared import dump, dump_names

if TYPE_CHECKING:
    from pathlib import Path

FLASH = 0x200000
T = "bk7231t-tuya-a60-smartbulb-rgbcww-5ch-pwm-1000hz"
# Through a genuine boot loader a backup takes half a minute or more; test_fault_schedules makes one
# each time.
SLOW = frozenset({"BK7231T", "BK7231Q"})
WHOLE = [name for name in dump_names() if name in CHIPS and (ALL or CHIPS[name] not in SLOW)]

# Millions of instructions in the same lines; they are measured by shorter tests.
pytestmark = pytest.mark.no_cover


@pytest.mark.parametrize("name", WHOLE)
def test_a_backup_is_the_image(name: str, tmp_path: Path) -> None:
    content = dump(name)
    if len(content) != FLASH:
        pytest.skip("not a whole dump")
    # A dump that begins in the middle is no chip's flash; in order, it is.
    content = read_image(content).physical
    link = connect(VirtualTransport(build(CHIPS[name], content)), wait=0, baud=460_800)
    report = backup(link.target, tmp_path / "out.bin", now=lambda: datetime.now(UTC))
    assert (tmp_path / "out.bin").read_bytes() == content
    assert report.sent + report.blank == FLASH // 0x1000
    manifest = json.loads((tmp_path / "out.bin.json").read_text())
    assert manifest["sha256"] == report.sha256


def test_the_genuine_loader_of_a_bk7231t_is_written_through(tmp_path: Path) -> None:
    content = dump(T)
    chip = build("BK7231T", content)
    link = connect(VirtualTransport(chip), wait=0)
    assert link.target.identity.kind is LoaderKind.TUYA
    assert link.target.identity.boot_version == "BK7231S_1.0.5"
    saved = tmp_path / "saved.bin"
    saved.write_bytes(content)
    new = b"new bytes" * 1000
    file = recognise(InputFile("new.dat", saved, new))
    journal = WriteJournal(tmp_path)
    state = survey(link.target, journal, [saved])
    options = WriteOptions(0x1E2123, force=frozenset({"unknown-file"}))
    plan = plan_write(link.target, file, options, state)
    report = flash(link.target, plan, state, journal, reboot=False)
    assert report.written == 3
    assert chip.flash == content[:0x1E2123] + new + content[0x1E2123 + len(new) :]
