"""``bekenlab obk scan``, ``info``, ``pins`` and ``command``."""

from __future__ import annotations

import click

from bekenlab.cli.chip.frontend import facing
from bekenlab.cli.obk.options import (
    DeviceOptions,
    as_json_option,
    confirm,
    device_of,
    device_options,
    show_secrets_option,
)
from bekenlab.cli.output import console


@click.command("scan")
@click.argument("networks", nargs=-1, metavar="[NETWORK]...")
@click.option("--anywhere", is_flag=True, help="Also scan networks that are not private.")
@click.option(
    "--http-port",
    type=click.IntRange(1, 65535),
    default=80,
    show_default=True,
    metavar="N",
    help="Port of the devices' web pages.",
)
@as_json_option
@show_secrets_option
def scan(
    networks: tuple[str, ...], anywhere: bool, http_port: int, as_json: bool, show_secrets: bool
) -> None:
    """Find OpenBeken devices on the network.

    NETWORK is written like 192.168.1.0/24; without one, the 256 addresses around this computer's
    own are asked, once each. No password is sent.
    """
    from bekenlab.jobs.lan import scan as job
    from bekenlab.report.lan_json import scan_json
    from bekenlab.report.lan_text import scan_text

    with facing("obk scan", as_json=as_json) as frontend:
        where = job.parse_networks(networks, anywhere=anywhere) or job.local_networks()
        report = job.scan(where, port=http_port, events=frontend)
        frontend.result = scan_json(report, show_secrets=show_secrets)
        if not as_json:
            console().print(scan_text(report, show_secrets=show_secrets))


@click.command("info")
@device_options()
@show_secrets_option
def info(options: DeviceOptions, show_secrets: bool) -> None:
    """Show a device's chip, firmware, names and flags."""
    from bekenlab.report.lan_json import info_json
    from bekenlab.report.lan_text import device_text

    with facing("obk info", as_json=options.as_json) as frontend:
        found = device_of(options).info()
        frontend.result = info_json(found, show_secrets=show_secrets)
        if not options.as_json:
            console().print(device_text(found, show_secrets=show_secrets))


@click.command("pins")
@device_options()
def pins(options: DeviceOptions) -> None:
    """Show what the pins of a device do, and their values."""
    from bekenlab.jobs.lan.pins import read_pins
    from bekenlab.report.lan_json import pins_json
    from bekenlab.report.lan_text import pins_text

    with facing("obk pins", as_json=options.as_json) as frontend:
        report = read_pins(device_of(options))
        frontend.result = pins_json(report)
        if not options.as_json:
            console().print(pins_text(report))


@click.command("command", context_settings={"ignore_unknown_options": True})
@device_options(changes=True)
@click.argument("words", nargs=-1, required=True, metavar="TEXT...", type=click.UNPROCESSED)
def command(options: DeviceOptions, words: tuple[str, ...]) -> None:
    """Run an OpenBeken command on a device, and show its answer.

    For example: bekenlab obk command 192.168.1.40 Power TOGGLE. It is run once, even if its answer
    is lost. You are asked first if the command loses something irrevocably.
    """
    from bekenlab.jobs.lan.losses import losses
    from bekenlab.report.lan_json import command_json
    from bekenlab.report.lan_text import command_text

    text = " ".join(words)
    with facing("obk command", as_json=options.as_json) as frontend:
        lost = losses(text)
        frontend.result = {"loses": list(lost), "dry_run": True} if options.dry_run else {}
        if not options.as_json:
            for each in lost:
                click.echo(f"This may lose {each}.", err=True)
        if options.dry_run:
            return
        if lost:
            confirm(options, "Run it")
        reply = device_of(options).command(text)
        frontend.result = command_json(reply)
        if not options.as_json:
            console().print(command_text(reply))


COMMANDS = (scan, info, pins, command)
