"""Shows a job with a chip: live for a person, or as one JSON object per line for a script."""

from __future__ import annotations

import sys
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click

from bekenlab.cli.output import console, json_line, print_error
from bekenlab.cli.wording import wording
from bekenlab.errors import BekenlabError, ExitCode
from bekenlab.events import Awaiting, Event, Finished, Line, Message, Progress, Step
from bekenlab.version import __version__

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.console import Console, RenderableType

_FORMAT = 1
_LINE_EVERY = 0.1
_PLAIN_EVERY = 5.0


class Frontend:
    """Shows events as they come, and the result at the end.

    Args:
        command: Name of the command, for JSON.
        as_json: Print only NDJSON on standard output.
    """

    def __init__(self, command: str, *, as_json: bool) -> None:
        self.as_json = as_json
        self._command = command
        self._number = 0
        self._console: Console = console(stderr=True)
        self._live = not as_json and sys.stderr.isatty()
        self._begun: dict[str, tuple[float, int]] = {}
        self._shown = 0.0
        self._line = ""
        self.result: dict[str, Any] = {}

    def __call__(self, event: Event, /) -> None:
        """Show one event."""
        if self.as_json:
            from bekenlab.report.chip_json import event_json

            self._emit(event_json(event))
        elif isinstance(event, Progress):
            self._progress(event)
        elif isinstance(event, Awaiting):
            self._awaiting(event)
        elif isinstance(event, Message):
            self._clear()
            text = _fit(event.message)
            self._console.print(text, style="dim", markup=False, soft_wrap=True)
        elif isinstance(event, Step):
            self._clear()
            self._console.print(event.title, style="bold", markup=False, soft_wrap=True)
        elif isinstance(event, Line):
            self._clear()
            click.echo(event.text)
        elif isinstance(event, Finished):
            self._clear()

    def show(self, content: RenderableType) -> None:
        """Show part of the report; JSON has it in the result."""
        from bekenlab.report.printable import Printable

        self._clear()
        if not self.as_json:
            console().print(Printable(content))

    def hello(self) -> None:
        """Print the first line of NDJSON."""
        if self.as_json:
            version = {"tool": "bekenlab", "version": __version__, "format": _FORMAT}
            self._emit({"event": "hello", "command": self._command, **version})

    def end(self, status: int, error: BekenlabError | None) -> None:
        """Print the last line: exactly one result with the exit status."""
        self._clear()
        if not self.as_json:
            if error is not None:
                print_error(error)
            return
        from bekenlab.report.chip_json import error_json

        failed = {"error": error_json(error, error.advice(wording))} if error is not None else {}
        self._emit(
            {"event": "result", "command": self._command, "exit": status, **failed} | self.result
        )

    def _emit(self, line: dict[str, Any]) -> None:
        click.echo(json_line({"seq": self._number, **line}))
        sys.stdout.flush()
        self._number += 1

    def _progress(self, event: Progress) -> None:
        now = time.monotonic()
        if event.phase not in self._begun:
            self._begun[event.phase] = now, event.done
            self._shown = now
        begun, _ = self._begun[event.phase]
        complete = event.done >= event.total
        if self._live and (complete or now - self._shown >= _LINE_EVERY):
            self._shown = now
            self._draw(self._progress_line(event, now))
        if not self._live and (complete or now - self._shown >= _PLAIN_EVERY):
            # In a pipe or log file: a line now and then, and one at the end of a longer phase.
            if self._shown > begun or now - begun >= 1:
                self._console.print(self._progress_line(event, now), markup=False, soft_wrap=True)
            self._shown = now

    def _progress_line(self, event: Progress, now: float) -> str:
        begun, first = self._begun[event.phase]
        passed = max(1e-6, now - begun)
        rate = (event.done - first) / passed
        left = (event.total - event.done) / rate if rate > 0 else 0.0
        share = 100 * event.done // max(1, event.total)
        size = f"{event.done / 1024:,.0f} of {event.total / 1024:,.0f} KiB"
        return f"{event.phase:8} {share:3d} %  {size}  {rate / 1024:5.0f} KiB/s  {left:3.0f} s left"

    def _awaiting(self, event: Awaiting) -> None:
        line = f"{_STAGES.get(event.stage, event.stage)} ({event.left:.0f} s): {event.seen}"
        if self._live:
            self._draw(line)
        elif event.stage != self._line:
            # Once per stage: a pipe has no use for four lines per second.
            self._console.print(_STAGES.get(event.stage, event.stage), markup=False)
            self._line = event.stage

    def _draw(self, text: str) -> None:
        width = max(20, self._console.width - 1)
        sys.stderr.write("\r" + _fit(text)[:width].ljust(width))
        sys.stderr.flush()
        self._line = text

    def _clear(self) -> None:
        if self._live and self._line:
            width = max(20, self._console.width - 1)
            sys.stderr.write("\r" + " " * width + "\r")
            sys.stderr.flush()
            self._line = ""


def _fit(text: str) -> str:
    """Text from a device may be in it and must not move the cursor."""
    from bekenlab.report.printable import printable

    return printable(text)


_STAGES = {
    "already-linked": "looking for a chip that is already waiting",
    "asked-firmware": "asking running firmware to restart",
    "reset-by-adapter": "resetting the chip through the adapter",
    "find": "looking for the device in your network",
    "restart": "waiting for the device to come back",
    "reset-by-hand": "touch CEN to GND now, or switch the power off and on",
}


_RESUMABLE = frozenset({"backup", "write", "restore", "erase", "install", "undo"})


@contextmanager
def facing(command: str, *, as_json: bool) -> Iterator[Frontend]:
    """Run a command with its frontend; end with one result and the exit status."""
    frontend = Frontend(command, as_json=as_json)
    frontend.hello()
    try:
        yield frontend
    except BekenlabError as error:
        frontend.end(int(error.exit_code), error)
        raise click.exceptions.Exit(int(error.exit_code)) from error
    except (KeyboardInterrupt, click.Abort) as stop:
        frontend.end(int(ExitCode.INTERRUPTED), None)
        if isinstance(stop, KeyboardInterrupt) and not as_json and command in _RESUMABLE:
            click.echo("stopped; the same command resumes where it stopped", err=True)
        raise click.exceptions.Exit(int(ExitCode.INTERRUPTED)) from None
    frontend.end(int(ExitCode.OK), None)
