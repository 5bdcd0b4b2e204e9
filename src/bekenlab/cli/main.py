"""``bekenlab``: the command group and the error handling of all commands.

Commands import what they need when they run, so that ``bekenlab --help`` does not wait for numpy.
Help is click's own for the same reason: rich-click took as long to load as everything else.
"""

from __future__ import annotations

import os
import sys
from typing import NoReturn

import click

from bekenlab import __version__
from bekenlab.cli import (
    analyze,
    boot,
    config,
    demo,
    explain,
    export,
    install,
    log,
    match,
    pinout,
    redact,
    rehearse,
    sim,
    ui,
    undo,
)
from bekenlab.cli.chip import live, read, write
from bekenlab.cli.obk import group as obk
from bekenlab.cli.output import print_error
from bekenlab.errors import BekenlabError, ExitCode, internal_error

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


@click.group(
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog=_EXAMPLES,
    no_args_is_help=True,
)
@click.version_option(__version__, "-V", "--version", prog_name="bekenlab")
def main() -> None:
    """Back up, understand, boot and rewrite Beken smart-home devices (BK7231 and relatives)."""


main.add_command(analyze.command)
main.add_command(boot.command)
main.add_command(config.command)
main.add_command(demo.command)
main.add_command(explain.command)
main.add_command(export.command)
main.add_command(install.command)
main.add_command(log.command)
for _command in (*live.COMMANDS, *read.COMMANDS, *write.COMMANDS):
    main.add_command(_command)
main.add_command(obk.command)
main.add_command(sim.command)
main.add_command(match.command)
main.add_command(pinout.command)
main.add_command(redact.command)
main.add_command(rehearse.command)
main.add_command(ui.command)
main.add_command(undo.command)


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
