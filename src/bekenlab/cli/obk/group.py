"""The command group ``bekenlab obk``."""

from __future__ import annotations

import click

from bekenlab.cli.groups import Group
from bekenlab.cli.obk import change, probe, read

# \b keeps click from joining the lines.
_EXAMPLES = """
\b
Examples:
  bekenlab obk scan
  bekenlab obk pins 192.168.1.40
  bekenlab obk command 192.168.1.40 Power TOGGLE
"""


@click.group("obk", cls=Group, epilog=_EXAMPLES)
def command() -> None:
    """Manage devices that run OpenBeken, over the network.

    HOST is the address or name of a device, as in your browser: 192.168.1.40. A web password is
    taken from BEKENLAB_WEB_PASSWORD.
    """


for _command in (*read.COMMANDS, *change.COMMANDS, *probe.COMMANDS):
    command.add_command(_command)
