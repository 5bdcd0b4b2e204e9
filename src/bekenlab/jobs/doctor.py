"""Diagnose the connection to a chip, stage by stage."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bekenlab.chips import APP_START, MIB, SECTOR
from bekenlab.errors import Action, BekenlabError, advice
from bekenlab.events import EventSink, ignore
from bekenlab.flashing.condition import examine
from bekenlab.flashing.connection import ConnectionOptions, find_port, open_chip
from bekenlab.flashing.flash_answers import raise_if_flash_is_silent
from bekenlab.image.loader_check import LoaderState
from bekenlab.jobs.info import chip_notices
from bekenlab.link.errors import BadReadError, NoLinkError, NoReplyError, NotIntactError
from bekenlab.link.linking import STAGE_TEXT
from bekenlab.link.ports import list_ports

if TYPE_CHECKING:
    from bekenlab.errors import Notice, Wording
    from bekenlab.flashing.journal import WriteJournal
    from bekenlab.link.connect import Link
    from bekenlab.link.identity import Identity
    from bekenlab.link.ports import Port
    from bekenlab.link.target import Target

JOB = "doctor"
_READS = 4


@dataclass(frozen=True, slots=True)
class Check:
    """The check of one stage.

    Attributes:
        name: Name of the stage, e.g. ``"link"``.
        ok: Whether it passed.
        seen: What was found, in words.
        doubtful: Whether it passed, but with a warning.
    """

    name: str
    ok: bool
    seen: str
    doubtful: bool = False


@dataclass(frozen=True, slots=True)
class DoctorReport:
    """The diagnosis.

    Attributes:
        checks: In the order they were made; if the chip cannot be reached, the last one failed.
        verdict: The result in one sentence.
        hint: What to do next, in words that suit every frontend.
        actions: What to do next, worded by the frontend.
        identity: The chip, if it was reached.
        problem: The error that ended it, or that describes the first check that failed; or None.
        notices: What is missing on the chip, or half written.
    """

    checks: tuple[Check, ...]
    verdict: str
    hint: str
    actions: tuple[Action, ...]
    identity: Identity | None
    problem: BekenlabError | None
    notices: tuple[Notice, ...] = ()

    def advice(self, wording: Wording) -> str:
        """What to do next, in a frontend's words."""
        return advice(self.hint, self.actions, wording)


def doctor(
    connection: ConnectionOptions,
    *,
    journal: WriteJournal | None = None,
    events: EventSink = ignore,
) -> DoctorReport:
    """Check the stages; reads some sectors, changes nothing.

    Args:
        connection: How to reach the chip.
        journal: Records of interrupted writes; None: they are not looked for.
        events: Receives progress.
    """
    checks: list[Check] = []
    identity: Identity | None = None
    name = ""
    try:
        checks.append(_ports())
        name, _ = find_port(connection)
        with open_chip(connection, JOB, events) as link:
            checks.append(Check("port", ok=True, seen=name))
            identity = link.target.identity
            checks += _link_checks(link)
            raise_if_flash_is_silent(link.target)
            line, problem = _line_check(link.target)
            checks.append(line)
            found, notices = _content_checks(link.target, journal)
    except BekenlabError as error:
        if isinstance(error, NoLinkError | NoReplyError) and len(checks) == 1:
            checks.append(Check("port", ok=True, seen=name))
        checks.append(Check(_stage_of(checks), ok=False, seen=error.message))
        diagnosis = error.message, error.hint, error.actions
        return DoctorReport(tuple(checks), *diagnosis, identity, error)
    checks += found
    problem = problem or _content_problem(notices)
    return _report(tuple(checks), identity, problem, notices)


def _report(
    checks: tuple[Check, ...],
    identity: Identity,
    problem: BekenlabError | None,
    notices: tuple[Notice, ...],
) -> DoctorReport:
    """The diagnosis of a chip that was reached."""
    if problem is not None:
        diagnosis = problem.message, problem.hint, problem.actions
        return DoctorReport(checks, *diagnosis, identity, problem, notices)
    works = "everything works: the chip can be backed up and written"
    if notices:
        works = f"the chip can be backed up and written, with {_several(notices)}"
    return DoctorReport(checks, works, "", (Action("back-up-next"),), identity, None, notices)


def _several(notices: tuple[Notice, ...]) -> str:
    return "a warning" if len(notices) == 1 else f"{len(notices)} warnings"


def _ports() -> Check:
    ports = list_ports()
    names = ", ".join(_named(port) for port in ports) or "none"
    return Check("ports", ok=True, seen=f"serial ports: {names}")


def _named(port: Port) -> str:
    known = port.name not in {"", "n/a"}
    return f"{port.device} ({port.name})" if known else port.device


def _stage_of(checks: list[Check]) -> str:
    order = ("ports", "port", "link", "chip", "flash", "line", "loader")
    return order[min(len(checks), len(order) - 1)]


def _link_checks(link: Link) -> list[Check]:
    identity = link.target.identity
    size = f"{identity.flash_size / MIB:g} MiB ({identity.size_source})"
    chip = f"{identity.chip_name} with {_loader(identity)}, flash {size}"
    return [
        Check("link", ok=True, seen=f"{STAGE_TEXT[link.stage]}, {link.baud} baud"),
        Check("chip", ok=True, seen=chip),
    ]


def _loader(identity: Identity) -> str:
    known = identity.boot_version or identity.loader_name
    return known or f"a boot loader of unknown version, {identity.loader_text}"


def _line_check(target: Target) -> tuple[Check, BekenlabError | None]:
    """Read some sectors, and compare them with the chip's own CRC."""
    wrong = 0
    for address in range(APP_START, APP_START + _READS * SECTOR, SECTOR):
        data = target.read_sector(address)
        wrong += zlib.crc32(data) != target.crc(address, address + SECTOR)
    lost = target.session.lost
    seen = f"{_READS} sectors read, {wrong} wrong, {lost} replies lost"
    if not wrong and not lost:
        return Check("line", ok=True, seen=seen), None
    kind = BadReadError if wrong else NoReplyError
    slower = Action("slower-baud", baud=115_200)
    text = f"the connection is not reliable: {seen}"
    return Check("line", ok=False, seen=seen), kind(text, hint="use a shorter cable", action=slower)


def _content_checks(
    target: Target, journal: WriteJournal | None
) -> tuple[list[Check], tuple[Notice, ...]]:
    """Whether boot loader and RF data are there, and no write was cut off."""
    condition = examine(target)
    notices = chip_notices(target, condition, journal)
    by_code = {notice.code: f"{notice.code}: {notice.message}" for notice in notices}
    loader = by_code.get("no-boot-loader", by_code.get("keys-disagree"))
    rf = by_code.get("no-rf", by_code.get("rf-elsewhere"))
    is_known = condition.loader.state is LoaderState.INTACT
    fine = "the boot loader is intact" if is_known else "there is code of an unknown kind"
    found = [Check("loader", ok=loader is None, seen=loader or fine)]
    if condition.rf is not None:
        seen = rf or "the RF data are there"
        found.append(Check("rf", ok=True, seen=seen, doubtful=rf is not None))
    if "unfinished-write" in by_code:
        found.append(Check("write", ok=False, seen=by_code["unfinished-write"]))
    return found, notices


_HARMLESS = frozenset({"no-rf", "rf-elsewhere", "state-ignored"})


def _content_problem(notices: tuple[Notice, ...]) -> BekenlabError | None:
    """The error for a device that cannot start like this; RF data only make it worse."""
    fatal = next((n for n in notices if n.code not in _HARMLESS), None)
    if fatal is None:
        return None
    action = (Action("restore-backup"),) if fatal.code == "unfinished-write" else ()
    return NotIntactError(fatal.message, action=action, warning=fatal.code)
