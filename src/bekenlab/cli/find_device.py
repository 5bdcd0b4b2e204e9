"""Looks for a freshly installed device in the network, with a countdown and a way to skip it."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bekenlab.events import EventSink
    from bekenlab.jobs.install.model import InstallReport, Search


def find_device(report: InstallReport, *, events: EventSink, asks: bool) -> Search:
    """Look for the device in this computer's network; no password is sent.

    Args:
        report: What was installed.
        events: Receives the countdown.
        asks: Whether there is a person who may skip it with Enter.
    """
    from bekenlab.errors import BekenlabError
    from bekenlab.events import Message
    from bekenlab.jobs.install.model import JOB, Search
    from bekenlab.jobs.lan.scan import find_joined, local_networks

    mac = report.proposal.subject.mac
    can_skip = asks and sys.stdin.isatty()
    pressed = _Enter() if can_skip else None
    if can_skip:
        events(Message(JOB, "find", "Enter skips this"))
    try:
        seen = find_joined(
            local_networks(),
            short_name=str(report.proposal.made.config.value("short_name")) or None,
            mac_tail=mac.reveal() if mac else None,
            skipped=pressed or _never,
            events=events,
        )
    except BekenlabError as error:
        events(Message(JOB, "find", f"it cannot be looked for: {error.message}"))
        return Search(complete=False)
    if seen is not None:
        return Search(str(seen.host))
    return Search(complete=not (pressed and pressed.was))


def _never() -> bool:
    return False


class _Enter:
    """Whether Enter has been pressed at the terminal; asked several times per second."""

    def __init__(self) -> None:
        self._ready = _windows_key if sys.platform == "win32" else _posix_line
        self.was = False

    def __call__(self) -> bool:
        self.was = self.was or self._ready()
        return self.was


def _posix_line() -> bool:
    import select

    ready, _, _ = select.select([sys.stdin], [], [], 0)
    if ready:
        sys.stdin.readline()
    return bool(ready)


def _windows_key() -> bool:
    import importlib

    # The module exists on Windows only.
    console = importlib.import_module("msvcrt")
    pressed = False
    while console.kbhit():
        pressed = console.getwch() in "\r\n" or pressed
    return pressed
