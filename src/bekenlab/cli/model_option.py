"""The option of commands that run firmware in the virtual chip: which chip it models."""

from __future__ import annotations

import click

from bekenlab.cli import completion

model_option = click.option(
    "--chip",
    metavar="NAME",
    shell_complete=completion.CHIPS,
    help="Model this chip instead of the one recognised.",
)
