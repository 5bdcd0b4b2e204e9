"""State shared by all pages: settings, files, jobs, virtual devices."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bekenlab.flashing.places import Places
from bekenlab.jobs.install.find import InstalledFinder, find_installed
from bekenlab.live.sessions import LiveSessions
from bekenlab.web.backups import Backups
from bekenlab.web.bundles import Bundles
from bekenlab.web.manager import JobManager
from bekenlab.web.ports import Ports
from bekenlab.web.security import AccessPolicy
from bekenlab.web.streaming import Streams
from bekenlab.web.uploads import UploadStore

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from starlette.requests import HTTPConnection


@dataclass(frozen=True, slots=True)
class Settings:
    """Settings of a server.

    Attributes:
        port: TCP port it listens on.
        token: Secret of this run.
        data: Folder for backups.
        state: Folder for records of adapters, backups and unfinished writes.
        cache: Folder for downloads.
        ports: Additional ports to offer, named in the terminal: devices or URLs. A page can
            choose among the offered ports, but cannot name others.
        closing: Whether the server is shutting down.
        name: Name of the server's own host, below ``localhost``; empty for none.
    """

    port: int
    token: str
    data: Path
    state: Path
    cache: Path
    ports: tuple[str, ...] = ()
    closing: Callable[[], bool] = lambda: False
    name: str = ""

    @property
    def places(self) -> Places:
        """The user's folders, in the form that jobs take."""
        return Places(self.state, self.data)


@dataclass(frozen=True, slots=True)
class AppContext:
    """State of a running server.

    Attributes:
        settings: Settings of the server.
        ports: Ports and virtual devices that can be connected to.
        backups: Backups of devices.
        uploads: Dropped files.
        manager: Jobs.
        streams: Counts open event streams.
        bundles: The streams that carry all that a browser watches.
        chips: Virtual chips on the bench.
        find: Looks for an installed device in the network.
        clock: Monotonic seconds.
    """

    settings: Settings
    ports: Ports
    backups: Backups
    uploads: UploadStore = field(default_factory=UploadStore)
    manager: JobManager = field(default_factory=JobManager)
    streams: Streams = field(default_factory=Streams)
    bundles: Bundles = field(default_factory=Bundles)
    chips: LiveSessions = field(default_factory=LiveSessions)
    find: InstalledFinder = find_installed
    clock: Callable[[], float] = time.monotonic

    @classmethod
    def of(cls, settings: Settings) -> AppContext:
        """The context of a new server."""
        return cls(settings, Ports(settings.ports), Backups(settings.places))

    @property
    def policy(self) -> AccessPolicy:
        """Which requests are accepted."""
        return AccessPolicy.at(self.settings.port, self.settings.token, self.settings.name)


def context_of(request: HTTPConnection) -> AppContext:
    """The context of the server that handles a request."""
    found: AppContext = request.app.state.context
    return found
