"""What all pages share: settings, files, jobs, virtual devices, and how a page is made."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bekenlab.flashing.places import Places
from bekenlab.live.sessions import LiveSessions
from bekenlab.web.backups import Backups
from bekenlab.web.events import Streams
from bekenlab.web.manager import JobManager
from bekenlab.web.ports import Ports
from bekenlab.web.security import AccessPolicy
from bekenlab.web.uploads import UploadStore

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from starlette.requests import HTTPConnection


@dataclass(frozen=True, slots=True)
class Settings:
    """How a server is set up.

    Attributes:
        port: TCP port of this computer it is reached at.
        token: Secret of this run.
        data: Folder backups are kept in.
        state: Folder where adapters, backups and unfinished writes are remembered.
        cache: Folder for what was downloaded.
        ports: Ports to offer besides those of this computer: devices or URLs, named in the
            terminal. A page can choose among what is offered, and name nothing itself.
        closing: Whether the server is about to end.
    """

    port: int
    token: str
    data: Path
    state: Path
    cache: Path
    ports: tuple[str, ...] = ()
    closing: Callable[[], bool] = lambda: False

    @property
    def places(self) -> Places:
        """The user's folders, as jobs take them."""
        return Places(self.state, self.data)


@dataclass(frozen=True, slots=True)
class AppContext:
    """The server's things.

    Attributes:
        settings: How it is set up.
        ports: What can be connected to.
        backups: What was read from devices.
        uploads: Files that were dropped.
        manager: Jobs.
        streams: Event streams that are open.
        chips: Virtual chips on the bench.
        clock: Monotonic seconds.
    """

    settings: Settings
    ports: Ports
    backups: Backups
    uploads: UploadStore = field(default_factory=UploadStore)
    manager: JobManager = field(default_factory=JobManager)
    streams: Streams = field(default_factory=Streams)
    chips: LiveSessions = field(default_factory=LiveSessions)
    clock: Callable[[], float] = time.monotonic

    @classmethod
    def of(cls, settings: Settings) -> AppContext:
        """A laboratory in which nothing has happened yet."""
        return cls(settings, Ports(settings.ports), Backups(settings.places))

    @property
    def policy(self) -> AccessPolicy:
        """Who is let in."""
        return AccessPolicy.at(self.settings.port, self.settings.token)


def context_of(request: HTTPConnection) -> AppContext:
    """The server's things, for a route."""
    found: AppContext = request.app.state.context
    return found
