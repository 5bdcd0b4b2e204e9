"""Groups of commands: their help, which they also show when no command is named."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from collections.abc import Iterable

_WHOLE = 1000  # characters: a summary is wrapped, never cut off


class Group(click.Group):
    """A group that shows its help, with status 0, when no command is named."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """See click."""
        if not args and not ctx.resilient_parsing:
            click.echo(ctx.get_help(), color=ctx.color)
            ctx.exit()
        return super().parse_args(ctx, args)

    def sections(self, names: list[str]) -> Iterable[tuple[str, list[str]]]:
        """Headings of the help, with the names of their commands."""
        yield "Commands", names

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """See click, which knows one section and cuts summaries off."""
        names = self.list_commands(ctx)
        width = max(map(len, names), default=0)
        for title, listed in self.sections(names):
            found = [(name, self.get_command(ctx, name)) for name in listed]
            rows = [
                (name.ljust(width), command.get_short_help_str(_WHOLE))
                for name, command in found
                if command is not None and not command.hidden
            ]
            if rows:
                with formatter.section(title):
                    formatter.write_dl(rows)
