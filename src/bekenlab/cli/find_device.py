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
    from bekenlab.events import Message
    from bekenlab.jobs.install.find import find_installed
    from bekenlab.jobs.install.model import JOB

    if not (asks and sys.stdin.isatty()):
        return find_installed(report, events=events)
    events(Message(JOB, "find", "Enter skips this"))
    return find_installed(report, skipped=_Enter(), events=events)


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
