"""What the bytes of one file hold, before anything is concluded about its pins.

Booting a dump needs no more than this.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from bekenlab.analysis import recognise
from bekenlab.analysis.boot_findings import BootMode, with_boot, with_report
from bekenlab.analysis.configuration import Configuration, is_text, read_configurations
from bekenlab.analysis.identify import ChipVerdict, decide_chip
from bekenlab.analysis.model import FileFacts
from bekenlab.analysis.other_chips import is_bekens, other_clues
from bekenlab.analysis.several import no_such_part
from bekenlab.analysis.tuya_findings import Statement, TuyaFindings, collect
from bekenlab.errors import BekenlabError, Notice
from bekenlab.image import EncryptionState, Image, ota, read_image
from bekenlab.pins import Source
from bekenlab.tuya.firmware import Firmware, FirmwareKind, identify

if TYPE_CHECKING:
    from bekenlab.analysis.boot_model import BootReport
    from bekenlab.analysis.inputs import InputFile


@dataclass(frozen=True, slots=True)
class Findings:
    """What was found in one file.

    Attributes:
        file: Name, size and checksum.
        image: The dump, understood; None for a text with a configuration.
        tuya: What Tuya's firmware stored.
        firmware: Identity of the app.
        problem: Why the file is not usable, or None.
    """

    file: FileFacts
    image: Image | None
    tuya: TuyaFindings
    firmware: Firmware
    problem: BekenlabError | None

    @property
    def module(self) -> str | None:
        """The module the best source names; the firmware's own default names an example."""
        for statement in self.tuya.statements:
            name = statement.parameters.flat().get("module")
            if isinstance(name, str) and name.strip():
                return name.strip().upper()
        return None

    def chip(self) -> ChipVerdict:
        """Which chip it is, by all clues."""
        trusted = self.module if self.tuya.source is not Source.FIRMWARE_DEFAULT else None
        image = self.image or read_image(b"")
        tuya = self.tuya
        return decide_chip(image, self.firmware, tuya.environment, trusted, tuya.storage)


def find(
    file: InputFile,
    *,
    boot: BootMode = BootMode.AUTO,
    booted: BootReport | None = None,
    part: int = 0,
) -> Findings:
    """Look through one file. Never raises for what the bytes are; arguments as of ``analyze``."""
    data = file.data
    facts = FileFacts(file.name, len(data), hashlib.sha256(data).hexdigest())
    problem = recognise.reject_reason(data)
    configurations = () if problem else read_configurations(data)
    if configurations and part >= len(configurations):
        problem = no_such_part(file.path, part + 1, len(configurations), "configurations")
        configurations = ()
    if configurations:
        tuya = _from_text(configurations, part, chosen=file.part is not None)
        image, firmware = None, Firmware(FirmwareKind.TUYA)
    else:
        if problem is None and is_text(data):
            problem = recognise.unrecognised(data)
        image = read_image(b"" if problem else data)
        tuya = collect(image)
        firmware = _firmware(image, tuya)
        if booted is not None:
            tuya = with_report(tuya, booted)
        else:
            tuya = with_boot(image, firmware, tuya, boot)
        others = () if problem else tuple(other_clues(image, tuya.storage))
        if problem is None and not others and not _recognised(image, tuya):
            problem = recognise.unrecognised(data)
    return Findings(facts, image, tuya, firmware, problem)


def _from_text(
    configurations: tuple[Configuration, ...], part: int, *, chosen: bool
) -> TuyaFindings:
    """The findings from one of the configurations in a text."""
    one = configurations[part]
    notices = [notice for _, said in one.statements for notice in said.notices]
    if len(configurations) > 1 and not chosen:
        text = (
            f"The text holds {len(configurations)} configurations; this is number {part + 1}. "
            "Analyse the file to see all of them, and keep the one of your device."
        )
        notices.insert(0, Notice("several-configurations", text))
    if one.statements[0][0] is Source.PIN_LIST:
        text = (
            "The pins are in words, as another program prints them, and do not say which level "
            "means on. Test each pin to find any that is inverted."
        )
        notices.insert(0, Notice("pins-in-words", text))
    return TuyaFindings(
        statements=tuple(Statement(source, None, said) for source, said in one.statements),
        mcu_baud=one.parameters.integer("baud"),
        notices=tuple(notices),
    )


def _firmware(image: Image, tuya: TuyaFindings) -> Firmware:
    firmware = identify(image.app or _packed(image) or _plain_code(image))
    if firmware.kind is FirmwareKind.OTHER and firmware.name is None and tuya.storage:
        return replace(firmware, kind=FirmwareKind.TUYA)
    return firmware


def _packed(image: Image) -> bytes:
    """The code in an OTA package, if the file is one; empty if it cannot be unpacked."""
    if image.package is None or image.spans:
        return b""
    try:
        return ota.unpack(image.read(image.package.start, image.package.end)).code
    except BekenlabError:
        return b""


def _plain_code(image: Image) -> bytes:
    """All of a flash without anything of Beken's: other chips run code as it is stored."""
    return b"" if is_bekens(image) else image.physical


def _recognised(image: Image, tuya: TuyaFindings) -> bool:
    return bool(
        image.encryption.state is not EncryptionState.UNKNOWN
        or image.partitions
        or image.spans
        or image.rf
        or tuya.storage
        or tuya.protected
        or tuya.psm
        or tuya.statements
    )
