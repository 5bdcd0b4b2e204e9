"""The configuration to install: pins from the dump, the rest as the user wants it."""

from __future__ import annotations

import zlib
from pathlib import Path
from typing import TYPE_CHECKING

from bekenlab.analysis.boot_findings import BootMode
from bekenlab.analysis.inputs import InputFile
from bekenlab.analysis.subject import Subject, subject_of
from bekenlab.chips import SECTOR
from bekenlab.errors import (
    BekenlabError,
    NoConfigError,
    NotADumpError,
    Notice,
    UnsupportedError,
)
from bekenlab.events import Message
from bekenlab.flashing.flash_file import FlashFile, recognise
from bekenlab.jobs.install.model import JOB
from bekenlab.jobs.install.pin_source import only_example, other_template, own_template
from bekenlab.jobs.probe import probed_subject
from bekenlab.jobs.probe_mode import ProbeMode
from bekenlab.jobs.probe_wanted import wanted
from bekenlab.openbeken.config import VERSIONS, decode_config, empty_config
from bekenlab.openbeken.config.edit import make_config
from bekenlab.secret import Secret
from bekenlab.tuya.firmware import FirmwareKind

if TYPE_CHECKING:
    from bekenlab.chips import Chip
    from bekenlab.events import EventSink
    from bekenlab.openbeken.config import Config, Value
    from bekenlab.openbeken.config.edit import Changes, Made

_NAME = "new configuration"


def understand(path: Path, data: bytes) -> Subject:
    """Analyse a backup; it is booted in the virtual chip if its storage has no pins.

    A backup in which nothing is recognised (a blank chip, say) gives a device without pins.
    """
    file = InputFile(path.name, path, data)
    try:
        subject = subject_of(file)
        # An example in the firmware normally prevents the boot for pins; here the real ones matter.
        return subject_of(file, boot=BootMode.ALWAYS) if only_example(subject) else subject
    except NotADumpError as problem:
        return Subject(path.name, None, None, None, None, {}, problem.message, problem=problem)


def pins_can_be_seen(subject: Subject) -> bool:
    """Whether nothing but an example names the pins, and the firmware can be tried for them."""
    analysis = subject.analysis
    if analysis is None or not wanted(analysis, ProbeMode.ALWAYS):
        return False
    example = only_example(subject)
    nothing = subject.source is None and analysis.tuya.mcu_baud is None
    return analysis.firmware.kind is FirmwareKind.TUYA and (example or nothing)


def with_pins_seen(path: Path, data: bytes, subject: Subject, events: EventSink) -> Subject:
    """The subject of a backup with the pins that experiments show.

    A backup that cannot be run stays as it is, which is said.
    """
    file = InputFile(path.name, path, data)
    try:
        return probed_subject(file, subject, events=events)
    except UnsupportedError as error:
        events(Message(JOB, "probe-impossible", f"Experiments are not possible: {error.message}"))
        return subject


def configure(
    subject: Subject,
    given: Subject | None,
    changes: Changes,
    chip: Chip,
    data: bytes,
) -> tuple[Made, tuple[Notice, ...]]:
    """Make the configuration.

    Args:
        subject: What the backup says.
        given: A file to take pins, flags and startup command from instead of the backup.
        changes: Further settings of the user.
        chip: The chip.
        data: The backup.

    Returns:
        The configuration, and notices about it.

    Raises:
        BadValueError: A change is invalid.
    """
    template, notices = other_template(given, subject, chip) if given else own_template(subject)
    # Without a known MAC address the backup's CRC makes names unique, and the same in every run.
    unique = subject.mac.reveal() if subject.mac else zlib.crc32(data).to_bytes(4, "big")
    made = make_config(template, changes, unique=unique, chip=chip.name)
    notices += [Notice("setting-left-out", sentence) for sentence in made.left_out]
    elsewhere = any(notice.code == "second-controller" for notice in notices)
    if not made.config.pins() and not elsewhere:
        text = (
            "No pins are set up, because none are known. OpenBeken starts without them; set them "
            "in its web page."
        )
        notices.append(Notice("no-pins", text))
    return made, tuple(notices)


def check_values(changes: Changes) -> None:
    """Check the values before anybody waits for a chip.

    Raises:
        BadValueError: One is invalid.
    """
    empty_config(VERSIONS[-1]).with_values(changes.values)


def ssid_of(config: Config) -> bytes:
    """The Wi-Fi network a configuration names; empty for none."""
    return _bytes(config.value("wifi_ssid"))


def password_of(config: Config) -> bytes:
    """The password of that network; empty for none."""
    return _bytes(config.value("wifi_password"))


def _bytes(value: Value) -> bytes:
    return value.reveal() if isinstance(value, Secret) else str(value).encode()


def as_file(made: Made) -> FlashFile:
    """The configuration as a file to be written."""
    return recognise(InputFile(_NAME, Path(_NAME), made.config.encode()))


def replaced(sector: bytes, chip: Chip) -> Notice | None:
    """A warning if the chip already has an OpenBeken configuration, which will be lost."""
    try:
        decode_config(sector[:SECTOR], chip.name)
    except NoConfigError:
        return None
    except BekenlabError:
        pass  # one of an unknown version
    text = (
        "This chip already has an OpenBeken configuration. The new one replaces it; settings made "
        "in OpenBeken's web page are lost."
    )
    return Notice("config-replaced", text)
