"""The first start after a write: let it happen, and hear what OpenBeken says of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bekenlab.chips import LOG_BAUD
from bekenlab.errors import BekenlabError
from bekenlab.events import EventSink, Message, ignore
from bekenlab.jobs.install.model import JOB, FirstStart
from bekenlab.link.transport import own_log
from bekenlab.openbeken.boot_log import read_boot_log

if TYPE_CHECKING:
    from collections.abc import Callable

    from bekenlab.jobs.install.model import Questions
    from bekenlab.link.target import Target
    from bekenlab.link.transport import Transport

_SLICE = 0.25
_REMIND_AFTER = 6.0  # seconds of silence; OpenBeken prints its first line within one
_GIVE_UP = 45.0
_MOST = 1 << 20


def start(
    target: Target,
    ssid: bytes,
    questions: Questions,
    *,
    listens: bool = True,
    heard: Callable[[float, str], None] = lambda _at, _text: None,
    events: EventSink = ignore,
) -> FirstStart:
    """Start the firmware, and read its log where that can be had.

    The log comes out of another pad than the one flashing uses, so a wire has to be moved first,
    while the chip still waits in its loader: the command to start goes out over the other wire.

    Args:
        target: The chip, in its loader.
        ssid: The Wi-Fi network it was given; empty: none.
        questions: Asked to move the wire, on lines that do not bring their own log.
        listens: Whether to listen at all.
        heard: Called with (seconds, text) for each piece of log; it holds the password.
        events: Told what to do when nothing comes.

    Raises:
        BekenlabError: The line fails.
    """
    line = target.session.transport
    log: Transport | None = None
    if listens:
        log = own_log(line)
        if log is None:
            log = line if questions.wire_moved() else None
    target.reboot()
    if log is None:
        return FirstStart()
    loader_baud = line.baud
    if log is line:
        line.set_baud(LOG_BAUD)
    data = _listen(log, heard, events)
    if log is line:
        # What the adapter managed is remembered from the line's rate.
        line.set_baud(loader_baud)
    understood = read_boot_log(data.decode("utf-8", "surrogateescape"))
    return FirstStart(understood, len(data), understood.uses(ssid))


def _listen(log: Transport, heard: Callable[[float, str], None], events: EventSink) -> bytes:
    """Everything until OpenBeken has said what is asked of it, or nothing comes any more."""
    began = log.now()
    data = bytearray()
    reminded = False
    while (passed := log.now() - began) < _GIVE_UP and len(data) < _MOST:
        try:
            piece = log.read(_SLICE)
        except BekenlabError:
            break  # a wire was pulled; what is written is written
        if piece:
            data += piece
            heard(passed, piece.decode("utf-8", "replace"))
        elif read_boot_log(data.decode("utf-8", "surrogateescape")).told_all:
            break
        if not data and not reminded and passed >= _REMIND_AFTER:
            reminded = True
            text = "nothing arrives yet: switch the device off and on, or touch CEN to GND"
            events(Message(JOB, "log-silent", text))
    return bytes(data)
