"""Facts about the connected chip that do not need its whole flash."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bekenlab.chips import SECTOR
from bekenlab.events import EventSink, ignore
from bekenlab.flashing.condition import examine
from bekenlab.flashing.connection import open_chip
from bekenlab.flashing.flash_answers import raise_if_flash_is_silent
from bekenlab.image import rf
from bekenlab.image.cipher import TUYA_KEY
from bekenlab.image.condition import NOTHING_KNOWN
from bekenlab.link.efuse import read_key
from bekenlab.link.errors import BadReadError, ChipRefusedError
from bekenlab.link.reading import read_alone
from bekenlab.link.unlock import protection_of, read_status

if TYPE_CHECKING:
    from bekenlab.errors import Notice
    from bekenlab.flashing.connection import ConnectionOptions
    from bekenlab.flashing.journal import WriteJournal
    from bekenlab.image.condition import Condition
    from bekenlab.link.connect import Link
    from bekenlab.link.identity import Identity
    from bekenlab.link.linking import Stage
    from bekenlab.link.target import Target

JOB = "info"


@dataclass(frozen=True, slots=True)
class InfoReport:
    """The result of ``info``.

    Attributes:
        identity: The chip.
        stage: What made it answer.
        baud: Baud rate of the link.
        key_kind: ``"tuya"``, ``"none"`` (all zero: plain code), ``"other"``, ``"unreadable"``.
        write_protected: Whether the flash is write protected; None if unknown.
        mac: The vendor's half of the MAC address with the rest masked, or None.
        notices: What is missing on the chip, or half written.
    """

    identity: Identity
    stage: Stage
    baud: int
    key_kind: str
    write_protected: bool | None
    mac: str | None
    notices: tuple[Notice, ...] = ()


def info(
    connection: ConnectionOptions,
    *,
    journal: WriteJournal | None = None,
    events: EventSink = ignore,
) -> InfoReport:
    """Ask the connected chip about itself; changes nothing.

    Args:
        connection: How to reach the chip.
        journal: Records of interrupted writes; None: they are not looked for.
        events: Receives progress.

    Raises:
        BekenlabError: The port or the chip fails.
    """
    with open_chip(connection, JOB, events) as link:
        return info_linked(link, journal)


def info_linked(link: Link, journal: WriteJournal | None = None) -> InfoReport:
    """The same for a chip that is already linked."""
    target = link.target
    raise_if_flash_is_silent(target)
    return InfoReport(
        identity=target.identity,
        stage=link.stage,
        baud=link.baud,
        key_kind=_key_kind(target),
        write_protected=_protected(target),
        mac=_mac(target),
        notices=chip_notices(target, _condition(target), journal),
    )


def _condition(target: Target) -> Condition:
    try:
        return examine(target)
    except BadReadError:
        return NOTHING_KNOWN


def chip_notices(
    target: Target, condition: Condition, journal: WriteJournal | None
) -> tuple[Notice, ...]:
    """What is missing on a chip, or half written; the most serious first."""
    unfinished = journal.half_written(target) if journal else None
    broken = journal.unreadable() if journal else ()
    return (*((unfinished.notice(),) if unfinished else ()), *condition.notices(), *broken)


def _key_kind(target: Target) -> str:
    if target.identity.protocol.registers is None:
        return "unreadable"
    key = read_key(target.session)
    if key is None:
        return "unreadable"
    if key == TUYA_KEY.coefficients:
        return "tuya"
    return "other" if any(key) else "none"


def _protected(target: Target) -> bool | None:
    if target.identity.protocol.registers is None:
        return None
    protection = protection_of(target)
    try:
        return bool(read_status(target, protection) & protection.mask)
    except ChipRefusedError:
        return None


def _mac(target: Target) -> str | None:
    """The vendor's part only: the rest identifies the device."""
    chip = target.identity.chip
    if chip is None or chip.rf_address + SECTOR > target.size:
        return None
    try:
        sector = read_alone(target, chip.rf_address).data
    except BadReadError:
        return None
    found = rf.find(sector)
    mac = found.mac if found else None
    return None if mac is None else f"{mac[:8]}:xx:xx:xx"
