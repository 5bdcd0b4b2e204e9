"""The server's life: a socket on this computer only, the application behind it, an orderly end."""

from __future__ import annotations

import errno
import secrets
import socket
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

import uvicorn

from bekenlab.errors import Action, ListenError
from bekenlab.web.app import create_app
from bekenlab.web.context import AppContext, Settings

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

USUAL_PORT = 7231
_NEXT_PORTS = 20
_LAST_WORDS = 2
# Those that the gates let in, see ``AccessPolicy``.
_HOSTS = ("127.0.0.1", "::1")


@dataclass(frozen=True, slots=True)
class Place:
    """Where to listen.

    Attributes:
        host: A loopback address.
        port: TCP port.
        exact: Whether no other port will do.
    """

    host: str = "127.0.0.1"
    port: int = USUAL_PORT
    exact: bool = False


def parse_place(text: str) -> Place:
    """Read ``HOST:PORT``, ``[::1]:PORT`` or ``:PORT``.

    Raises:
        ListenError: It is no such thing, or another address than those of this computer for itself.
    """
    host, _, digits = text.rpartition(":")
    host = host.strip("[]") or "127.0.0.1"
    if not digits.isdecimal() or not 0 <= int(digits) <= 65535:
        raise ListenError(f"{text!r} is no address", hint="write it like 127.0.0.1:7231")
    host = "127.0.0.1" if host == "localhost" else host
    if host not in _HOSTS:
        raise ListenError(
            f"{host} is not the address of this computer for itself",
            hint="bekenlab serves this computer only: use 127.0.0.1; from elsewhere, ssh -L",
        )
    return Place(host, int(digits), exact=True)


def open_socket(place: Place) -> socket.socket:
    """Listen there, or at the next free port where that will do.

    Raises:
        ListenError: Something else listens there.
    """
    ports = [place.port] if place.exact else [*range(place.port, place.port + _NEXT_PORTS), 0]
    family = socket.AF_INET6 if ":" in place.host else socket.AF_INET
    for port in ports:
        found = socket.socket(family, socket.SOCK_STREAM)
        if sys.platform != "win32":  # there it would let two servers listen at one port
            found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            found.bind((place.host, port))
            found.listen()
        except OSError as error:
            found.close()
            if error.errno != errno.EADDRINUSE or port == ports[-1]:
                raise ListenError(
                    f"cannot listen at {place.host}:{port}: {(error.strerror or '').lower()}",
                    action=Action("listen-elsewhere"),
                ) from error
            continue
        return found
    raise ListenError(f"no port is free at {place.host}")


def server_of(context: AppContext) -> uvicorn.Server:
    """The server of a laboratory, to be run on a socket that listens already."""
    config = uvicorn.Config(
        create_app(context),
        log_level="warning",
        access_log=False,
        server_header=False,
        ws="none",
        proxy_headers=False,
        timeout_graceful_shutdown=_LAST_WORDS,
    )
    return uvicorn.Server(config)


def serve(
    place: Place,
    *,
    data: Path,
    state: Path,
    cache: Path,
    ports: tuple[str, ...] = (),
    opened: Callable[[str], None],
) -> None:
    """Serve the pages until Ctrl-C.

    Args:
        place: Where to listen.
        data: Folder backups are kept in.
        state: Folder where adapters, backups and unfinished writes are remembered.
        cache: Folder for what was downloaded.
        ports: Ports to offer besides those of this computer.
        opened: Told the address, with the token in it, once it answers.

    Raises:
        ListenError: Something else listens there.
    """
    listening = open_socket(place)
    port = int(listening.getsockname()[1])
    token = secrets.token_urlsafe(24)
    settings = Settings(
        port=port,
        token=token,
        data=data,
        state=state,
        cache=cache,
        ports=ports,
        closing=lambda: server.should_exit,
    )
    server = server_of(AppContext.of(settings))
    host = f"[{place.host}]" if ":" in place.host else place.host
    with listening:
        opened(f"http://{host}:{port}/?token={token}")
        server.run(sockets=[listening])
