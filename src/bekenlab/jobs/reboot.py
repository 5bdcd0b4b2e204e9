"""Let a chip go: out of its loader, into its firmware."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bekenlab.events import EventSink, ignore
from bekenlab.flashing.connection import open_chip

if TYPE_CHECKING:
    from bekenlab.flashing.connection import ConnectionOptions

JOB = "reboot"


def reboot(connection: ConnectionOptions, *, events: EventSink = ignore) -> None:
    """Tell the chip on a line to start its firmware; nothing confirms that it does.

    Raises:
        BekenlabError: Line or chip fail.
    """
    with open_chip(connection, JOB, events) as link:
        link.target.reboot()
