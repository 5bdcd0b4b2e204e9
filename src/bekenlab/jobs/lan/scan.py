"""Find OpenBeken devices on the local network; only runs when asked to."""

from __future__ import annotations

import ipaddress
import socket
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor
from concurrent.futures import wait as wait_for
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bekenlab.errors import Action, BekenlabError, RefusedError, UsageError
from bekenlab.events import Advanced, Awaiting, EventSink, Finished, Started, ignore
from bekenlab.lan.address import HTTP_PORT, Host
from bekenlab.lan.clock import Clock, Timeouts, WallClock
from bekenlab.lan.device import Device
from bekenlab.lan.errors import WebPasswordError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from ipaddress import IPv4Network

    from bekenlab.lan.replies import DeviceInfo

MOST_HOSTS = 4096
"""More addresses than a home network has (a /20)."""

AT_ONCE = 64
"""Addresses asked at the same time: a /24 takes about four seconds."""

QUICK = Timeouts(connect=1.0, answer=3.0, tries=1)

_JOB = "scan"
_LOOK = 0.2  # seconds between looks at whether to stop
# The interface that would send to it is on our network; nothing is sent (RFC 5737, TEST-NET-1).
_ELSEWHERE = ("192.0.2.1", 9)


@dataclass(frozen=True, slots=True)
class FoundDevice:
    """A device that was found.

    Attributes:
        host: Its address.
        info: What it reports about itself; None if that requires a password.
    """

    host: Host
    info: DeviceInfo | None


@dataclass(frozen=True, slots=True)
class ScanReport:
    """What a scan found.

    Attributes:
        networks: The networks scanned.
        asked: Number of addresses asked.
        found: OpenBeken devices, by address.
    """

    networks: tuple[IPv4Network, ...]
    asked: int
    found: tuple[FoundDevice, ...]


def local_networks() -> tuple[IPv4Network, ...]:
    """The network this computer is in, assumed to be a /24; nothing is sent to find out.

    Raises:
        UsageError: It is in no network, or in one that is not private.
    """
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(_ELSEWHERE)
            address = ipaddress.IPv4Address(probe.getsockname()[0])
        except OSError:
            address = ipaddress.IPv4Address(0)
    if not address.is_private or address.is_unspecified or address.is_loopback:
        raise UsageError(
            "no private network of this computer was found",
            hint="name one, such as 192.168.1.0/24",
        )
    return (ipaddress.IPv4Network((int(address) & ~0xFF, 24)),)


def parse_networks(texts: Iterable[str], *, anywhere: bool = False) -> tuple[IPv4Network, ...]:
    """Parse networks such as ``192.168.1.0/24``, or single addresses such as ``192.168.1.40``.

    Args:
        texts: As the user wrote them.
        anywhere: Accept networks that are not private.

    Raises:
        UsageError: One is not a network, or they have too many addresses.
        RefusedError: One is not private: the devices in it belong to somebody else.
    """
    found = []
    for text in texts:
        try:
            network = ipaddress.IPv4Network(text.strip(), strict=False)
        except ValueError as error:
            raise UsageError(
                f"{text[:60]!r} is not an IPv4 network", hint="write it like 192.168.1.0/24"
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
            f"these are {count:,} addresses, but at most {MOST_HOSTS:,} are scanned",
            hint="name a smaller network, such as 192.168.1.0/24",
        )
    return tuple(found)


def scan(
    networks: Sequence[IPv4Network],
    *,
    port: int = HTTP_PORT,
    at_once: int = AT_ONCE,
    timeouts: Timeouts = QUICK,
    stopped: Callable[[], bool] = lambda: False,
    events: EventSink = ignore,
) -> ScanReport:
    """Ask every address whether it is an OpenBeken device.

    No password is sent: it would go to every web server in the network.

    Args:
        networks: The networks; see ``parse_networks``.
        port: Port of the web servers.
        at_once: Addresses asked at the same time.
        timeouts: How long to wait for each.
        stopped: Polled several times per second; True ends the scan with what was found.
        events: Receives each device found.
    """
    hosts = [Host(str(address), port) for network in networks for address in _hosts(network)]
    hosts = list(dict.fromkeys(hosts))
    events(Started(_JOB, len(hosts)))
    found = sorted(
        _probe_all(hosts, at_once, timeouts, stopped, events),
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
    timeouts: Timeouts = QUICK,
    clock: Clock | None = None,
    skipped: Callable[[], bool] = lambda: False,
    events: EventSink = ignore,
) -> FoundDevice | None:
    """Wait for a device that is joining the network, by its short name or its MAC address.

    Scans repeatedly until a device has this short name or a MAC address with this end; either is
    enough. A device with a web password does not identify itself, so it is not found.

    Args:
        networks: The networks; ``local_networks()`` for this computer's.
        short_name: The name in its configuration, e.g. ``"obk12345678"``; case is ignored.
        mac_tail: Last bytes of its MAC address; three or four are enough.
        seconds: When to give up.
        port: Port of its web server.
        timeouts: How long to wait for each address.
        clock: Measures the time.
        skipped: Polled several times per second; True ends the search.
        events: Receives the countdown, and each device found, including others.

    Returns:
        The device, or None if it did not appear in time or the search was skipped.

    Raises:
        ValueError: Neither name nor MAC address is given.
    """
    if not short_name and not mac_tail:
        raise ValueError("a device is found by its short name or its MAC address")
    clock = clock or WallClock()
    wait = _Wait(clock, seconds, skipped, events)
    while True:
        for seen in scan(
            networks, port=port, timeouts=timeouts, stopped=wait.is_over, events=events
        ).found:
            if seen.info and _is_it(seen.info, short_name, mac_tail):
                return seen
        begun = clock.now()
        while clock.now() - begun < timeouts.poll and not wait.is_over():
            clock.sleep(min(timeouts.poll, _LOOK))
        if wait.is_over():
            return None


class _Wait:
    """The time that is left to find a device, told to the user as it passes."""

    def __init__(
        self, clock: Clock, seconds: float, skipped: Callable[[], bool], events: EventSink
    ) -> None:
        self._clock = clock
        self._end = clock.now() + seconds
        self._skipped = skipped
        self._events = events
        self._said = -1

    def is_over(self) -> bool:
        """Whether to stop: time is up, or the user has skipped it."""
        left = max(0.0, self._end - self._clock.now())
        if int(left) != self._said:
            self._said = int(left)
            seen = "not there yet"
            self._events(Awaiting(_JOB, "find", seen, "wait", left))
        return not left or self._skipped()


def _is_it(info: DeviceInfo, short_name: str | None, mac_tail: bytes | None) -> bool:
    if short_name and info.short_name.lower() == short_name.lower():
        return True
    digits = "".join(each for each in info.mac.lower() if each in "0123456789abcdef")
    return bool(mac_tail) and digits.endswith((mac_tail or b"").hex())


def _hosts(network: IPv4Network) -> Iterator[ipaddress.IPv4Address]:
    """Addresses that a device can have: all but the network and broadcast addresses."""
    return iter(network.hosts())


def _probe_all(
    hosts: Sequence[Host],
    at_once: int,
    timeouts: Timeouts,
    stopped: Callable[[], bool],
    events: EventSink,
) -> Iterator[FoundDevice]:
    pool = ThreadPoolExecutor(at_once, thread_name_prefix="scan")
    asked = {pool.submit(_probe, host, timeouts) for host in hosts}
    done = 0
    try:
        while asked and not stopped():
            ready, asked = wait_for(asked, timeout=_LOOK, return_when=FIRST_COMPLETED)
            for future in ready:
                done += 1
                seen = future.result()
                if seen is not None:
                    events(Advanced(_JOB, done, str(seen.host)))
                    yield seen
    finally:
        # After Ctrl+C, or if the caller stops early, neither start nor await the remaining probes.
        pool.shutdown(wait=False, cancel_futures=True)


def _probe(host: Host, timeouts: Timeouts) -> FoundDevice | None:
    try:
        return FoundDevice(host, Device(host, timeouts=timeouts).info())
    except WebPasswordError:
        return FoundDevice(host, None)
    except BekenlabError:
        return None
