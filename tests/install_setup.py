"""A virtual chip whose flash outlives every run, and a person who answers the questions."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from bekenlab.analysis.inputs import InputFile
from bekenlab.chips import Chip
from bekenlab.chips import chip as chip_named
from bekenlab.flashing.connection import ConnectionOptions
from bekenlab.flashing.flash_file import recognise
from bekenlab.flashing.places import Places
from bekenlab.image import read_image
from bekenlab.jobs.install.model import Firmware, InstallOptions, Proposal
from bekenlab.link.virtual import VirtualTransport
from bekenlab.machine.wire_chips import build
from bekenlab.openbeken.config.edit import Changes
from bekenlab.secret import Secret
from shared import dump

if TYPE_CHECKING:
    from collections.abc import Callable

    from bekenlab.analysis.subject import Subject
    from bekenlab.link.transport import Transport
    from bekenlab.machine.wire import WireDevice
    from bekenlab.probing.rehearsal import Rehearsal

SSID, PASSWORD = "our home", "not a secret 1"
OBK = {"BK7231N": "openbk7231n-qio-1.18.300", "BK7231T": "openbk7231t-qio-1.18.300"}
PLUG = "bk7231n-tuya-plug-tsl-ps-f4u-01-w-1.1.17"


def original(name: str) -> bytes:
    """The flash of the device a dump is of."""
    return read_image(dump(name)).physical


def openbeken(chip: str) -> Firmware:
    name = f"{OBK[chip]}.bin"
    return Firmware(Path(name), recognise(InputFile(name, Path(name), dump(OBK[chip]))))


def wifi() -> Changes:
    return Changes(values={"wifi_ssid": SSID, "wifi_password": Secret(PASSWORD.encode())})


@dataclass
class Person:
    """Says yes, or what the test wants; remembers what was asked."""

    probes: bool = False
    rehearses: bool = False
    agrees: bool = True
    moves: bool = True
    asked: list[str] = field(default_factory=list)

    def probe(self, subject: Subject) -> bool:
        self.asked.append("probe")
        return self.probes

    def rehearse(self, proposal: Proposal) -> bool:
        self.asked.append("rehearse")
        return self.rehearses

    def carry_out(self, proposal: Proposal, rehearsal: Rehearsal | None) -> bool:
        self.asked.append("carry out")
        return self.agrees

    def wire_moved(self) -> bool:
        self.asked.append("wire")
        return self.moves


@dataclass
class Desk:
    """A chip on the line, and the folders of its user.

    Attributes:
        wrap: Puts something between the line and the job, for one run.
        modem_lines: Whether the adapter can reset the chip.
    """

    chip: Chip
    device: WireDevice
    places: Places
    wrap: Callable[[VirtualTransport], Transport] = lambda line: line
    modem_lines: bool = True

    @property
    def connection(self) -> ConnectionOptions:
        def open_port(name: str, baud: int) -> Transport:
            line = VirtualTransport(
                self.device, name=name, chip=self.chip.name, modem_lines=self.modem_lines
            )
            return self.wrap(line)

        return ConnectionOptions(port="the wire", wait=1.0, open_port=open_port)

    @property
    def flash(self) -> bytes:
        return self.device.flash


def desk(chip: str, flash: bytes, folder: Path) -> Desk:
    places = Places(folder / "state", folder / "backups")
    return Desk(chip_named(chip), build(chip, flash), places)


def install_options(chip: str, changes: Changes | None = None) -> InstallOptions:
    firmware = openbeken(chip)
    return InstallOptions(lambda _chip: firmware, changes or wifi())
