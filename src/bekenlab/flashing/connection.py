"""Opening a port and linking with the chip on it."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bekenlab.errors import Action, UsageError
from bekenlab.events import Awaiting, EventSink, Message, ignore
from bekenlab.link.baud import DEFAULT_BAUD
from bekenlab.link.connect import connect
from bekenlab.link.errors import PortError
from bekenlab.link.keep_alive import keep_alive
from bekenlab.link.ports import PortKind, list_ports
from bekenlab.link.session.session import LINK_BAUD

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from bekenlab.flashing.baud_memory import BaudMemory
    from bekenlab.link.connect import Link
    from bekenlab.link.linking import LinkProgress
    from bekenlab.link.ports import Port
    from bekenlab.link.transport import Transport

_VIRTUAL = "virtual://"


def open_port(name: str, baud: int) -> Transport:
    """Open a port by name or URL.

    Raises:
        PortError: It cannot be opened.
        BekenlabError: A ``virtual://`` URL is malformed.
    """
    if name.startswith(_VIRTUAL):
        from bekenlab.link.virtual import open_virtual, parse_address  # needs numpy and unicorn

        return open_virtual(parse_address(name))
    from bekenlab.link.serial_port import SerialTransport

    return SerialTransport(name, baud)


@dataclass(frozen=True, slots=True)
class ConnectionOptions:
    """How to reach the chip.

    Attributes:
        port: Device name or URL (``socket://``, ``rfc2217://``, ``virtual://``); None: the only
            adapter that is plugged in.
        baud: Highest baud rate to use; None: what this adapter managed last, else 921600.
        wait: Seconds to wait for a reset by hand.
        memory: Remembers baud rates by adapter, or None.
        choose: Chooses among several ports; returns one or raises.
        open_port: Opens a port by name at a baud rate.
    """

    port: str | None = None
    baud: int | None = None
    wait: float = 30.0
    memory: BaudMemory | None = None
    choose: Callable[[Sequence[Port]], str] | None = None
    open_port: Callable[[str, int], Transport] = open_port


def find_port(connection: ConnectionOptions) -> tuple[str, str]:
    """The port to use and the key of its adapter; opens no port.

    Raises:
        PortError: No adapter is plugged in.
        UsageError: There are several, and ``connection.choose`` is None.
    """
    ports = list_ports()
    if connection.port is not None:
        known = next((port for port in ports if port.device == connection.port), None)
        return connection.port, known.adapter_key if known else connection.port
    # Only a known adapter is used without asking: any other device might react to the bytes it
    # is sent.
    adapters = [port for port in ports if port.kind is PortKind.ADAPTER and not port.busy]
    if len(adapters) == 1:
        return adapters[0].device, adapters[0].adapter_key
    candidates = [port for port in ports if port.kind is not PortKind.FOREIGN and port.usb_id]
    if candidates and connection.choose is not None:
        device = connection.choose(candidates)
        return device, next(p.adapter_key for p in candidates if p.device == device)
    if candidates:
        names = ", ".join(port.device for port in candidates)
        raise UsageError(
            f"cannot tell which port to use: {names}",
            action=Action("name-port"),
        )
    raise PortError(
        "no USB-serial adapter is plugged in",
        action=Action("plug-in-adapter"),
    )


@contextmanager
def open_chip(
    connection: ConnectionOptions, job: str, events: EventSink = ignore
) -> Iterator[Link]:
    """Open the port, link with the chip and identify it; close the port at the end.

    The loader is kept waiting between requests, however long the user takes to answer.

    Raises:
        BekenlabError: The port cannot be opened, or no chip answers.
    """
    name, key = find_port(connection)
    remembered = connection.memory.recall(key) if connection.memory else None
    baud = connection.baud or remembered or DEFAULT_BAUD
    transport = connection.open_port(name, LINK_BAUD)
    try:
        link = connect(transport, baud=baud, wait=connection.wait, watch=_watcher(job, events))
        with keep_alive(link.target):
            _report_link(link, name, baud, job, events)
            yield link
        if connection.memory and connection.baud is None:
            # The rate that worked to the end: a weak adapter should not start too fast next time.
            connection.memory.remember(key, link.target.session.baud)
    finally:
        transport.close()


def _watcher(job: str, events: EventSink) -> Callable[[LinkProgress], None]:
    def watch(state: LinkProgress) -> None:
        diagnosis = state.diagnosis
        seen = diagnosis.seen + (f": {diagnosis.sample}" if diagnosis.sample else "")
        heard = str(diagnosis.heard)
        events(Awaiting(job, str(state.stage), seen, diagnosis.advice, state.left, heard))

    return watch


def _report_link(link: Link, name: str, wanted: int, job: str, events: EventSink) -> None:
    identity = link.target.identity
    size = f"{identity.flash_size / (1 << 20):g} MiB"
    text = f"linked on {name}: {identity.chip_name}, loader {identity.loader_text}, flash {size}"
    events(Message(job, "linked", f"{text}, {link.baud} baud"))
    if link.baud < wanted:
        events(Message(job, "baud-lowered", f"{wanted} baud is not reliable; using {link.baud}"))
