"""The configuration a device starts with: its pins from the dump, the rest as the user wants it."""

from __future__ import annotations

import zlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bekenlab.analysis.boot_findings import BootMode
from bekenlab.analysis.inputs import InputFile
from bekenlab.analysis.subject import Subject, subject_of
from bekenlab.chips import SECTOR
from bekenlab.errors import BekenlabError, NoConfigError, NotADumpError, Notice
from bekenlab.flashing.flash_file import FlashFile, recognise
from bekenlab.openbeken.config import VERSIONS, decode_config, empty_config
from bekenlab.openbeken.config.edit import make_config
from bekenlab.openbeken.locks import curtains_of
from bekenlab.pins import Source, curtain_notices
from bekenlab.secret import Secret

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bekenlab.chips import Chip
    from bekenlab.openbeken.config import Config
    from bekenlab.openbeken.config.edit import Changes, Made

_NAME = "new configuration"


def understand(path: Path, data: bytes) -> Subject:
    """What a backup says about the device; booted in the virtual chip where storage is silent.

    A backup that nothing is recognised in (a blank chip, say) gives a device without pins.
    """
    file = InputFile(path.name, path, data)
    try:
        subject = subject_of(file)
        # An example in the firmware keeps it from being booted for its pins; here they count.
        return subject_of(file, boot=BootMode.ALWAYS) if _only_example(subject) else subject
    except NotADumpError as problem:
        return Subject(path.name, None, None, None, None, {}, problem.message, problem=problem)


def configure(
    subject: Subject,
    template: Mapping[str, object] | None,
    changes: Changes,
    chip: Chip,
    data: bytes,
) -> tuple[Made, tuple[Notice, ...]]:
    """Make the configuration.

    Args:
        subject: What the backup says.
        template: Pins, flags and startup command that count instead of the device's.
        changes: What the user wants beyond.
        chip: The chip.
        data: The backup.

    Returns:
        The configuration, and what the reader should know of it.

    Raises:
        BadValueError: A change makes no sense.
    """
    if template is None:
        told, notices = _own_template(subject)
    else:
        told = template
        notices = list(curtain_notices(curtains_of(str(template.get("command") or ""))))
    # Where the MAC address is not known, the backup stands for it: a second run makes the same.
    unique = subject.mac.reveal() if subject.mac else zlib.crc32(data).to_bytes(4, "big")
    made = make_config(told, changes, unique=unique, chip=chip.name)
    notices += [Notice("setting-left-out", sentence) for sentence in made.left_out]
    if not made.config.pins():
        text = (
            "No pin is set up: nothing tells what they do. OpenBeken starts without them; they "
            "can be set in its web page."
        )
        notices.append(Notice("no-pins", text))
    return made, tuple(notices)


def _only_example(subject: Subject) -> bool:
    analysis = subject.analysis
    return analysis is not None and analysis.tuya.source is Source.FIRMWARE_DEFAULT


def _own_template(subject: Subject) -> tuple[Mapping[str, Any], list[Notice]]:
    """The device's own pins; an example built into its firmware is none of them."""
    if not _only_example(subject):
        return subject.template, list(subject.notices)
    text = (
        "Only an example built into the firmware names pins, and it is often wrong: it is left out."
    )
    return {**subject.template, "pins": {}, "command": ""}, [Notice("example-pins", text)]


def check_values(changes: Changes) -> None:
    """Find values that make no sense before anybody waits for a chip.

    Raises:
        BadValueError: One does not.
    """
    empty_config(VERSIONS[-1]).with_values(changes.values)


def ssid_of(config: Config) -> bytes:
    """The Wi-Fi network a configuration names; empty for none."""
    ssid = config.value("wifi_ssid")
    return ssid.reveal() if isinstance(ssid, Secret) else str(ssid).encode()


def as_file(made: Made) -> FlashFile:
    """The configuration as something to be written."""
    return recognise(InputFile(_NAME, Path(_NAME), made.config.encode()))


def replaced(sector: bytes, chip: Chip) -> Notice | None:
    """A warning when the chip has a configuration of OpenBeken already, which gets lost."""
    try:
        decode_config(sector[:SECTOR], chip.name)
    except NoConfigError:
        return None
    except BekenlabError:
        pass  # of a version that is not understood, but there is one
    text = (
        "This chip has a configuration of OpenBeken already. It is replaced by the new one; "
        "what was set up in OpenBeken's web page is lost."
    )
    return Notice("config-replaced", text)
