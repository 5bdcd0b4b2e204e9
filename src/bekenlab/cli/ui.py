"""``bekenlab ui``: serves the pages to a browser."""

from __future__ import annotations

import signal
from contextlib import ExitStack
from typing import TYPE_CHECKING

import click

from bekenlab.cli import completion
from bekenlab.cli.install_options import cache_folder
from bekenlab.cli.interrupts import interruptible
from bekenlab.errors import ExitCode, MissingExtraError

if TYPE_CHECKING:
    from types import ModuleType

_EXTRA = frozenset({"starlette", "uvicorn", "jinja2", "anyio"})


@click.command("ui")
@click.option("--no-browser", is_flag=True, help="Only print the address; do not open the browser.")
@click.option(
    "--listen",
    metavar="HOST:PORT",
    help="Where to listen, on this computer only; default: 127.0.0.1:7231 or the next free port.",
)
@click.option(
    "--port",
    "-p",
    "ports",
    multiple=True,
    metavar="PORT",
    shell_complete=completion.PORTS,
    help="Also offer this port: a device, socket://, rfc2217:// or virtual:// URL.",
)
def command(no_browser: bool, listen: str | None, ports: tuple[str, ...]) -> int:
    """Open bekenlab in the browser.

    Analyse dumps, look up pins, back up and flash a device, all on this computer. The printed
    address contains the key of this run: anyone who has it can use the pages. Ctrl-C ends the
    server.
    """
    web = _server()
    from bekenlab.flashing.places import Places, state_folder
    from bekenlab.web.entrance import start_file

    def opened(address: str) -> None:
        click.echo(address)  # echo flushes; a script waits for this line
        click.echo("Open this address in a browser on this computer; Ctrl-C ends it.", err=True)
        if no_browser:
            return
        try:
            page = kept.enter_context(start_file(state_folder(), address))
        except OSError as error:
            click.echo(f"The browser was not opened: {error}", err=True)
        else:
            _open_browser(page.as_uri())
            click.echo("If that browser shows an error, open the address yourself.", err=True)

    place = web.parse_place(listen) if listen else web.Place()
    with interruptible(signal.SIGTERM), ExitStack() as kept:
        web.serve(
            place,
            data=Places.of_user().backups,
            state=state_folder(),
            cache=cache_folder(),
            ports=ports,
            opened=opened,
        )
    return int(ExitCode.OK)


def _server() -> ModuleType:
    """Import the server of the pages, which needs the packages of the extra ``web``.

    Raises:
        MissingExtraError: They are not installed.
    """
    try:
        from bekenlab.web import server
    except ModuleNotFoundError as error:
        if error.name is None or error.name.partition(".")[0] not in _EXTRA:
            raise
        raise MissingExtraError(
            f"the pages need {error.name}, which is not installed",
            hint="python -m pip install 'bekenlab[web]'",
        ) from error
    return server


def _open_browser(address: str) -> None:
    import threading
    import webbrowser

    # In a thread, because a browser in the terminal would block the server.
    threading.Thread(target=webbrowser.open, args=(address,), daemon=True).start()
