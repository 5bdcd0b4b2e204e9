"""``bekenlab``: the command group and the error handling of all commands.

A command is loaded when it is called, and imports what it needs when it runs: ``bekenlab --help``
must not wait for numpy, nor one command for the others. Help is click's own for the same reason:
rich-click took as long to load as everything else.
"""

from __future__ import annotations

import os
import signal
import sys
from importlib import import_module
from typing import TYPE_CHECKING, NoReturn

import click

from bekenlab.cli import streams
from bekenlab.cli.groups import Group
from bekenlab.cli.interrupts import StopRequest
from bekenlab.cli.output import print_error
from bekenlab.cli.streams import ReaderGoneError
from bekenlab.errors import BekenlabError, ExitCode, error_of
from bekenlab.version import __version__

if TYPE_CHECKING:
    from collections.abc import Iterable

# \b keeps click from joining the lines.
_EXAMPLES = """
\b
Examples:
  bekenlab demo
  bekenlab analyze my-plug.bin
  bekenlab analyze --json *.bin > reports.ndjson
  bekenlab boot my-plug.bin
  bekenlab sim my-plug.bin
  bekenlab export my-plug.bin --to openbeken
  bekenlab install --firmware latest --wifi-ssid home
"""


# Where each command is defined: module below bekenlab.cli, and its name there.
_HOMES = {
    **{
        name: (name, "command")
        for name in (
            "analyze",
            "backups",
            "boot",
            "config",
            "demo",
            "explain",
            "export",
            "install",
            "log",
            "match",
            "mcu",
            "pinout",
            "probe",
            "redact",
            "rehearse",
            "run",
            "share",
            "sim",
            "ui",
            "undo",
        )
    },
    **{name: ("chip.live", name) for name in ("ports", "doctor", "reboot")},
    **{name: ("chip.read", name) for name in ("info", "backup", "verify")},
    **{name: ("chip.write", name) for name in ("write", "restore", "erase")},
    "corpus": ("corpus.group", "command"),
    "obk": ("obk.group", "command"),
    "sim-mcu": ("sim_mcu", "command"),
}


_SECTIONS = {
    "First steps": ("demo", "ui", "explain"),
    "A dump or a log": (
        "analyze",
        "pinout",
        "boot",
        "probe",
        "run",
        "log",
        "mcu",
        "match",
        "export",
        "config",
        "redact",
        "share",
    ),
    "A device on a serial adapter": (
        "ports",
        "doctor",
        "info",
        "backup",
        "install",
        "undo",
        "backups",
        "verify",
        "write",
        "restore",
        "erase",
        "reboot",
    ),
    "Thousands of dumps": ("corpus",),
    "A device in the network": ("obk",),
    "For developers": ("sim", "sim-mcu", "rehearse"),
}


class _Commands(Group):
    """A group that loads a command when it is called, and all of them for help."""

    def sections(self, names: list[str]) -> Iterable[tuple[str, list[str]]]:
        """See ``Group``."""
        for title, listed in _SECTIONS.items():
            yield title, [name for name in listed if name in names]
        every = {name for listed in _SECTIONS.values() for name in listed}
        yield "More", [name for name in names if name not in every]

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted({*super().list_commands(ctx), *_HOMES})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name in _HOMES and cmd_name not in self.commands:
            module, name = _HOMES[cmd_name]
            self.add_command(getattr(import_module(f"bekenlab.cli.{module}"), name), cmd_name)
        return super().get_command(ctx, cmd_name)


@click.group(
    cls=_Commands,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog=_EXAMPLES,
)
@click.version_option(__version__, "-V", "--version", prog_name="bekenlab")
def main() -> None:
    """Back up, understand, boot and rewrite Beken smart-home devices (BK7231 and relatives)."""


def run() -> NoReturn:
    """Run the command line and exit with the status of docs/exit-codes.md."""
    request = StopRequest()
    streams.prepare(request.make)
    with request.in_force():
        try:
            status = _status(request)
        except (
            BekenlabError,
            KeyboardInterrupt,
            ReaderGoneError,
        ):  # while an error was being printed
            status = int(ExitCode.INTERRUPTED)
    # Only the end of the interpreter is left.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    streams.silence()
    status = _decided(status, request.reason)
    if status == int(ExitCode.INTERRUPTED):
        # After Ctrl-C in code run by exec(), such as a data class, Python would end by the signal.
        os._exit(status)
    sys.exit(status)


def _decided(status: int, reason: BaseException | None) -> int:
    """The exit status; a request to stop decides it, whatever became of the exception."""
    if isinstance(reason, BekenlabError):
        return int(reason.exit_code)
    return status if reason is None else int(ExitCode.INTERRUPTED)


def _status(request: StopRequest) -> int:
    try:
        result = main(prog_name="bekenlab", standalone_mode=False)
        streams.finish()
        request.conclude()
    except click.ClickException as error:
        error.show()
        return int(ExitCode.USAGE)
    except (click.Abort, KeyboardInterrupt, ReaderGoneError):
        return int(ExitCode.INTERRUPTED)
    except Exception as error:  # noqa: BLE001  the last line of defence: no traceback for users
        reason = request.reason or error
        return _failed(reason) if isinstance(reason, Exception) else int(ExitCode.INTERRUPTED)
    return result if isinstance(result, int) else int(ExitCode.OK)


def _failed(error: Exception) -> int:
    failure = error_of(error)
    print_error(failure)
    return int(failure.exit_code)
