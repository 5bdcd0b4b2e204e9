"""What installing takes, asks and tells; plain values for any frontend."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from bekenlab.openbeken.config.edit import Changes

if TYPE_CHECKING:
    from collections.abc import Mapping
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
    from bekenlab.probing.rehearsal import Rehearsal

JOB = "install"
UNDO = "undo"


@dataclass(frozen=True, slots=True)
class Firmware:
    """Firmware to install, judged by its content.

    Attributes:
        path: The file.
        file: What is in it.
    """

    path: Path
    file: FlashFile


FirmwareFor = Callable[[str], Firmware]
"""Gives the firmware for a chip, by its name; downloads it if that is what the user asked for."""


@dataclass(frozen=True, slots=True)
class InstallOptions:
    """What the user wants.

    Attributes:
        firmware: Asked once the chip is known.
        changes: Settings of the configuration beyond pins, flags and startup command of the
            device: Wi-Fi, MQTT, names. Passwords are secrets in it.
        template: Pins, flags and startup command from elsewhere; None: from the device's dump.
        backup: A backup of this chip made elsewhere, or where to make one.
        force: Codes of refusals to override.
        listens: Whether to read the log of the first start.
    """

    firmware: FirmwareFor
    changes: Changes = field(default_factory=Changes)
    template: Mapping[str, object] | None = None
    backup: Path | None = None
    force: frozenset[str] = frozenset()
    listens: bool = True


@dataclass(frozen=True, slots=True)
class SavedBackup:
    """The backup that an install relies on.

    Attributes:
        path: The file.
        data: Its bytes, unpacked.
        reused: Whether it was there before.
        kept: Whether it is a file that stays; one for a plan alone is not.
    """

    path: Path
    data: bytes = field(repr=False)
    reused: bool
    kept: bool = True


@dataclass(frozen=True, slots=True)
class Proposal:
    """Everything an install would do, to be said yes or no to.

    Attributes:
        identity: The chip.
        backup: What can be gone back to.
        subject: What the backup says about the device.
        firmware: What is installed.
        made: The configuration it starts with, pins and Wi-Fi in it.
        plan: Firmware and configuration in one plan; nothing of it is done yet.
        notices: What the reader should know of the configuration.
    """

    identity: Identity
    backup: SavedBackup
    subject: Subject
    firmware: Firmware
    made: Made
    plan: FlashPlan
    notices: tuple[Notice, ...] = ()

    @property
    def joins_wifi(self) -> bool:
        """Whether the device is told a Wi-Fi network; otherwise it opens its own."""
        return bool(self.made.config.value("wifi_ssid"))


@dataclass(frozen=True, slots=True)
class Prepared:
    """What a proposal is made of, but for the plan.

    Attributes:
        backup: What can be gone back to.
        state: What the chip holds.
        subject: What the backup says about the device.
        firmware: What is installed.
        made: The configuration.
        notices: What the reader should know of it.
        replaced: What to say if the configuration on the chip is written over.
    """

    backup: SavedBackup
    state: ChipState
    subject: Subject
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
            firmware=self.firmware,
            made=self.made,
            plan=found.plan,
            notices=(*self.notices, self.replaced) if self.replaced and loses else self.notices,
        )


class Questions(Protocol):
    """Who answers what only a person can say. A method may raise to end the job."""

    def rehearse(self, proposal: Proposal) -> bool:
        """Whether to try it on a virtual chip first."""
        ...

    def carry_out(self, proposal: Proposal, rehearsal: Rehearsal | None) -> bool:
        """Whether to write to the chip: the one question before anything is changed."""
        ...

    def wire_moved(self) -> bool:
        """Ask to move the adapter's RX from TX1 to TX2; False: the log is not to be read."""
        ...


@dataclass(frozen=True, slots=True)
class FirstStart:
    """What was heard of the first start.

    Attributes:
        log: Understood; None when nobody listened.
        heard: Bytes that arrived.
        wifi: Whether it uses the Wi-Fi it was given (or none, if none); None: it did not say.
    """

    log: ObkBootLog | None = None
    heard: int = 0
    wifi: bool | None = None


@dataclass(frozen=True, slots=True)
class InstallReport:
    """What an install came to.

    Attributes:
        proposal: What was said yes to.
        rehearsal: How the rehearsal went, or None without one.
        flash: What was written; None where it was only planned.
        start: What was heard of the first start.
        address: Where it was found in the network, or None.
    """

    proposal: Proposal
    rehearsal: Rehearsal | None
    flash: FlashReport | None
    start: FirstStart = field(default_factory=FirstStart)
    address: str | None = None
