"""Options, questions and reports of an install; plain values for any frontend."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

from bekenlab.openbeken.config.edit import Changes
from bekenlab.openbeken.roles import base_of
from bekenlab.openbeken.to_pins import label_of, pins_from_template

if TYPE_CHECKING:
    from pathlib import Path

    from bekenlab.analysis.subject import Subject
    from bekenlab.errors import Notice
    from bekenlab.flashing.execute import FlashReport
    from bekenlab.flashing.flash_file import FlashFile
    from bekenlab.flashing.plan import FlashPlan
    from bekenlab.flashing.planner import WriteProposal
    from bekenlab.flashing.state import ChipState
    from bekenlab.link.identity import Identity
    from bekenlab.openbeken.boot_log import ObkBootLog
    from bekenlab.openbeken.config.edit import Made
    from bekenlab.openbeken.settings import PinSetting
    from bekenlab.pins import Pin
    from bekenlab.probing.rehearsal import Rehearsal

JOB = "install"
UNDO = "undo"


@dataclass(frozen=True, slots=True)
class Firmware:
    """Firmware to install.

    Attributes:
        path: The file.
        file: Its recognised content.
    """

    path: Path
    file: FlashFile


FirmwareFor = Callable[[str], Firmware]
"""Returns the firmware for a chip name; downloads it if the user asked for that."""


@dataclass(frozen=True, slots=True)
class InstallOptions:
    """What the user wants.

    Attributes:
        firmware: Called once the chip is known.
        changes: Settings beyond the device's pins, flags and startup command: Wi-Fi, MQTT, names.
            Passwords in it are secrets.
        source: A file to take pins, flags and startup command from; None: the device's backup.
        backup: A backup of this chip made elsewhere, or a path for a new one.
        force: Codes of refusals to override.
        listens: Whether to read the log of the first start.
    """

    firmware: FirmwareFor
    changes: Changes = field(default_factory=Changes)
    source: Subject | None = None
    backup: Path | None = None
    force: frozenset[str] = frozenset()
    listens: bool = True


@dataclass(frozen=True, slots=True)
class SavedBackup:
    """The backup that an install relies on.

    Attributes:
        path: The file.
        data: Its bytes, unpacked.
        reused: Whether it existed before.
        kept: Whether the file stays; one made only for a plan does not.
    """

    path: Path
    data: bytes = field(repr=False)
    reused: bool
    kept: bool = True


@dataclass(frozen=True, slots=True)
class Proposal:
    """Everything an install would do, for the user to decide on.

    Attributes:
        identity: The chip.
        backup: The backup that undo would restore.
        subject: What the backup says about the device.
        source: What the pins are taken from: ``subject``, or the file the user named.
        firmware: The firmware to install.
        made: The configuration it starts with, pins and Wi-Fi in it.
        plan: Firmware and configuration in one plan; nothing has been written yet.
        notices: What the reader should know about the configuration.
    """

    identity: Identity
    backup: SavedBackup
    subject: Subject
    source: Subject
    firmware: Firmware
    made: Made
    plan: FlashPlan
    notices: tuple[Notice, ...] = ()

    @property
    def joins_wifi(self) -> bool:
        """Whether the device is given a Wi-Fi network; otherwise it opens its own."""
        return bool(self.made.config.value("wifi_ssid"))

    def labelled_pins(self) -> tuple[tuple[PinSetting, str], ...]:
        """The pins it sets up, each with what it does in English: ``"Relay 1"``.

        The words are those of the source, unless a pin was given another role since.
        """
        source = self.source
        known = {pin.gpio: pin for pin in (source.pins or pins_from_template(source.template)).pins}
        return tuple(
            (setting, _label(setting, known.get(setting.gpio)))
            for setting in self.made.config.pins()
        )


def _label(setting: PinSetting, pin: Pin | None) -> str:
    """What a setting makes a pin, in the words of its source if that says the same."""
    if pin is not None and (pin.role, pin.channel) == (base_of(setting.role)[0], setting.channel):
        return pin.label
    return label_of(setting)


@dataclass(frozen=True, slots=True)
class Prepared:
    """The parts of a proposal except the plan.

    Attributes:
        backup: The backup that undo would restore.
        state: What the chip holds.
        subject: What the backup says about the device.
        source: What the pins are taken from: ``subject``, or the file the user named.
        firmware: The firmware to install.
        made: The configuration.
        notices: What the reader should know about it.
        replaced: The notice to add if the configuration on the chip is overwritten.
    """

    backup: SavedBackup
    state: ChipState
    subject: Subject
    source: Subject
    firmware: Firmware
    made: Made
    notices: tuple[Notice, ...]
    replaced: Notice | None

    def proposal(self, found: WriteProposal) -> Proposal:
        """The proposal with a plan."""
        address = self.made.address
        loses = self.replaced and any(s.address == address for s in found.plan.sectors)
        return Proposal(
            identity=found.identity,
            backup=self.backup,
            subject=self.subject,
            source=self.source,
            firmware=self.firmware,
            made=self.made,
            plan=found.plan,
            notices=(*self.notices, self.replaced) if self.replaced and loses else self.notices,
        )


class Questions(Protocol):
    """Questions only the user can answer. A method may raise to end the job."""

    def probe(self, subject: Subject) -> bool:
        """Whether to find pins that nothing names by experiments in the virtual chip."""
        ...

    def rehearse(self, proposal: Proposal) -> bool:
        """Whether to try it on a virtual chip first."""
        ...

    def carry_out(self, proposal: Proposal, rehearsal: Rehearsal | None) -> bool:
        """Whether to write to the chip: the one question before anything is changed."""
        ...

    def wire_moved(self) -> bool:
        """Ask to move the adapter's RX from TX1 to TX2; False: do not read the log."""
        ...


@dataclass(frozen=True, slots=True)
class FirstStart:
    """The log of the first start.

    Attributes:
        log: The parsed log; None if it was not read.
        heard: Number of bytes that arrived.
        wifi: Whether it uses the Wi-Fi it was given (or none, if none); None: not in the log.
    """

    log: ObkBootLog | None = None
    heard: int = 0
    wifi: bool | None = None


class Outcome(StrEnum):
    """What is known of the device after an install, as far as it was seen."""

    PLANNED = "planned"
    ONLINE = "online"
    JOINED = "joined"
    NOT_JOINED = "not_joined"
    STARTED = "started"
    UNSEEN = "unseen"


@dataclass(frozen=True, slots=True)
class Search:
    """A search for the device in the network.

    Attributes:
        address: Its address, or None if it was not found.
        complete: Whether the search was not skipped.
    """

    address: str | None = None
    complete: bool = True


@dataclass(frozen=True, slots=True)
class InstallReport:
    """The result of an install.

    Attributes:
        proposal: What was agreed to.
        rehearsal: The result of the rehearsal, or None without one.
        flash: What was written; None if it was only planned.
        start: The log of the first start.
        search: The search for the device in the network, or None without one.
    """

    proposal: Proposal
    rehearsal: Rehearsal | None
    flash: FlashReport | None
    start: FirstStart = field(default_factory=FirstStart)
    search: Search | None = None

    @property
    def address(self) -> str | None:
        """The device's address in the network, if it was found."""
        return self.search.address if self.search else None

    @property
    def outcome(self) -> Outcome:
        """What was seen of the device after the write."""
        if self.flash is None:
            return Outcome.PLANNED
        if self.address:
            return Outcome.ONLINE
        log = self.start.log
        if log is None or log.name is None:
            return Outcome.UNSEEN
        if not self.proposal.joins_wifi or log.joined is None:
            return Outcome.STARTED
        return Outcome.JOINED if log.joined else Outcome.NOT_JOINED
