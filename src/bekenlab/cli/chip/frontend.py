"""Shows a job with a chip: live for a person, or as one JSON object per line for a script."""

from __future__ import annotations

import sys
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click

from bekenlab.cli.interrupts import current
from bekenlab.cli.live_line import LiveLine
from bekenlab.cli.output import console, json_line, print_error
from bekenlab.cli.probe_line import ProbeLine
from bekenlab.cli.streams import ReaderGoneError
from bekenlab.cli.wording import wording
from bekenlab.errors import BekenlabError, ExitCode, error_of
from bekenlab.events import Awaiting, Event, Finished, Line, Message, Progress, Started, Step
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

    Attributes:
        result: The result, for JSON.
        reason_shown: Whether the report shows why the job failed: it is not printed again.
        writing: Whether the chip is being written: stopped now, it is left half written.
    """

    def __init__(self, command: str, *, as_json: bool) -> None:
        self.as_json = as_json
        self._command = command
        self._number = 0
        self._console: Console = console(stderr=True)
        self._live = LiveLine()
        self._probe = ProbeLine(self._live)
        self._begun: dict[str, tuple[float, int]] = {}
        self._shown = 0.0
        self._stage = ""
        self.result: dict[str, Any] = {}
        self.reason_shown = False
        self.writing = False

    def __call__(self, event: Event, /) -> None:
        """Show one event."""
        if isinstance(event, Started | Finished) and event.job == _WRITE:
            self.writing = isinstance(event, Started)
        if self.as_json:
            from bekenlab.report.chip_json import event_json

            self._emit(event_json(event))
        elif isinstance(event, Progress):
            self._progress(event)
        elif isinstance(event, Awaiting):
            self._awaiting(event)
        elif isinstance(event, Message):
            self._live.clear()
            self._say(event.message, "dim")
        elif isinstance(event, Step):
            self._live.clear()
            self._say(event.title, "bold")
        elif isinstance(event, Line):
            self._live.clear()
            click.echo(event.text)
        elif isinstance(event, Finished):
            self._live.clear()
        elif self._live.live:
            self._probe(event)

    def show(self, content: RenderableType) -> None:
        """Show part of the report; JSON has it in the result."""
        from bekenlab.report.printable import Printable

        self._live.clear()
        if not self.as_json:
            console().print(Printable(content))

    def _say(self, text: str, style: str) -> None:
        """Print a sentence; only a terminal has lines that it must fit into."""
        self._console.print(_fit(text), style=style, markup=False, soft_wrap=not self._live.live)

    def clear(self) -> None:
        """Remove the line of progress, before something else is printed."""
        self._live.clear()

    def hello(self) -> None:
        """Print the first line of NDJSON."""
        if self.as_json:
            version = {"tool": "bekenlab", "version": __version__, "format": _FORMAT}
            self._emit({"event": "hello", "command": self._command, **version})

    def end(self, status: int, error: BekenlabError | None) -> None:
        """Print the last line: exactly one result with the exit status."""
        self._live.clear()
        if not self.as_json:
            if error is not None:
                print_error(error, reason_shown=self.reason_shown)
            return
        from bekenlab.report.messages_json import error_json

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
        if self._live.live and (complete or now - self._shown >= _LINE_EVERY):
            self._shown = now
            self._live.draw(self._progress_line(event, now))
        if not self._live.live and (complete or now - self._shown >= _PLAIN_EVERY):
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
        return f"{event.phase:8} {share:3d} %  {size}  {left:3.0f} s left  {rate / 1024:5.0f} KiB/s"

    def _awaiting(self, event: Awaiting) -> None:
        words = _STAGES.get(event.stage, event.stage)
        # What a person has to do must not be cut off, and a pipe needs one line per stage.
        if event.stage != self._stage and (event.stage == _BY_HAND or not self._live.live):
            self._live.clear()
            self._say(words, "bold" if event.stage == _BY_HAND else "")
        self._stage = event.stage
        left = f"{event.left:.0f} s"
        line = f"{left} left: {event.seen}" if event.stage == _BY_HAND else f"{words} ({left})"
        self._live.draw(_fit(line))


def _fit(text: str) -> str:
    """Text from a device may be in it and must not move the cursor."""
    from bekenlab.report.printable import printable

    return printable(text)


_BY_HAND = "reset-by-hand"
_STAGES = {
    "already-linked": "looking for a chip that is already waiting",
    "asked-firmware": "asking running firmware to restart",
    "reset-by-adapter": "resetting the chip through the adapter",
    "find": "looking for the device on your network",
    "restart": "waiting for the device to come back",
    _BY_HAND: "touch CEN to GND now, or switch the power off and on",
}


_WRITE = "write"  # the part of a job that changes the chip, in its events
_RESUMABLE = frozenset({"backup", "write", "restore", "erase", "install", "undo"})


@contextmanager
def facing(command: str, *, as_json: bool) -> Iterator[Frontend]:
    """Run a command with its frontend; end with one result and the exit status."""
    frontend = Frontend(command, as_json=as_json)
    try:
        frontend.hello()
        yield frontend
        current().conclude()
    except (click.ClickException, click.exceptions.Exit):
        raise  # a wrong command line: it has no result
    except (KeyboardInterrupt, ReaderGoneError, click.Abort) as stop:
        frontend.clear()
        _say_why_stopped(stop, frontend, command)
        frontend.end(int(ExitCode.INTERRUPTED), None)
        raise click.exceptions.Exit(int(ExitCode.INTERRUPTED)) from None
    except Exception as error:
        failure = error_of(error)
        frontend.end(int(failure.exit_code), failure)
        raise click.exceptions.Exit(int(failure.exit_code)) from error
    frontend.end(int(ExitCode.OK), None)


def _say_why_stopped(stop: BaseException, frontend: Frontend, command: str) -> None:
    if command not in _RESUMABLE:
        return
    resumes = "the same command resumes where it stopped"
    if frontend.writing:
        resumes = f"the device is half written and may not start; {resumes}"
    if isinstance(stop, ReaderGoneError):
        click.echo(f"stopped, because nobody reads the output any more; {resumes}", err=True)
    elif isinstance(stop, KeyboardInterrupt) and not frontend.as_json:
        click.echo(f"stopped; {resumes}", err=True)
