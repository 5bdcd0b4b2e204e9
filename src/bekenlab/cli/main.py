"""``bekenlab``: the command group and the error handling of all commands.

A command is loaded when it is called, and imports what it needs when it runs: ``bekenlab --help``
must not wait for numpy, nor one command for the others. Help is click's own for the same reason:
rich-click took as long to load as everything else.
"""

from __future__ import annotations

import os
import sys
from importlib import import_module
from typing import NoReturn

import click

from bekenlab.cli.output import print_error
from bekenlab.errors import BekenlabError, ExitCode, internal_error
from bekenlab.version import __version__

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
            "boot",
            "config",
            "demo",
            "explain",
            "export",
            "install",
            "log",
            "match",
            "pinout",
            "redact",
            "rehearse",
            "sim",
            "ui",
            "undo",
        )
    },
    **{name: ("chip.live", name) for name in ("ports", "doctor", "reboot")},
    **{name: ("chip.read", name) for name in ("info", "backup", "verify")},
    **{name: ("chip.write", name) for name in ("write", "restore", "erase")},
    "obk": ("obk.group", "command"),
}


class _Commands(click.Group):
    """A group that loads a command when it is called, and all of them for help."""

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
    no_args_is_help=True,
)
@click.version_option(__version__, "-V", "--version", prog_name="bekenlab")
def main() -> None:
    """Back up, understand, boot and rewrite Beken smart-home devices (BK7231 and relatives)."""


def run() -> NoReturn:
    """Run the command line and exit with the status of docs/exit-codes.md."""
    sys.exit(_status())


def _status() -> int:
    output = sys.stdout
    try:
        result = main(prog_name="bekenlab", standalone_mode=False)
        sys.stdout.flush()  # here, where a closed pipe is handled
    except click.ClickException as error:
        error.show()
        return int(ExitCode.USAGE)
    except (click.Abort, KeyboardInterrupt):
        return int(ExitCode.INTERRUPTED)
    except BekenlabError as error:
        print_error(error)
        return int(error.exit_code)
    except (BrokenPipeError, SystemExit) as error:
        # The reader of our output has gone (``| head``). Click silences the output and exits, rich
        # exits with the error as context.
        gone = sys.stdout is not output or isinstance(error.__context__, BrokenPipeError)
        if isinstance(error, SystemExit) and not gone:
            raise
        # Closing the output at the end would fail as well.
        os.dup2(os.open(os.devnull, os.O_WRONLY), output.fileno())
        return int(ExitCode.OK)
    except Exception as error:  # noqa: BLE001  the last line of defence: no traceback for users
        print_error(internal_error(error))
        return int(ExitCode.INTERNAL)
    return result if isinstance(result, int) else int(ExitCode.OK)
