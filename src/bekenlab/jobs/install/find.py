"""Looks for a freshly installed device in the network."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from bekenlab.errors import BekenlabError
from bekenlab.events import EventSink, Message, ignore
from bekenlab.jobs.install.model import JOB, InstallReport, Search
from bekenlab.jobs.lan.scan import find_joined, local_networks
from bekenlab.lan.address import HTTP_PORT

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from ipaddress import IPv4Network


class InstalledFinder(Protocol):
    """Looks for what was installed; see :func:`find_installed`."""

    def __call__(
        self,
        report: InstallReport,
        /,
        *,
        skipped: Callable[[], bool] = ...,
        events: EventSink = ...,
    ) -> Search:
        """Where the device is."""


def find_installed(
    report: InstallReport,
    *,
    networks: Callable[[], Sequence[IPv4Network]] = local_networks,
    port: int = HTTP_PORT,
    skipped: Callable[[], bool] = lambda: False,
    events: EventSink = ignore,
) -> Search:
    """Look for the device in this computer's network; no password is sent.

    Args:
        report: What was installed.
        networks: Finds out which networks to look in.
        port: Port of its web server.
        skipped: Polled several times per second; True ends the search.
        events: Receives the countdown, and why it cannot be looked for.
    """
    mac = report.proposal.subject.mac
    was_skipped = False

    def over() -> bool:
        nonlocal was_skipped
        was_skipped = was_skipped or skipped()
        return was_skipped

    try:
        seen = find_joined(
            networks(),
            short_name=str(report.proposal.made.config.value("short_name")) or None,
            mac_tail=mac.reveal() if mac else None,
            port=port,
            skipped=over,
            events=events,
        )
    except BekenlabError as error:
        events(Message(JOB, "find", f"it cannot be looked for: {error.message}"))
        return Search(complete=False)
    if seen is not None:
        return Search(str(seen.host))
    return Search(complete=not was_skipped)
