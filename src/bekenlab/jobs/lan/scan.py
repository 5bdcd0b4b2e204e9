"""Which OpenBeken devices are there? Asked for by name only, and only near by."""

from __future__ import annotations

import ipaddress
import socket
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bekenlab.errors import Action, BekenlabError, RefusedError, UsageError
from bekenlab.events import Advanced, EventSink, Finished, Started, ignore
from bekenlab.lan.address import HTTP_PORT, Host
from bekenlab.lan.clock import Clock, Patience, WallClock
from bekenlab.lan.device import Device
from bekenlab.lan.errors import WebPasswordError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from ipaddress import IPv4Network

    from bekenlab.lan.replies import DeviceInfo

MOST_HOSTS = 4096
"""More addresses than a network at home has (a /20)."""

AT_ONCE = 64
"""Addresses asked at the same time: a /24 takes some four seconds."""

QUICK = Patience(connect=1.0, answer=3.0, tries=1)

_JOB = "scan"
# Where a packet for it would leave is the network we are in; none is sent (RFC 5737, TEST-NET-1).
_ELSEWHERE = ("192.0.2.1", 9)


@dataclass(frozen=True, slots=True)
class Seen:
    """A device that was found.

    Attributes:
        host: Where.
        info: What it says of itself; None where it wants a password for that.
    """

    host: Host
    info: DeviceInfo | None


@dataclass(frozen=True, slots=True)
class ScanReport:
    """What a scan found.

    Attributes:
        networks: Where was looked.
        asked: How many addresses.
        found: OpenBeken devices, by address.
    """

    networks: tuple[IPv4Network, ...]
    asked: int
    found: tuple[Seen, ...]


def local_networks() -> tuple[IPv4Network, ...]:
    """The network this computer is in, taken for a /24; nothing is sent to find out.

    Raises:
        UsageError: It is in none, or in one that is not private.
    """
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(_ELSEWHERE)
            address = ipaddress.IPv4Address(probe.getsockname()[0])
        except OSError:
            address = ipaddress.IPv4Address(0)
    if not address.is_private or address.is_unspecified or address.is_loopback:
        raise UsageError(
            "this computer is in no private network that could be told",
            hint="name one, such as 192.168.1.0/24",
        )
    return (ipaddress.IPv4Network((int(address) & ~0xFF, 24)),)


def parse_networks(texts: Iterable[str], *, anywhere: bool = False) -> tuple[IPv4Network, ...]:
    """The networks of ``192.168.1.0/24`` or ``192.168.1.40``.

    Args:
        texts: As the user wrote them.
        anywhere: Also networks that are not private.

    Raises:
        UsageError: One is none, or they have too many addresses.
        RefusedError: One is not private: the devices in it are somebody else's.
    """
    found = []
    for text in texts:
        try:
            network = ipaddress.IPv4Network(text.strip(), strict=False)
        except ValueError as error:
            raise UsageError(
                f"{text[:60]!r} is no IPv4 network", hint="write it like 192.168.1.0/24"
            ) from error
        if not network.is_private and not anywhere:
            raise RefusedError(
                f"{network} is not a private network",
                action=Action("scan-anywhere"),
            )
        found.append(network)
    count = sum(network.num_addresses for network in found)
    if count > MOST_HOSTS:
        raise UsageError(
            f"these are {count:,} addresses; {MOST_HOSTS:,} at most are scanned",
            hint="name a smaller network, such as 192.168.1.0/24",
        )
    return tuple(found)


def scan(
    networks: Sequence[IPv4Network],
    *,
    port: int = HTTP_PORT,
    at_once: int = AT_ONCE,
    patience: Patience = QUICK,
    events: EventSink = ignore,
) -> ScanReport:
    """Ask every address whether it is an OpenBeken device.

    No password is sent: it would go to every web server in the network.

    Args:
        networks: Where to look; see ``parse_networks``.
        port: Port of the web servers.
        at_once: Addresses asked at the same time.
        patience: How long each is waited for.
        events: Told of each device found.
    """
    hosts = [Host(str(address), port) for network in networks for address in _hosts(network)]
    hosts = list(dict.fromkeys(hosts))
    events(Started(_JOB, len(hosts)))
    found = sorted(
        _probe_all(hosts, at_once, patience, events),
        key=lambda seen: int(ipaddress.IPv4Address(seen.host.name)),
    )
    events(Finished(_JOB))
    return ScanReport(tuple(networks), len(hosts), tuple(found))


def find_joined(
    networks: Sequence[IPv4Network],
    *,
    short_name: str | None = None,
    mac_tail: bytes | None = None,
    seconds: float = 90.0,
    port: int = HTTP_PORT,
    patience: Patience = QUICK,
    clock: Clock | None = None,
    events: EventSink = ignore,
) -> Seen | None:
    """Find a device that is joining the network just now, by what is known of it.

    Scans again and again until it is there. It is the one with this short name or with this end of
    its MAC address; either is enough. One with a web password does not tell who it is, and is not
    found.

    Args:
        networks: Where to look; ``local_networks()`` for where this computer is.
        short_name: The name in its configuration, in any case, e.g. ``"obk12345678"``.
        mac_tail: Last bytes of its MAC address: three or four of them are enough.
        seconds: When to give up; a scan that has begun is finished.
        port: Port of its web server.
        patience: How long each address is waited for.
        clock: Time.
        events: Told of each device found, also of others.

    Returns:
        The device, or None when it did not come in time.

    Raises:
        ValueError: Neither name nor MAC address is given.
    """
    if not short_name and not mac_tail:
        raise ValueError("a device is found by its short name or its MAC address")
    clock = clock or WallClock()
    deadline = clock.now() + seconds
    while True:
        for seen in scan(networks, port=port, patience=patience, events=events).found:
            if seen.info and _is_it(seen.info, short_name, mac_tail):
                return seen
        if clock.now() >= deadline:
            return None
        clock.sleep(patience.poll)


def _is_it(info: DeviceInfo, short_name: str | None, mac_tail: bytes | None) -> bool:
    if short_name and info.short_name.lower() == short_name.lower():
        return True
    digits = "".join(each for each in info.mac.lower() if each in "0123456789abcdef")
    return bool(mac_tail) and digits.endswith((mac_tail or b"").hex())


def _hosts(network: IPv4Network) -> Iterator[ipaddress.IPv4Address]:
    """Addresses a device can have: not those of the network itself and of everybody in it."""
    return iter(network.hosts())


def _probe_all(
    hosts: Sequence[Host], at_once: int, patience: Patience, events: EventSink
) -> Iterator[Seen]:
    with ThreadPoolExecutor(at_once, thread_name_prefix="scan") as pool:
        asked = [pool.submit(_probe, host, patience) for host in hosts]
        try:
            for done, future in enumerate(as_completed(asked), 1):
                seen = future.result()
                if seen is not None:
                    events(Advanced(_JOB, done, str(seen.host)))
                    yield seen
        finally:
            # Ctrl+C, or nobody wants the rest: what has not begun is not begun any more.
            pool.shutdown(wait=False, cancel_futures=True)


def _probe(host: Host, patience: Patience) -> Seen | None:
    try:
        return Seen(host, Device(host, patience=patience).info())
    except WebPasswordError as error:
        return Seen(host, None) if error.facts.get("openbeken") else None
    except BekenlabError:
        return None
