"""Analyses the bytes of one file: chip, firmware, and pins with evidence."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

from bekenlab.analysis import inputs, recognise
from bekenlab.analysis.boot_findings import BootMode
from bekenlab.analysis.condition import condition_of
from bekenlab.analysis.configuration import read_configurations
from bekenlab.analysis.controller import with_data_points
from bekenlab.analysis.findings import Findings, find
from bekenlab.analysis.model import Analysis, FileFacts
from bekenlab.analysis.no_pins import why_no_pins
from bekenlab.analysis.other_chips import other_notices
from bekenlab.analysis.tuya_findings import TuyaFindings
from bekenlab.chips import find_chip, find_module
from bekenlab.errors import BekenlabError, Notice
from bekenlab.image import Image, read_image
from bekenlab.openbeken import build_template, describe, lost_levels, lost_pins
from bekenlab.pins import PinMap, Source, compare, pins_from_parameters
from bekenlab.tuya.firmware import Firmware, FirmwareKind

if TYPE_CHECKING:
    from bekenlab.analysis.boot_model import BootReport
    from bekenlab.analysis.identify import ChipVerdict
    from bekenlab.tuya.storage.model import Storage

Result = TypeVar("Result")


def analyze(
    file: inputs.InputFile,
    *,
    boot: BootMode = BootMode.AUTO,
    booted: BootReport | None = None,
    part: int | None = None,
) -> Analysis:
    """Analyse one file. Never raises because of the file's contents.

    Args:
        file: The bytes and their name.
        boot: Whether to boot the dump in the virtual chip for its log.
        booted: The report of an earlier boot, used instead of booting again.
        part: Index of the configuration to use in a text that holds several; None: the one that
            was chosen with the file, or the first.
    """
    began = time.perf_counter()
    if part is None:
        part = max(0, (file.part or 1) - 1)
    analysis = conclude(find(file, boot=boot, booted=booted, part=part))
    return replace(analysis, seconds=time.perf_counter() - began)


def unreadable(name: str, problem: BekenlabError) -> Analysis:
    """The analysis of a file whose bytes cannot be read, e.g. a damaged archive.

    Args:
        name: Base name of the file.
        problem: Why it cannot be read.
    """
    facts = FileFacts(name, 0, "")
    firmware = Firmware(FirmwareKind.OTHER)
    return conclude(Findings(facts, read_image(b""), TuyaFindings(), firmware, problem))


def analyze_each(file: inputs.InputFile, *, boot: BootMode = BootMode.AUTO) -> tuple[Analysis, ...]:
    """Analyse each configuration in a text that may hold several."""
    count = len(read_configurations(file.data))
    if count < 2 or file.part is not None:
        return (analyze(file, boot=boot),)
    return tuple(
        analyze(replace(file, name=f"{file.name} ({part + 1} of {count})"), boot=boot, part=part)
        for part in range(count)
    )


def conclude(findings: Findings) -> Analysis:
    """Chip, module, pins, template and text from the findings."""
    image, tuya, firmware = findings.image, findings.tuya, findings.firmware
    module_name = findings.module
    chip = findings.chip()
    module = find_module(module_name, chip.name) if module_name else None
    maps = [
        (
            statement.source,
            pins_from_parameters(
                statement.parameters.values,
                source=statement.source,
                module=module,
                mcu_baud=tuya.mcu_baud,
                chip=chip.name,
            ),
        )
        for statement in tuya.statements
    ]
    if not maps and tuya.mcu_baud:
        only_mcu = pins_from_parameters(
            {}, source=Source.STORAGE, mcu_baud=tuya.mcu_baud, chip=chip.name
        )
        maps = [(Source.STORAGE, only_mcu)]
    pins = with_data_points(compare(maps) if maps else PinMap(), tuya, firmware)
    of_file = (
        *_image_notices(image, chip, tuya.storage),
        *_cut_short(image, firmware, chip),
    )
    damage = {notice.code for notice in (*of_file, *tuya.notices)}
    missing = why_no_pins(image, firmware, pins, chip.name, damage)
    # Whoever uses the pins has to know what is wrong with the place they were read from.
    pins = replace(pins, notices=(*tuya.notices, *pins.notices, *missing))
    notices = (
        *of_file,
        *_too_long(image, chip),
        *_incomplete(image, chip, tuya.storage),
        *pins.notices,
        *lost_levels(pins),
        *lost_pins(pins, chip.name),
    )
    template = build_template(pins, chip=chip.name or "", board=module_name)
    return Analysis(
        file=findings.file,
        image=image,
        chip=chip,
        firmware=firmware,
        tuya=tuya,
        module=module_name,
        pins=pins,
        template=template,
        description=describe(pins, chip=chip.name),
        notices=notices,
        problem=findings.problem or recognise.damage(notices),
        seconds=0.0,
    )


def _image_notices(
    image: Image | None, chip: ChipVerdict, storage: Storage | None
) -> tuple[Notice, ...]:
    if image is None:
        text = "The file holds only a configuration: chip and firmware are not known."
        if chip.name:
            text = (
                "The file holds only a configuration: the chip follows from the module, and the "
                "firmware is not known."
            )
        return (Notice("configuration-only", text),)
    others = other_notices(image, chip.name, storage)
    if others:
        return (*image.notices, *others)
    if storage is not None and not image.loader and not image.start and not image.spans:
        text = (
            "The file holds only part of flash, without boot loader and app: "
            "addresses here are offsets in the file."
        )
        return (*image.notices, Notice("partial-dump", text))
    return image.notices


def _too_long(image: Image | None, verdict: ChipVerdict) -> tuple[Notice, ...]:
    """Notice for a dump larger than the chip's usual flash: copies, a wrong chip, or junk."""
    chip = find_chip(verdict.name) if verdict.name else None
    if chip is None or image is None or image.loader is None:
        return ()
    size = len(image.physical)
    if size <= chip.flash_size:
        return ()
    text = (
        f"The file has {size:,} bytes, but the flash of a {chip.name} usually has "
        f"{chip.flash_size:,}: what follows may belong to another device."
    )
    return (Notice("larger-than-flash", text),)


def _incomplete(
    image: Image | None, verdict: ChipVerdict, storage: Storage | None
) -> tuple[Notice, ...]:
    """Warnings about all of a flash that lacks a boot loader or RF data, or mixes keys."""
    if image is None or other_notices(image, verdict.name, storage):
        return ()
    condition = condition_of(image, verdict.name)
    return condition.notices() if condition else ()


def _cut_short(image: Image | None, firmware: Firmware, verdict: ChipVerdict) -> tuple[Notice, ...]:
    """Notice for a device's dump that has its boot loader but ends before the chip's flash does.

    Firmware images that are not Tuya's end after their app and are complete nevertheless.
    """
    chip = find_chip(verdict.name) if verdict.name else None
    if chip is None or image is None or image.loader is None:
        return ()
    end = len(image.physical)
    known = any(notice.code == "truncated-dump" for notice in image.notices)
    foreign = firmware.kind is not FirmwareKind.TUYA and image.app
    if known or foreign or end >= chip.flash_size:
        return ()
    text = (
        f"The file ends at 0x{end:x}, but a {chip.name} has 0x{chip.flash_size:x} bytes of flash: "
        "the rest is missing, and with it what Tuya stores there."
    )
    return (Notice("truncated-dump", text),)
