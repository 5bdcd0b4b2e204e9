"""Options shared by all commands with a chip, and the connection made from them."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import click

from bekenlab.cli import completion

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from bekenlab.flashing.connection import ConnectionOptions
    from bekenlab.link.ports import Port

_PORT = click.option(
    "--port",
    "-p",
    envvar="BEKENLAB_PORT",
    metavar="PORT",
    shell_complete=completion.PORTS,
    help="Serial port, or rfc2217://, socket:// or virtual:// URL; default: the only adapter.",
)
_BAUD = click.option(
    "--baud",
    "-b",
    type=click.IntRange(1200, 6_000_000),
    envvar="BEKENLAB_BAUD",
    metavar="N",
    help="Highest baud rate; default: the last one that worked with this adapter, else 921600.",
)
_WAIT = click.option(
    "--wait",
    type=click.FloatRange(min=0, max=3600),
    default=30.0,
    show_default=True,
    metavar="SECONDS",
    help="How long to wait for you to reset the chip by hand.",
)
_JSON = click.option(
    "--json", "as_json", is_flag=True, help="Print events and the result as JSON, one per line."
)
_DRY = click.option(
    "--dry-run", is_flag=True, help="Show what would be done, without changing chip or files."
)
_YES = click.option("--yes", "-y", is_flag=True, help="Do not ask before changing the chip.")


@dataclass(frozen=True, slots=True)
class ChipOptions:
    """Values of the shared options.

    Attributes:
        port: As given, or None.
        baud: As given, or None.
        wait: Seconds.
        as_json: NDJSON instead of text.
        dry_run: Plan only.
        yes: Do not ask.
    """

    port: str | None
    baud: int | None
    wait: float
    as_json: bool
    dry_run: bool = False
    yes: bool = False


def chip_options(*, plans: bool = True, changes: bool = False) -> Callable[[Any], Any]:
    """Add the shared options to a command, which receives them as ``options``.

    Args:
        plans: The command has a dry run.
        changes: The command changes the chip, and asks first.
    """

    def decorate(function: Any) -> Any:
        def command(
            *args: Any, port: str | None, baud: int | None, wait: float, as_json: bool, **rest: Any
        ) -> Any:
            dry_run, yes = rest.pop("dry_run", False), rest.pop("yes", False)
            options = ChipOptions(port, baud, wait, as_json, dry_run, yes)
            return function(*args, options=options, **rest)

        command.__doc__ = function.__doc__
        command.__name__ = function.__name__
        own = [_JSON, *([_YES] if changes else []), *([_DRY] if plans else [])]
        # Click lists the option added last first.
        every: list[Any] = [*own, _WAIT, _BAUD, _PORT]
        decorated: Any = command
        for option in every:
            decorated = option(decorated)
        return decorated

    return decorate


def connection_of(options: ChipOptions) -> ConnectionOptions:
    """How to reach the chip."""
    from bekenlab.flashing.connection import ConnectionOptions
    from bekenlab.flashing.places import Places

    interactive = not options.as_json and sys.stdin.isatty()
    return ConnectionOptions(
        port=options.port,
        baud=options.baud,
        wait=options.wait,
        memory=Places.of_user().memory,
        choose=_choose if interactive else None,
    )


def _choose(ports: Sequence[Port]) -> str:
    """Ask which port to use; nothing has been sent to any of them."""
    for number, port in enumerate(ports, 1):
        click.echo(f"  {number}  {port.device:16} {port.name} {port.usb_id}", err=True)
    number = click.prompt("Which port", type=click.IntRange(1, len(ports)), err=True)
    return ports[number - 1].device
