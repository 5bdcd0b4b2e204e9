"""``bekenlab run``: runs a chip in the virtual air, with its page at a port of this computer."""

from __future__ import annotations

import re
import signal
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bekenlab.cli.interrupts import interruptible
from bekenlab.cli.model_option import model_option
from bekenlab.cli.one_input import with_one_input
from bekenlab.errors import BootFailedError, ExitCode

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bekenlab.jobs.run import Heard, Reach, RunReport

_REACH = re.compile(r"(?P<name>[A-Za-z0-9.-]{1,253}):(?P<port>\d{1,5})=(?P<local>\d{1,5})")
_PORTS = range(1, 65536)
_OPENING = re.compile(r"(?P<port>\d{1,5})=(?P<local>\d{1,5})")


def _reach(
    context: click.Context, option: click.Parameter, given: tuple[str, ...]
) -> tuple[Reach, ...]:
    """Parse ``NAME:PORT=LOCALPORT``."""
    from bekenlab.jobs.run import Reach

    found = []
    for text in given:
        match = _REACH.fullmatch(text)
        if match is None or not {int(match["port"]), int(match["local"])} <= set(_PORTS):
            raise click.BadParameter(f"{text!r} is not NAME:PORT=LOCALPORT", context, option)
        found.append(Reach(match["name"], int(match["port"]), int(match["local"])))
    return tuple(found)


def _open(
    context: click.Context, option: click.Parameter, given: tuple[str, ...]
) -> tuple[tuple[int, int], ...]:
    """Parse ``PORT=LOCALPORT``."""
    found = []
    for text in given:
        match = _OPENING.fullmatch(text)
        if match is None or not {int(match["port"]), int(match["local"])} <= set(_PORTS):
            raise click.BadParameter(f"{text!r} is not PORT=LOCALPORT", context, option)
        found.append((int(match["port"]), int(match["local"])))
    return tuple(found)


@click.command("run")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--join", is_flag=True, help="It joins a network of ours in the virtual air.")
@click.option("--ap", is_flag=True, help="It opens its own network in the virtual air.")
@click.option("--wpa2", is_flag=True, help="With --join: our network is protected with WPA2.")
@click.option(
    "--http",
    "port",
    type=click.IntRange(0, 65535),
    default=0,
    metavar="PORT",
    help="Local TCP port for the chip's page; default: a free one.",
)
@click.option(
    "--open",
    "ports",
    multiple=True,
    callback=_open,
    metavar="PORT=LOCALPORT",
    help="Serve another of its ports at LOCALPORT: 6053=6053 is ESPHome's API.",
)
@click.option("--mqtt", is_flag=True, help="With --join: an MQTT broker in the virtual air.")
@click.option(
    "--reach",
    multiple=True,
    callback=_reach,
    metavar="NAME:PORT=LOCALPORT",
    help="With --join: let it reach LOCALPORT of this computer as NAME:PORT.",
)
@click.option(
    "--pcap",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="At the end, write all frames to this new file, for Wireshark.",
)
@model_option
@click.option(
    "--pins",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="DEVICE",
    help="Give OpenBeken the pins of a device: a dump of it, a template, a boot log.",
)
@click.option("--show-secrets", is_flag=True, help="Do not hide keys and passwords in the log.")
def command(
    file: Path,
    join: bool,
    ap: bool,
    wpa2: bool,
    port: int,
    ports: tuple[tuple[int, int], ...],
    mqtt: bool,
    reach: tuple[Reach, ...],
    pcap: Path | None,
    chip: str | None,
    pins: Path | None,
    show_secrets: bool,
) -> int:
    """Run a chip and use it: open its page, click, and watch its pins.

    FILE is a dump or an image and is never changed. With --join or --ap, its Wi-Fi settings are
    replaced in a copy, and its page is served at a port of this computer. It reaches nothing else:
    no internet, no local network. Ctrl-C ends the command.
    """
    _refuse_contradictions(
        join=join,
        ap=ap,
        joining={"--wpa2": wpa2, "--mqtt": mqtt, "--reach": bool(reach)},
        sending={"--http": bool(port), "--open": bool(ports), "--pcap": pcap is not None},
    )
    # Imported here, because --help must not wait for unicorn and numpy.
    from bekenlab.files import refuse_existing, write_new
    from bekenlab.jobs.run import RunOptions, run
    from bekenlab.live.online import NetworkChoice, NetworkKind
    from bekenlab.report.run_text import RunLines, summary

    if pcap is not None:
        refuse_existing(pcap)
    kind = NetworkKind.OURS if join else NetworkKind.ITS if ap else NetworkKind.NONE
    options = RunOptions(
        network=NetworkChoice(kind, protected=wpa2, mqtt=mqtt),
        http_port=port,
        ports=ports,
        reach=reach,
        capture=pcap is not None,
    )
    lines = RunLines(show_secrets=show_secrets)

    def show(heard: Heard) -> None:
        for line in lines.feed(heard):
            click.echo(line)

    with interruptible(signal.SIGTERM) as stopped:

        def start(one: Path) -> RunReport:
            return run(one, chip=chip, pins=pins, options=options, listen=show, stopped=stopped)

        report = with_one_input(file, start)
        for line in (*lines.end(), *summary(report)):
            click.echo(line)
        if pcap is not None:
            write_new(pcap, report.capture, private=True)
            click.echo(f"frames written to {pcap}", err=True)
    if report.stop is not None:
        raise BootFailedError(f"the chip stopped: {report.stop.detail}")
    return int(ExitCode.OK)


def _refuse_contradictions(
    *, join: bool, ap: bool, joining: Mapping[str, bool], sending: Mapping[str, bool]
) -> None:
    """Refuse options that do nothing together.

    Args:
        join: Whether the chip joins our network.
        ap: Whether it opens its own.
        joining: Options that need ``--join``, and whether they were given.
        sending: Options that need a network, and whether they were given.
    """
    if join and ap:
        raise click.UsageError("--join and --ap exclude each other")
    for option, given in joining.items():
        if given and not join:
            raise click.UsageError(f"{option} needs --join")
    for option, given in sending.items():
        if given and not (join or ap):
            raise click.UsageError(f"{option} needs --join or --ap")
