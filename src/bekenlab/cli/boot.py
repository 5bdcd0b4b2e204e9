"""``bekenlab boot``: run a dump in a virtual chip and show its log."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bekenlab.cli.interrupts import interruptible
from bekenlab.cli.model_option import model_option
from bekenlab.cli.one_input import with_one_input
from bekenlab.cli.output import console, json_line, print_error
from bekenlab.errors import ExitCode, UsageError

if TYPE_CHECKING:
    from bekenlab.analysis.boot_model import BootReport


def _finite(context: click.Context, option: click.Parameter, seconds: float) -> float:
    """Refuse infinity and NaN, which ``FloatRange`` accepts: every run must end."""
    if not math.isfinite(seconds):
        raise click.BadParameter("not a number of seconds", ctx=context, param=option)
    return seconds


@click.command("boot")
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--until", metavar="REGEX", help="Stop when the log matches; exit 6 if it never does."
)
@click.option(
    "--device-seconds",
    type=click.FloatRange(min=0, min_open=True),
    callback=_finite,
    default=60.0,
    show_default=True,
    metavar="N",
    help="Stop after this much device time.",
)
@click.option(
    "--wall",
    type=click.FloatRange(min=0, min_open=True),
    callback=_finite,
    default=60.0,
    show_default=True,
    metavar="SECONDS",
    help="Stop after this much real time.",
)
@click.option(
    "--from",
    "start",
    type=click.Choice(["app", "bootloader"]),
    default="app",
    show_default=True,
    help="Start with the app, or with the dump's own boot loader.",
)
@click.option(
    "--uart1",
    type=click.Choice(["log", "hex", "off"]),
    default="log",
    show_default=True,
    help="How to show what the firmware sends on UART1.",
)
@click.option(
    "--type",
    "typed",
    multiple=True,
    metavar="TEXT",
    help="Type TEXT and Enter on UART1's console; may be repeated.",
)
@click.option(
    "--mcu",
    type=click.Choice(["auto", "off"]),
    default="auto",
    show_default=True,
    help="Let a simulated MCU answer firmware that talks to one (TuyaMCU).",
)
@model_option
@click.option("--time", "with_time", is_flag=True, help="Prefix each line with the device time.")
@click.option("--show-secrets", is_flag=True, help="Do not hide keys and passwords in the log.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object as the last line.")
def command(
    file: Path,
    until: str | None,
    device_seconds: float,
    wall: float,
    start: str,
    uart1: str,
    typed: tuple[str, ...],
    mcu: str,
    chip: str | None,
    with_time: bool,
    show_secrets: bool,
    as_json: bool,
) -> int:
    """Boot a dump in a virtual chip and show its log and pins.

    No hardware is needed and nothing is sent anywhere. The run stops when the log has given the
    complete pin configuration, when it matches --until, or when nothing new happens. Keys, Wi-Fi
    names and passwords in the log are hidden unless you ask for them.
    """
    # Imported here, because --help must not wait for unicorn and numpy.
    from bekenlab.analysis.boot_model import BootOptions
    from bekenlab.jobs.boot import boot_file
    from bekenlab.report.boot_secrets import without_secrets
    from bekenlab.report.live_log import LiveLog

    if until is not None:
        _check_pattern(until)
    options = BootOptions(
        until=until,
        device_seconds=device_seconds,
        wall_seconds=wall,
        start="bootloader" if start == "bootloader" else "app",
        typed="".join(f"{line}\r\n" for line in typed).encode("utf-8", "surrogateescape"),
        mcu=mcu == "auto",
        stop_at_pins=until is None and not typed,
    )
    log = LiveLog(show_secrets=show_secrets)

    def heard(seconds: float, text: str) -> None:
        if not as_json:
            show(seconds, log.feed(text))

    def show(seconds: float, lines: list[str]) -> None:
        for line in lines:
            click.echo(f"{seconds:9.3f}  {line}" if with_time else line)

    with interruptible() as interrupted:

        def boot(one: Path) -> BootReport:
            return boot_file(one, chip=chip, options=options, listen=heard, interrupted=interrupted)

        report = with_one_input(file, boot, as_json=as_json)
    show(report.device_seconds, log.end())
    if as_json:
        from bekenlab.report.boot_json import boot_json

        click.echo(json_line(boot_json(report, show_secrets=show_secrets)))
    else:
        _summary(report if show_secrets else without_secrets(report), uart1)
    if interrupted():
        return int(ExitCode.INTERRUPTED)
    return _status(report, until)


def _check_pattern(pattern: str) -> None:
    from bekenlab.machine.pattern import BoundedSearch

    try:
        BoundedSearch(pattern).close()
    except UsageError as error:
        text = f"{error.message}; {error.hint}" if error.hint else error.message
        raise click.BadParameter(text, param_hint="--until") from None


def _status(report: BootReport, until: str | None) -> int:
    from bekenlab.analysis.boot_problem import problem_of

    problem = problem_of(report, until)
    if problem is None:
        return int(ExitCode.OK)
    print_error(problem)
    return int(problem.exit_code)


def _summary(report: BootReport, uart1: str) -> None:
    from bekenlab.report.boot_text import render, uart1_lines

    out = console()
    out.print(render(report))
    for line in uart1_lines(report, uart1):
        out.print(f"  {line}", markup=False)
