"""Rehearse an install: write to a virtual chip made from the dump, boot it, and try its pins."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from bekenlab.analysis.analyze import analyze
from bekenlab.analysis.boot_findings import BootMode
from bekenlab.analysis.choose import choose_dump
from bekenlab.analysis.controller import is_battery, meaning_of_device
from bekenlab.analysis.inputs import InputFile
from bekenlab.chips import chip as chip_named
from bekenlab.errors import Action, RehearsalError, UnsupportedError
from bekenlab.events import Event, EventSink, Message, Progress, Step, ignore
from bekenlab.flashing.journal import WriteJournal
from bekenlab.flashing.plan_write import WriteOptions
from bekenlab.flashing.planner import Planner
from bekenlab.flashing.state import survey
from bekenlab.image import read_image
from bekenlab.jobs.install.configure import (
    as_file,
    check_values,
    configure,
    password_of,
    ssid_of,
    understand,
)
from bekenlab.jobs.install.firmware import check_chip
from bekenlab.jobs.install.model import SavedBackup
from bekenlab.jobs.write import YES, carry_out
from bekenlab.link.connect import connect
from bekenlab.link.virtual import VirtualTransport
from bekenlab.machine import FlashImage
from bekenlab.machine.wire_chips import build
from bekenlab.openbeken.boot_log import read_boot_log
from bekenlab.openbeken.mcu_setup import mcu_setup
from bekenlab.probing.data_points import try_data_points
from bekenlab.probing.network import try_network
from bekenlab.probing.pins_by_command import try_by_command
from bekenlab.probing.pins_by_hand import try_by_hand
from bekenlab.probing.rehearsal import PinVerdict, Rehearsal
from bekenlab.probing.virtual_target import VirtualTarget

if TYPE_CHECKING:
    from pathlib import Path

    from bekenlab.analysis.subject import Subject
    from bekenlab.chips import Chip
    from bekenlab.flashing.execute import FlashReport
    from bekenlab.flashing.planner import WriteProposal
    from bekenlab.jobs.install.model import Firmware, FirmwareFor
    from bekenlab.openbeken.config.edit import Changes, Made
    from bekenlab.probing.data_points import PointVerdict

JOB = "rehearse"


def rehearse(
    saved: SavedBackup,
    chip: Chip,
    firmware: Firmware,
    made: Made,
    *,
    force: frozenset[str] = frozenset(),
    events: EventSink = ignore,
) -> Rehearsal:
    """Install on a virtual chip, start it, and try every pin.

    Args:
        saved: The dump of the device.
        chip: The chip.
        firmware: The firmware to install.
        made: The configuration.
        force: Codes of refusals to override, as for the real chip.
        events: Receives steps and progress.

    Raises:
        RefusedError: The real chip would refuse it too.
        UnsupportedError: This kind of chip has no virtual model.
    """
    flashed, content = _written(saved, chip, firmware, made, force, events)
    events(Step(JOB, "boot", "Starting OpenBeken on the virtual chip"))
    virtual = VirtualTarget(content, chip.name)
    settings = made.config.pins()
    checks = try_by_hand(virtual, settings)
    checks += try_by_command(content, chip.name, made.address, made.config)
    points = _data_points(saved, content, chip.name, events)
    log = read_boot_log(virtual.log)
    ssid = ssid_of(made.config)
    network = None
    if ssid and not virtual.crash:
        events(Step(JOB, "join", "Letting it join a virtual network with the name you gave"))
        network = try_network(content, chip.name, ssid, password_of(made.config), made.config)
    return Rehearsal(
        chip=chip.name,
        written=flashed.written,
        wire_seconds=flashed.seconds,
        log=log,
        wifi=log.uses(ssid),
        pins=tuple(sorted(checks, key=lambda check: check.gpio)),
        crash=virtual.crash,
        network=network,
        data_points=points,
    )


def _data_points(
    saved: SavedBackup, content: bytes, chip: str, events: EventSink
) -> tuple[PointVerdict, ...]:
    """The data points of the device's second controller, tried with one that answers."""
    analysis = analyze(InputFile(saved.path.name, saved.path, saved.data), boot=BootMode.NEVER)
    tuya = analysis.tuya
    if not tuya.mcu_baud:
        return ()
    meaning, sleeps = meaning_of_device(tuya), is_battery(analysis.firmware)
    setup = mcu_setup(meaning.points, tuya.mcu_baud, battery=sleeps, version=0)
    if not setup.linked:
        return ()
    events(Step(JOB, "points", "Trying the data points of the second controller"))
    image = read_image(content)
    flash = FlashImage(image.physical, image.logical)
    product = tuya.product.id or meaning.product
    return try_data_points(flash, chip, setup, product, sleeps=sleeps)


def rehearse_dump(
    path: Path,
    firmware: FirmwareFor,
    changes: Changes,
    *,
    source: Subject | None = None,
    chip: str | None = None,
    events: EventSink = ignore,
) -> Rehearsal:
    """Rehearse an install on the device a dump was read from.

    Args:
        path: The dump, packed or not.
        firmware: Called once the chip is known.
        changes: Settings beyond the device's pins, as for an install.
        source: A file to take pins, flags and startup command from instead of the dump.
        chip: Name of the chip, if the dump does not show it.
        events: Receives steps and progress.

    Raises:
        BekenlabError: The dump or the firmware cannot be used, or the real chip would refuse it.
    """
    check_values(changes)
    chosen = choose_dump(path, chip)
    facts = chip_named(chosen.chip)
    given = firmware(facts.name)
    check_chip(given, facts, frozenset())
    saved = SavedBackup(path, chosen.image.physical, reused=True)
    subject = understand(path, saved.data)
    made, notices = configure(subject, source, changes, facts, saved.data)
    for notice in notices:
        events(Message(JOB, notice.code, notice.message))
    tried = rehearse(saved, facts, given, made, events=events)
    return replace(tried, source=(source or subject).source, notices=notices)


def _written(
    saved: SavedBackup,
    chip: Chip,
    firmware: Firmware,
    made: Made,
    force: frozenset[str],
    events: EventSink,
) -> tuple[FlashReport, bytes]:
    """The flash of a virtual chip after the install, written over its wire."""
    if len(saved.data) > chip.flash_size:
        raise UnsupportedError(
            f"the dump has {len(saved.data):,} bytes, "
            f"but a virtual {chip.name} has {chip.flash_size:,}",
            hint="plan and backup still protect the device",
            action=Action("skip-rehearsal"),
        )
    events(Step(JOB, "write", "Writing to a virtual chip"))
    device = build(chip.name, saved.data.ljust(chip.flash_size, b"\xff"))
    target = connect(VirtualTransport(device), wait=0).target
    journal = WriteJournal(None)
    state = replace(survey(target, journal, ()), backup=(saved.path, saved.data))
    planner = Planner(target, [firmware.file, as_file(made)], journal, state=state)

    def propose(options: WriteOptions) -> WriteProposal:
        proposal = planner.propose(options)
        # A virtual chip needs no file to go back to.
        return replace(proposal, plan=replace(proposal.plan, backup=None))

    options = WriteOptions(force=force)
    _, report = carry_out(
        target, propose, options, journal, YES, reboot=False, events=_renamed(events)
    )
    return report, device.flash


def _renamed(events: EventSink) -> EventSink:
    """Progress under the rehearsal's name, so that nobody thinks the device is being written."""

    def forward(event: Event, /) -> None:
        if isinstance(event, Progress):
            events(replace(event, job=JOB, phase=JOB))

    return forward


def problem_of(rehearsal: Rehearsal) -> RehearsalError | None:
    """The error that a failed rehearsal means, or None if it passed."""
    if rehearsal.passed:
        return None
    wrong = [f"P{pin.gpio}" for pin in rehearsal.pins if pin.verdict is PinVerdict.WRONG]
    if rehearsal.crash:
        seen = f"the firmware stopped: {rehearsal.crash}"
    elif not rehearsal.config_taken:
        seen = "OpenBeken did not accept the configuration"
    elif wrong:
        seen = f"{', '.join(wrong)} did not do what the pin map says"
    elif lost := [str(each.point.id) for each in rehearsal.data_points if not each.works]:
        seen = f"data points that did not go both ways: {', '.join(lost)}"
    elif rehearsal.kept_out:
        seen = "OpenBeken could not join a network with the name and password it was given"
    else:
        seen = "OpenBeken did not use the Wi-Fi it was given"
    return RehearsalError(
        f"the rehearsal failed: {seen}",
        hint="check the table of pins",
        action=Action("correct-pin"),
    )
