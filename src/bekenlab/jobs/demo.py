"""The demo on the sample device: back up, lose the storage, boot, analyse, restore."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from bekenlab.analysis.analyze import analyze
from bekenlab.analysis.boot import boot
from bekenlab.analysis.inputs import InputFile
from bekenlab.chips import chip as chip_named
from bekenlab.flashing.erase import blank
from bekenlab.flashing.flash_file import recognise
from bekenlab.flashing.places import Places
from bekenlab.flashing.plan_write import WriteOptions
from bekenlab.flashing.planner import Planner
from bekenlab.jobs.backup import backup_linked
from bekenlab.jobs.install.configure import configure, understand
from bekenlab.jobs.install.firmware import check_chip
from bekenlab.jobs.install.model import SavedBackup
from bekenlab.jobs.rehearse import rehearse
from bekenlab.jobs.write import YES, carry_out
from bekenlab.link.connect import connect
from bekenlab.link.virtual import VirtualTransport
from bekenlab.machine.wire_chips import build
from bekenlab.openbeken.config.edit import Changes
from bekenlab.samples import SAMPLE_CHIP, SAMPLE_NAME, build_sample

if TYPE_CHECKING:
    from bekenlab.analysis.boot_model import BootReport
    from bekenlab.analysis.model import Analysis
    from bekenlab.flashing.backup import BackupReport
    from bekenlab.flashing.execute import FlashReport
    from bekenlab.flashing.flash_file import FlashFile
    from bekenlab.jobs.install.model import Firmware
    from bekenlab.link.target import Target
    from bekenlab.probing.rehearsal import Rehearsal

# Regions that hold the pins: the plain copy, the protected block, and the storage after it.
_TELLING = ("oem_cfg", "protected", "storage")


@dataclass(frozen=True, slots=True)
class DemoReport:
    """The result of the demo.

    Attributes:
        backup: The backup over the virtual wire.
        damaged: The writes that erased every stored copy of the pins.
        boot: The boot of the damaged flash.
        analysis: The analysis of the damaged flash.
        restored: The writes that restored it.
        whole: Whether flash is as it was before, byte for byte.
        rehearsal: The rehearsal of OpenBeken on it, if firmware was given.
    """

    backup: BackupReport
    damaged: FlashReport
    boot: BootReport
    analysis: Analysis
    restored: FlashReport
    whole: bool
    rehearsal: Rehearsal | None


def demonstrate(firmware: Firmware | None = None) -> DemoReport:
    """Run the demo on a virtual chip; it downloads nothing and leaves no files.

    Args:
        firmware: OpenBeken for BK7231N, to be rehearsed at the end.

    Raises:
        RefusedError: The firmware is for another chip.
    """
    facts = chip_named(SAMPLE_CHIP)
    if firmware is not None:
        check_chip(firmware, facts, frozenset())
    sample = build_sample()
    device = build(SAMPLE_CHIP, sample)
    target = connect(VirtualTransport(device), wait=0).target
    with TemporaryDirectory() as folder:
        saved = Path(folder) / SAMPLE_NAME
        places = Places(None, Path(folder))
        made = backup_linked(target, saved, places, now=lambda: datetime.fromtimestamp(0, UTC))
        holes = [
            blank(region.start, region.end) for region in facts.flash_map if region.name in _TELLING
        ]
        damaged = _write(target, holes, places)
        analysis = analyze(InputFile(SAMPLE_NAME, saved, device.flash))
        if analysis.image is None:
            raise TypeError("the sample is not a dump")
        booted = boot(analysis.image, chip=SAMPLE_CHIP)
        restored = _write(target, [recognise(InputFile(saved.name, saved, sample))], places)
        whole = device.flash == sample
    return DemoReport(
        backup=made,
        damaged=damaged,
        boot=booted,
        analysis=analysis,
        restored=restored,
        whole=whole,
        rehearsal=_rehearsal(firmware) if firmware is not None else None,
    )


def _write(target: Target, files: list[FlashFile], places: Places) -> FlashReport:
    planner = Planner(target, files, places.journal, places.candidates())
    options = WriteOptions()
    _, report = carry_out(target, planner.propose, options, places.journal, YES, reboot=False)
    return report


def _rehearsal(firmware: Firmware) -> Rehearsal:
    facts = chip_named(SAMPLE_CHIP)
    saved = SavedBackup(Path(SAMPLE_NAME), build_sample(), reused=True)
    subject = understand(saved.path, saved.data)
    made, _ = configure(subject, None, Changes(), facts, saved.data)
    return rehearse(saved, facts, firmware, made)
