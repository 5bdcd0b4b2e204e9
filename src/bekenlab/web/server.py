"""Runs the server: a loopback socket, the application, an orderly shutdown."""

from __future__ import annotations

import errno
import re
import secrets
import socket
import sys
from contextlib import ExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING

import uvicorn

from bekenlab.errors import Action, ListenError
from bekenlab.web.app import create_app
from bekenlab.web.context import AppContext, Settings
from bekenlab.web.entrance import site_name
from bekenlab.web.limits import ImpatientProtocol

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

USUAL_PORT = 7231
_NEXT_PORTS = 20
_SHUTDOWN_SECONDS = 2
# The hosts that ``AccessPolicy`` accepts.
_HOSTS = ("127.0.0.1", "::1")
_NO_SUCH_ADDRESS = frozenset({errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT})


@dataclass(frozen=True, slots=True)
class Place:
    """Where to listen.

    Attributes:
        host: A loopback address.
        port: TCP port.
        exact: Whether to fail rather than use the next free port.
    """

    host: str = "127.0.0.1"
    port: int = USUAL_PORT
    exact: bool = False


def parse_place(text: str) -> Place:
    """Read ``HOST:PORT``, ``[::1]:PORT`` or ``:PORT``.

    Raises:
        ListenError: It is not in one of these forms, or not a loopback address.
    """
    host, _, digits = text.rpartition(":")
    host = host.strip("[]") or "127.0.0.1"
    if not re.fullmatch(r"[0-9]{1,5}", digits) or int(digits) > 65535:
        raise ListenError(f"{text!r} is not an address", hint="write it like 127.0.0.1:7231")
    host = "127.0.0.1" if host == "localhost" else host
    if host not in _HOSTS:
        raise ListenError(
            f"{host} is not a loopback address",
            hint="bekenlab serves this computer only: use 127.0.0.1, and ssh -L from elsewhere",
        )
    return Place(host, int(digits), exact=True)


def open_socket(place: Place) -> socket.socket:
    """Listen on the port, or on the next free one unless it must be exact.

    Raises:
        ListenError: Something else listens there.
    """
    ports = [place.port] if place.exact else [*range(place.port, place.port + _NEXT_PORTS), 0]
    family = socket.AF_INET6 if ":" in place.host else socket.AF_INET
    for port in ports:
        found = socket.socket(family, socket.SOCK_STREAM)
        if sys.platform != "win32":  # on Windows, two servers could then listen on one port
            found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            found.bind((place.host, port))
            found.listen()
        except OSError as error:
            found.close()
            if error.errno != errno.EADDRINUSE or port == ports[-1]:
                raise ListenError(
                    f"cannot listen on {place.host}:{port}: {(error.strerror or '').lower()}",
                    action=Action("listen-elsewhere"),
                ) from error
            continue
        return found
    raise ListenError(f"no port is free on {place.host}")


def other_loopback(host: str, port: int) -> socket.socket | bool:
    """Listen at the other loopback address, since browsers look for a name at both.

    Returns:
        The socket; True if this computer has no such address; False if another program listens
        there, which must not get the browser's requests: then no name can be used.
    """
    other = "127.0.0.1" if ":" in host else "::1"
    try:
        return open_socket(Place(other, port, exact=True))
    except (ListenError, OSError) as error:
        cause = error.__cause__ if isinstance(error, ListenError) else error
        return isinstance(cause, OSError) and cause.errno in _NO_SUCH_ADDRESS


def server_of(context: AppContext) -> uvicorn.Server:
    """A server for the application, to be run on a socket that is already listening."""
    config = uvicorn.Config(
        create_app(context),
        log_level="warning",
        access_log=False,
        server_header=False,
        ws="none",
        proxy_headers=False,
        timeout_graceful_shutdown=_SHUTDOWN_SECONDS,
        http=ImpatientProtocol,
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
        data: Folder for backups.
        state: Folder for records of adapters, backups and unfinished writes.
        cache: Folder for downloads.
        ports: Ports to offer in addition to those of this computer.
        opened: Called with the address, including the token, once the server answers.

    Raises:
        ListenError: Something else listens there.
    """
    listening = [open_socket(place)]
    port = int(listening[0].getsockname()[1])
    other = other_loopback(place.host, port)
    if isinstance(other, socket.socket):
        listening.append(other)
    token = secrets.token_urlsafe(24)
    settings = Settings(
        port=port,
        token=token,
        data=data,
        state=state,
        cache=cache,
        ports=ports,
        closing=lambda: server.should_exit,
        name=site_name(state) if other else "",
    )
    server = server_of(AppContext.of(settings))
    host = f"[{place.host}]" if ":" in place.host else place.host
    with ExitStack() as opening:
        for each in listening:
            opening.enter_context(each)
        opened(f"http://{host}:{port}/?token={token}")
        server.run(sockets=listening)
