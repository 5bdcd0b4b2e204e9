"""``bekenlab log``: the log of a device (UART2), live or from a file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from bekenlab.cli import completion
from bekenlab.cli.chip.frontend import Frontend, facing
from bekenlab.cli.input import named_input
from bekenlab.cli.interrupts import interruptible
from bekenlab.cli.one_input import with_one_input
from bekenlab.cli.output import console, json_line, print_advice, print_warnings
from bekenlab.events import Line

if TYPE_CHECKING:
    from bekenlab.jobs.capture import Capture
    from bekenlab.pins import PinMap


@click.group("log", invoke_without_command=True)
@click.option(
    "--port",
    "-p",
    envvar="BEKENLAB_LOG_PORT",
    metavar="PORT",
    shell_complete=completion.PORTS,
    help="Port wired to the chip's TX2.",
)
@click.option(
    "--baud",
    "-b",
    type=click.IntRange(1200, 6_000_000),
    default=115_200,
    show_default=True,
    metavar="N",
    help="Baud rate of the log.",
)
@click.option(
    "--output",
    "-o",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Also write every byte to FILE. It may hold passwords and keys.",
)
@click.option(
    "--seconds",
    type=click.FloatRange(min=0, min_open=True),
    metavar="N",
    help="Stop after this time.",
)
@click.option("--time", "with_time", is_flag=True, help="Prefix each line with the time.")
@click.option("--show-secrets", is_flag=True, help="Do not hide keys and passwords on the screen.")
@click.option("--json", "as_json", is_flag=True, help="Print events and the result as JSON.")
@click.pass_context
def command(
    context: click.Context,
    port: str | None,
    baud: int,
    output: Path | None,
    seconds: float | None,
    with_time: bool,
    show_secrets: bool,
    as_json: bool,
) -> None:
    """Show the log of a device.

    The log is on UART2 (the pad TX2) at 115200 baud. Nothing is sent. Pins are read from the log
    as they appear; Ctrl-C ends with a summary. Keys, Wi-Fi names and passwords are hidden on the
    screen.
    """
    if context.invoked_subcommand is not None:
        return
    # Imported here: the parsers take longer to load than --help may take.
    from bekenlab.flashing.connection import ConnectionOptions, find_port, open_port
    from bekenlab.jobs.capture import capture
    from bekenlab.report.live_log import LiveLog

    live = LiveLog(show_secrets=show_secrets)
    with facing("log", as_json=as_json) as frontend, interruptible() as interrupted:
        name, _ = find_port(ConnectionOptions(port=port))
        line = open_port(name, baud)

        def show(at: float, lines: list[str]) -> None:
            for text in lines:
                frontend(Line("log", at, f"{at:9.3f}  {text}" if with_time else text))

        try:
            found = capture(
                line,
                output=output,
                seconds=seconds,
                heard=lambda at, text: show(at, live.feed(text)),
                learnt=lambda pins: _learnt(frontend, pins),
                interrupted=interrupted,
            )
        finally:
            line.close()
        show(found.seconds, live.end())
        _summary(frontend, found, output)


def _learnt(frontend: Frontend, pins: PinMap) -> None:
    from bekenlab.events import Message

    frontend(Message("log", "pins", f"{len(pins.pins)} pins known from the log so far"))


def _summary(frontend: Frontend, found: Capture, output: Path | None) -> None:
    from bekenlab.openbeken import describe
    from bekenlab.report.json_report import pin_json
    from bekenlab.report.messages_json import notices_json

    frontend.result = {
        "seconds": round(found.seconds, 3),
        "bytes": len(found.data),
        "file": str(output) if output else None,
        "pins": [pin_json(pin) for pin in found.pins.pins],
        "warnings": notices_json(found.pins.notices),
    }
    if frontend.as_json:
        return
    out = console()
    out.print(f"{len(found.data):,} bytes in {found.seconds:.1f} s", style="bold")
    if found.pins.pins:
        out.print(describe(found.pins, chip=found.log.chip), markup=False)
    elif found.data:
        out.print("no pins in this log; Tuya's firmware prints them when it boots")
    else:
        out.print("nothing received: check RX on TX2 and GND, then reset the device")
    if not found.pins.pins:
        print_warnings(found.pins.notices)


@command.command("parse")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print the report as one JSON object.")
def parse(file: Path, as_json: bool) -> None:
    """Find the pin configuration in a captured boot log.

    FILE is a text saved by a terminal program, or - for standard input; Tuya's firmware prints its
    pins when it boots. Keys and passwords in the log are never printed.
    """
    # Imported here: the parsers take longer to load than --help may take.
    from bekenlab.analysis.read_log import log_in
    from bekenlab.report.log_report import log_json, render

    report = with_one_input(file, lambda one: log_in(named_input(one)), as_json=as_json)
    if as_json:
        click.echo(json_line(log_json(report)))
        return
    console().print(render(report))
    print_advice(report.notices)
