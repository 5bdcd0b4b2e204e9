"""``bekenlab install``: replaces Tuya's firmware with OpenBeken in one guided command."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from bekenlab.cli.chip.confirm import refuse_unless_asked
from bekenlab.cli.chip.frontend import facing
from bekenlab.cli.chip.options import ChipOptions, chip_options, connection_of
from bekenlab.cli.config_options import change_options, changes_from
from bekenlab.cli.find_device import find_device
from bekenlab.cli.install_answers import Answers
from bekenlab.cli.install_options import (
    firmware_for,
    firmware_option,
    subject_from,
    template_option,
)
from bekenlab.events import Line
from bekenlab.flashing.codes import OVERRIDABLE

if TYPE_CHECKING:
    from bekenlab.cli.chip.frontend import Frontend
    from bekenlab.jobs.install.install import Finder, Helpers
    from bekenlab.jobs.install.model import Proposal
    from bekenlab.probing.rehearsal import Rehearsal

_VIRTUAL = "virtual://"


@click.command("install")
@firmware_option
@change_options
@template_option
@click.option(
    "--backup",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="File for the backup, or an existing backup of this chip.",
)
@click.option(
    "--probe/--no-probe",
    "probe",
    default=None,
    help="Whether to find pins that nothing names by experiments in the virtual chip; asked for "
    "if not given, and with --yes not done.",
)
@click.option("--no-rehearsal", is_flag=True, help="Do not rehearse on a virtual chip first.")
@click.option("--no-log", is_flag=True, help="Do not read the log of the first start.")
@click.option("--no-find", is_flag=True, help="Do not look for the device on your network.")
@click.option(
    "--force",
    multiple=True,
    type=click.Choice(OVERRIDABLE),
    metavar="NAME",
    help=f"Override the refusal of this name: {', '.join(OVERRIDABLE)}.",
)
@chip_options(changes=True)
def command(
    firmware: str | None,
    source: Path | None,
    backup: Path | None,
    probe: bool | None,
    no_rehearsal: bool,
    no_log: bool,
    no_find: bool,
    force: tuple[str, ...],
    options: ChipOptions,
    **settings: Any,
) -> None:
    """Install OpenBeken with the device's pins and your Wi-Fi set up.

    The connected device is backed up first, its pins are read from the backup, and the plan is
    shown before you are asked to confirm it. After an interruption the same command resumes.
    bekenlab undo restores the backup.

    Passwords are asked for, or read from BEKENLAB_WIFI_PASSWORD and BEKENLAB_MQTT_PASSWORD. Without
    --wifi-ssid the device opens its own Wi-Fi network, where you set it up.
    """
    # Imported here, because --help must not wait for numpy and the parsers.
    from bekenlab.flashing.places import Places
    from bekenlab.jobs.install.install import install, problem_of
    from bekenlab.jobs.install.model import InstallOptions
    from bekenlab.report.install_json import install_json
    from bekenlab.report.install_text import install_text

    with facing("install", as_json=options.as_json) as frontend:
        wanted = InstallOptions(
            firmware=firmware_for(firmware, frontend),
            changes=changes_from(settings),
            source=subject_from(source, as_json=options.as_json),
            backup=backup,
            force=frozenset(force),
            listens=not no_log,
        )
        refuse_unless_asked(options)  # now, not after the backup
        shown = _Shown(frontend)
        find = partial(find_device, events=frontend, asks=not options.as_json)
        report = install(
            connection_of(options),
            wanted,
            Places.of_user(),
            Answers(as_json=options.as_json, yes=options.yes, probes=probe),
            helpers=shown.helpers(
                rehearses=not no_rehearsal,
                force=wanted.force,
                find=None if no_find or (options.port or "").startswith(_VIRTUAL) else find,
            ),
            plan_only=options.dry_run,
            events=frontend,
        )
        shown.end()
        frontend.result = install_json(report)
        if not options.dry_run:
            frontend.show(install_text(report))
        problem = problem_of(report)
        if problem is not None:
            raise problem


class _Shown:
    """Shows the running job to a person; JSON has everything in the result."""

    def __init__(self, frontend: Frontend) -> None:
        from bekenlab.report.live_log import LiveLog

        self._frontend = frontend
        self._log = LiveLog()
        self._at = 0.0

    def helpers(self, *, rehearses: bool, force: frozenset[str], find: Finder | None) -> Helpers:
        from bekenlab.jobs.install.install import Helpers
        from bekenlab.jobs.rehearse import rehearse

        def try_it(proposal: Proposal) -> Rehearsal:
            chip = proposal.identity.chip
            if chip is None:
                raise TypeError("an install of an unknown chip")
            return rehearse(
                proposal.backup,
                chip,
                proposal.firmware,
                proposal.made,
                force=force,
                events=self._frontend,
            )

        return Helpers(
            rehearse=try_it if rehearses else None,
            find=find,
            heard=self._heard,
            proposed=self._proposed,
            rehearsed=self._rehearsed,
        )

    def _proposed(self, proposal: Proposal) -> None:
        from bekenlab.cli.wording import notice_advice
        from bekenlab.report.install_json import proposal_json
        from bekenlab.report.install_text import proposal_text

        self._frontend.result = proposal_json(proposal)
        self._frontend.show(proposal_text(proposal))
        for notice in proposal.notices:
            if advice := notice_advice(notice.code):
                self._frontend.show(f"  {notice.code}: {advice}")

    def _rehearsed(self, rehearsal: Rehearsal) -> None:
        from bekenlab.report.install_json import rehearsal_json
        from bekenlab.report.install_text import rehearsal_text

        self._frontend.result["rehearsal"] = rehearsal_json(rehearsal)
        self._frontend.show(rehearsal_text(rehearsal))

    def _heard(self, at: float, text: str) -> None:
        """Log lines are only emitted as JSON: the log is long and of little use to most people."""
        self._at = at
        for line in self._log.feed(text) if self._frontend.as_json else []:
            self._frontend(Line("install", at, line))

    def end(self) -> None:
        """Emit the last lines of the log."""
        for line in self._log.end() if self._frontend.as_json else []:
            self._frontend(Line("install", self._at, line))
