"""The command group ``bekenlab corpus``."""

from __future__ import annotations

import click

from bekenlab.cli.corpus import ask, build, site
from bekenlab.cli.groups import Group

# \b keeps click from joining the lines.
_EXAMPLES = """
\b
Examples:
  bekenlab corpus build dumps/ -o corpus
  bekenlab corpus stats
  bekenlab corpus find --pin 26=Rel --module CB2S
  bekenlab corpus sql "SELECT module, count(*) FROM dumps GROUP BY module"
"""


@click.group("corpus", cls=Group, epilog=_EXAMPLES)
def command() -> None:
    """Read thousands of dumps into tables, and ask them.

    A corpus is a folder of Parquet files without secrets; whatever reads Parquet can read it, too.
    This needs the extra: python -m pip install 'bekenlab[corpus]'
    """


for _command in (build.command, *ask.COMMANDS, site.command):
    command.add_command(_command)
