"""A real server, a script that talks to it, and where the browser is."""

import asyncio
import os
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import httpx
import pytest

from bekenlab.jobs.install.find import InstalledFinder, find_installed
from bekenlab.web.context import AppContext, Settings
from bekenlab.web.server import Place, open_socket, server_of

TOKEN = "the-token-of-this-test"  # noqa: S105  known to the test only


@dataclass(frozen=True)
class Served:
    """A server that answers, and what is behind it."""

    url: str
    context: AppContext
    folder: Path

    @property
    def entrance(self) -> str:
        """The address that lets a browser in."""
        return f"{self.url}/?token={TOKEN}"

    @property
    def host(self) -> str:
        """What a request to it names as its host."""
        return self.url.removeprefix("http://")

    def script(self) -> httpx.Client:
        """A script that knows the token."""
        headers = {"authorization": f"Bearer {TOKEN}"}
        return httpx.Client(base_url=self.url, headers=headers, timeout=30)

    def stranger(self) -> httpx.Client:
        """Somebody who does not."""
        return httpx.Client(base_url=self.url, timeout=30)


@contextmanager
def serving(
    folder: Path,
    ports: tuple[str, ...] = (),
    *,
    at: int = 0,
    token: str = TOKEN,
    name: str = "",
    find: InstalledFinder = find_installed,
) -> Iterator[Served]:
    """Serve at a TCP port (0: any free one), with everything in a folder, and ports on offer.

    Without a name, all that browsers and scripts do happens at 127.0.0.1.
    """
    listening = open_socket(Place(port=at, exact=True))
    port = int(listening.getsockname()[1])
    settings = Settings(
        port=port,
        token=token,
        data=folder / "backups",
        state=folder / "state",
        cache=folder / "cache",
        ports=ports,
        closing=lambda: server.should_exit,
        name=name,
    )
    context = replace(AppContext.of(settings), find=find)
    server = server_of(context)
    thread = threading.Thread(target=lambda: asyncio.run(server.serve([listening])))
    thread.start()
    try:
        yield Served(f"http://127.0.0.1:{port}", context, folder)
    finally:
        server.should_exit = True
        thread.join()
        listening.close()


def chromium() -> str:
    """The system's browser; skips the test where there is none, fails it in CI.

    The one without windows is the same browser, and takes a third of the processor time.
    """
    names = ("chromium-headless-shell", "chromium", "chromium-browser")
    found = next(filter(None, map(shutil.which, names)), None)
    if found is None:
        reason = "needs Chromium (on Debian: apt install chromium-headless-shell)"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    return found
