"""``bekenlab ports``, ``doctor`` and ``reboot``: find a chip, and leave its loader."""

from __future__ import annotations

import click

from bekenlab.cli.chip.frontend import facing
from bekenlab.cli.chip.options import ChipOptions, chip_options, connection_of
from bekenlab.cli.output import console


@click.command("ports")
@click.option(
    "--json", "as_json", is_flag=True, help="Print events and the result as JSON, one per line."
)
def ports(as_json: bool) -> None:
    """List the serial ports and whether they are free.

    Shows the adapter, the driver and whether bekenlab may open the port. Nothing is opened or sent.
    """
    from bekenlab.link.ports import list_ports
    from bekenlab.report.chip_json import port_json
    from bekenlab.report.chip_text import ports_text

    with facing("ports", as_json=as_json) as frontend:
        found = list_ports()
        frontend.result = {"ports": [port_json(port) for port in found]}
        frontend.show(ports_text(found))


@click.command("doctor")
@chip_options(plans=False)
def doctor(options: ChipOptions) -> None:
    """Find out why a chip does not answer, and what to do about it.

    Each stage is tested and reported. Nothing on the chip is changed.
    """
    from bekenlab.cli.wording import wording
    from bekenlab.flashing.places import Places
    from bekenlab.jobs import doctor as job
    from bekenlab.report.chip_json import doctor_json
    from bekenlab.report.chip_text import doctor_text

    with facing("doctor", as_json=options.as_json) as frontend:
        journal = Places.of_user().journal
        report = job.doctor(connection_of(options), journal=journal, events=frontend)
        advice = report.advice(wording)
        frontend.result = doctor_json(report, advice)
        frontend.show(doctor_text(report, advice))
        if report.problem is not None:
            frontend.reason_shown = True
            raise report.problem


@click.command("reboot")
@chip_options(plans=False)
def reboot(options: ChipOptions) -> None:
    """Leave the loader and start the firmware on the chip."""
    from bekenlab.jobs import reboot as job

    with facing("reboot", as_json=options.as_json) as frontend:
        job.reboot(connection_of(options), events=frontend)
        frontend.result = {"rebooted": True}
    if not options.as_json:
        console().print("the chip was told to start its firmware; it sends no confirmation")
