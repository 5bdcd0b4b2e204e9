"""Make a chip leave its loader and start its firmware."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bekenlab.events import EventSink, ignore
from bekenlab.flashing.connection import open_chip

if TYPE_CHECKING:
    from bekenlab.flashing.connection import ConnectionOptions

JOB = "reboot"


def reboot(connection: ConnectionOptions, *, events: EventSink = ignore) -> None:
    """Tell the connected chip to start its firmware; it sends no confirmation.

    Raises:
        BekenlabError: The port or the chip fails.
    """
    with open_chip(connection, JOB, events) as link:
        link.target.reboot()
