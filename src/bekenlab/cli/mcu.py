"""``bekenlab mcu``: second controllers (TuyaMCU), their data points, and set-ups for them."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bekenlab.cli import completion
from bekenlab.cli.groups import Group
from bekenlab.cli.interrupts import interruptible
from bekenlab.cli.one_input import with_one_input
from bekenlab.cli.output import console, json_line
from bekenlab.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable

    from bekenlab.jobs.mcu import Controller
    from bekenlab.mcu.capture import Capture

_STANDARD_INPUT = "-"
_FORMS = ("openbeken", "esphome", "json")
_USUAL_BAUD = 9600


@click.group("mcu", cls=Group)
def command() -> None:
    """Second controllers (TuyaMCU): decode what they send, and set up OpenBeken or ESPHome.

    In such a device relays, sensors and buttons are on a controller of their own, and the Wi-Fi
    module talks to it over a serial line about numbered data points.
    """


_capture_options: list[Callable[[Callable[..., object]], Callable[..., object]]] = [
    click.argument("source", metavar="FILE|-|PORT", shell_complete=completion.PORTS),
    click.option(
        "--product", metavar="ID", help="The product's id, if the capture does not tell it."
    ),
    click.option(
        "--baud",
        "-b",
        type=click.IntRange(1200, 6_000_000),
        default=_USUAL_BAUD,
        show_default=True,
        metavar="N",
        help="Speed of the line, for a port.",
    ),
    click.option(
        "--seconds",
        type=click.FloatRange(min=0, min_open=True),
        metavar="N",
        help="How long to listen at a port; default: until Ctrl-C.",
    ),
    click.option("--json", "as_json", is_flag=True, help="Print one JSON object."),
]


def _with_capture(function: Callable[..., object]) -> Callable[..., object]:
    for option in reversed(_capture_options):
        function = option(function)
    return function


@command.command("decode")
@_with_capture
def decode(
    source: str, product: str | None, baud: int, seconds: float | None, as_json: bool
) -> None:
    """Decode what a module and its controller send each other.

    FILE holds raw bytes, hexadecimal in any form, or a log with it, such as OpenBeken's. At a PORT,
    connect the adapter's RX to one of the two lines.
    """
    from bekenlab.jobs.mcu import meaning_of_capture
    from bekenlab.report.mcu_json import decode_json
    from bekenlab.report.mcu_text import render_capture

    found = _capture(source, baud, seconds)
    meaning = meaning_of_capture(found, product)
    if as_json:
        click.echo(json_line(decode_json(found, meaning)))
    else:
        console().print(render_capture(found, meaning))


@command.command("identify")
@_with_capture
def identify(
    source: str, product: str | None, baud: int, seconds: float | None, as_json: bool
) -> None:
    """Say which protocol a controller speaks and which product it is."""
    from bekenlab.jobs.mcu import meaning_of_capture
    from bekenlab.report.mcu_json import identify_json
    from bekenlab.report.mcu_text import render_facts

    found = _capture(source, baud, seconds)
    meaning = meaning_of_capture(found, product)
    if as_json:
        click.echo(json_line(identify_json(found, meaning)))
    else:
        console().print(render_facts(found, meaning))


@command.command("map")
@click.argument("source", metavar="DUMP|CAPTURE|PRODUCT")
@click.option("--to", "form", type=click.Choice(_FORMS), required=True, help="For which program.")
@click.option("--product", metavar="ID", help="The product's id, if the file does not tell it.")
@click.option(
    "--baud",
    "-b",
    type=click.IntRange(1200, 6_000_000),
    metavar="N",
    help="Speed of the line; default: as the dump says, or 9600.",
)
@click.option(
    "--chip",
    metavar="NAME",
    shell_complete=completion.CHIPS,
    help="The module's chip, for ESPHome; default: as the dump says.",
)
def map_(source: str, form: str, product: str | None, baud: int | None, chip: str | None) -> None:
    """Print a set-up for a device's data points.

    They come from the storage of a DUMP, also where they were deleted, from the table of products,
    or from what a CAPTURE shows.
    """
    found = controller_of(source, product)
    if form == "json":
        from bekenlab.report.mcu_json import controller_json

        click.echo(json_line(controller_json(found)))
        return
    if form == "openbeken":
        _print_openbeken(found, baud)
    else:
        _print_esphome(found, baud, chip)


def _print_openbeken(found: Controller, baud: int | None) -> None:
    from bekenlab.mcu.frames import Protocol
    from bekenlab.openbeken.mcu_setup import STARTUP_BYTES, mcu_setup

    made = mcu_setup(
        found.meaning.points,
        baud or found.baud,
        battery=found.protocol is Protocol.BATTERY,
        version=3 if found.version is None else found.version,
    )
    click.echo("\n".join(made.commands))
    where = "fits the startup command" if made.fits else "belongs into autoexec.bat"
    click.echo(f"{len(made.commands)} commands; this {where} ({STARTUP_BYTES:,} bytes)", err=True)
    for sentence in (*found.meaning.differences, *made.left_out, *made.notes):
        click.echo(f"note: {sentence}", err=True)
    if made.flags:
        click.echo("note: flag 46 (SetFlag 46 1) keeps data points without a channel", err=True)


def _print_esphome(found: Controller, baud: int | None, chip: str | None) -> None:
    from bekenlab.esphome import build_firmware
    from bekenlab.mcu.frames import Protocol
    from bekenlab.pins import PinMap

    name = chip or found.chip
    if name is None:
        raise UsageError(
            "nothing says which chip the module has", hint="name it, for example --chip BK7231N"
        )
    if found.protocol is Protocol.BATTERY:
        raise UsageError(
            "ESPHome does not speak the protocol of battery devices",
            hint="OpenBeken does: --to openbeken",
        )
    pins = PinMap(mcu_baud=baud or found.baud or _USUAL_BAUD)
    made = build_firmware(pins, chip=name, data_points=found.meaning.points)
    click.echo(made.yaml, nl=False)
    for sentence in found.meaning.differences:
        click.echo(f"note: {sentence}", err=True)


def controller_of(source: str, product: str | None) -> Controller:
    """What is known of a second controller, by a file or a product id."""
    from bekenlab.jobs import mcu

    if not Path(source).exists() and mcu.is_product(source):
        return mcu.product(source)
    return with_one_input(Path(source), lambda one: mcu.controller(one, product))


def _capture(source: str, baud: int, seconds: float | None) -> Capture:
    from bekenlab.mcu.capture import read_capture

    return read_capture(_bytes(source, baud, seconds))


def _bytes(source: str, baud: int, seconds: float | None) -> bytes:
    """A file, standard input, or what arrives at a port."""
    if source == _STANDARD_INPUT:
        return sys.stdin.buffer.read()
    if not _is_port(source):
        from bekenlab.analysis.inputs import load_one

        return with_one_input(Path(source), lambda one: load_one(one).data)
    from bekenlab.flashing.connection import open_port
    from bekenlab.jobs.mcu import listen

    transport = open_port(source, baud)
    try:
        with interruptible() as interrupted:
            return listen(transport, seconds=seconds, interrupted=interrupted)
    finally:
        transport.close()


def _is_port(source: str) -> bool:
    """Whether it is a port by its name; a file may be called ``commands.txt``."""
    return re.fullmatch(r".*://.*|/dev/.*|(\\\\.\\)?com\d{1,3}", source, re.IGNORECASE) is not None
