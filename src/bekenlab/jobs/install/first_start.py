"""The first start after a write: start the firmware and read OpenBeken's boot log."""

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
_REMIND_AFTER = 6.0  # seconds of silence; OpenBeken prints its first line within one second
_GIVE_UP = 45.0
_JOINS_WITHIN = 20.0  # seconds after the start; a router may take a second attempt
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
    """Start the firmware, and read its log if possible.

    The log is sent on another pad than flashing uses, so a wire has to be moved first, while the
    chip still waits in its loader; the start command is sent on the other wire.

    Args:
        target: The chip, in its loader.
        ssid: The Wi-Fi network it was given; empty: none.
        questions: Asks to move the wire, if the transport has no log port of its own.
        listens: Whether to read the log at all.
        heard: Called with (seconds, text) for each piece of log; it holds the password.
        events: Receives advice when nothing arrives.

    Raises:
        BekenlabError: The port fails.
    """
    transport = target.session.transport
    log: Transport | None = None
    if listens:
        log = own_log(transport)
        if log is None:
            log = transport if questions.wire_moved() else None
    target.reboot()
    if log is None:
        return FirstStart()
    loader_baud = transport.baud
    if log is transport:
        transport.set_baud(LOG_BAUD)
    # A virtual chip, which has a log port of its own, has no network to join.
    data = _listen(log, heard, events, joins=bool(ssid) and log is transport)
    if log is transport:
        # The rate the adapter managed is remembered from the transport.
        transport.set_baud(loader_baud)
    understood = read_boot_log(data.decode("utf-8", "surrogateescape"))
    return FirstStart(understood, len(data), understood.uses(ssid))


def _listen(
    log: Transport, heard: Callable[[float, str], None], events: EventSink, *, joins: bool
) -> bytes:
    """The log until it has everything of interest, or nothing more arrives.

    Args:
        log: The port.
        heard: Called with each piece.
        events: Receives advice.
        joins: Whether to wait until the device has joined its network.
    """
    began = log.now()
    data = bytearray()
    reminded = False
    waits_until: float | None = None
    while (passed := log.now() - began) < _GIVE_UP and len(data) < _MOST:
        try:
            piece = log.read(_SLICE)
        except BekenlabError:
            break  # a wire was pulled; the write is complete anyway
        if piece:
            data += piece
            heard(passed, piece.decode("utf-8", "replace"))
        else:
            read = read_boot_log(data.decode("utf-8", "surrogateescape"))
            if read.told_all and (not joins or read.joined):
                break
            if read.told_all and waits_until is None:
                waits_until = passed + _JOINS_WITHIN
                events(Message(JOB, "log-joins", "it runs; waiting for it to join the Wi-Fi"))
        if waits_until is not None and passed >= waits_until:
            break
        if not data and not reminded and passed >= _REMIND_AFTER:
            reminded = True
            text = "no log yet: switch the device off and on, or touch CEN to GND"
            events(Message(JOB, "log-silent", text))
    return bytes(data)
