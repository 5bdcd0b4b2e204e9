"""Diagnose the connection to a chip, stage by stage."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bekenlab.chips import APP_START, MIB, SECTOR
from bekenlab.errors import Action, BekenlabError, advice
from bekenlab.events import EventSink, ignore
from bekenlab.flashing.connection import ConnectionOptions, find_port, open_chip
from bekenlab.link.errors import NoLinkError, NoReplyError
from bekenlab.link.linking import STAGE_TEXT
from bekenlab.link.ports import list_ports

if TYPE_CHECKING:
    from bekenlab.errors import Wording
    from bekenlab.link.connect import Link
    from bekenlab.link.identity import Identity
    from bekenlab.link.ports import Port

JOB = "doctor"
_READS = 4


@dataclass(frozen=True, slots=True)
class Check:
    """The check of one stage.

    Attributes:
        name: Name of the stage, e.g. ``"link"``.
        ok: Whether it passed.
        seen: What was found, in words.
    """

    name: str
    ok: bool
    seen: str


@dataclass(frozen=True, slots=True)
class DoctorReport:
    """The diagnosis.

    Attributes:
        checks: In the order they were made; the last one is the one that failed, if any did.
        verdict: The result in one sentence.
        hint: What to do next, in words that suit every frontend.
        actions: What to do next, worded by the frontend.
        identity: The chip, if it was reached.
        problem: The error that ended it, or None.
    """

    checks: tuple[Check, ...]
    verdict: str
    hint: str
    actions: tuple[Action, ...]
    identity: Identity | None
    problem: BekenlabError | None

    def advice(self, wording: Wording) -> str:
        """What to do next, in a frontend's words."""
        return advice(self.hint, self.actions, wording)


def doctor(connection: ConnectionOptions, *, events: EventSink = ignore) -> DoctorReport:
    """Check the stages until one fails; reads a few sectors, changes nothing."""
    checks: list[Check] = []
    identity: Identity | None = None
    name = ""
    try:
        checks.append(_ports())
        name, _ = find_port(connection)
        with open_chip(connection, JOB, events) as link:
            checks.append(Check("port", ok=True, seen=name))
            identity = link.target.identity
            checks += _chip_checks(link)
    except BekenlabError as error:
        if isinstance(error, NoLinkError | NoReplyError) and len(checks) == 1:
            checks.append(Check("port", ok=True, seen=name))
        checks.append(Check(_stage_of(checks), ok=False, seen=error.message))
        diagnosis = error.message, error.hint, error.actions
        return DoctorReport(tuple(checks), *diagnosis, identity, error)
    bad = [check for check in checks if not check.ok]
    verdict = bad[0].seen if bad else "everything works: the chip can be backed up and written"
    hint, action = (
        ("use a shorter cable", Action("slower-baud", baud=115_200))
        if bad
        else ("", Action("back-up-next"))
    )
    return DoctorReport(tuple(checks), verdict, hint, (action,), identity, None)


def _ports() -> Check:
    ports = list_ports()
    names = ", ".join(_named(port) for port in ports) or "none"
    return Check("ports", ok=True, seen=f"serial ports: {names}")


def _named(port: Port) -> str:
    known = port.name not in {"", "n/a"}
    return f"{port.device} ({port.name})" if known else port.device


def _stage_of(checks: list[Check]) -> str:
    order = ("ports", "port", "link", "chip", "line")
    return order[min(len(checks), len(order) - 1)]


def _chip_checks(link: Link) -> list[Check]:
    target, identity = link.target, link.target.identity
    loader = identity.boot_version or identity.loader_name or "an unknown boot loader"
    size = f"{identity.flash_size / MIB:g} MiB ({identity.size_source})"
    found = [
        Check("link", ok=True, seen=f"{STAGE_TEXT[link.stage]}, {link.baud} baud"),
        Check("chip", ok=True, seen=f"{identity.chip_name} with {loader}, flash {size}"),
    ]
    wrong = 0
    for address in range(APP_START, APP_START + _READS * SECTOR, SECTOR):
        data = target.read_sector(address)
        wrong += zlib.crc32(data) != target.crc(address, address + SECTOR)
    lost = target.session.lost
    seen = f"{_READS} sectors read, {wrong} wrong, {lost} replies lost"
    found.append(Check("line", ok=not wrong and not lost, seen=seen))
    return found
