"""Finding devices: in private networks, bounded, and never with a password."""

from __future__ import annotations

import time
from ipaddress import IPv4Network
from typing import TYPE_CHECKING

import pytest

from bekenlab.errors import RefusedError, UsageError
from bekenlab.events import Advanced, Awaiting, Event
from bekenlab.jobs.lan.scan import find_joined, local_networks, parse_networks, scan
from bekenlab.lan.clock import Timeouts
from lan.fake import FakeDevice
from lan.fake_firmware import MAC

if TYPE_CHECKING:
    from collections.abc import Iterator

HERE = parse_networks(["127.0.0.1"])
HASTY = Timeouts(connect=0.5, answer=1, tries=1, poll=0.01)


@pytest.fixture
def fake() -> Iterator[FakeDevice]:
    with FakeDevice() as device:
        yield device


def test_a_device_is_found_among_silent_addresses(fake: FakeDevice) -> None:
    events: list[Event] = []
    report = scan(
        parse_networks(["127.0.0.0/28"]), port=fake.port, timeouts=HASTY, events=events.append
    )
    assert report.asked == 14
    [seen] = report.found
    assert (seen.host, seen.info and seen.info.chipset) == (fake.host, "BK7231N")
    assert [event.item for event in events if isinstance(event, Advanced)] == [str(fake.host)]


def test_a_locked_device_is_found_without_its_name(fake: FakeDevice) -> None:
    fake.password = "geheim"  # noqa: S105  of the fake device
    [seen] = scan(HERE, port=fake.port, timeouts=HASTY).found
    assert seen.info is None


def test_an_address_is_asked_once(fake: FakeDevice) -> None:
    scan([*HERE, *HERE], port=fake.port, timeouts=HASTY)
    assert fake.requests == ["GET /api/info"]


@pytest.mark.parametrize("text", ["8.8.8.0/24", "172.32.0.0/24", "192.169.0.1"])
def test_only_private_networks_are_scanned_unless_asked(text: str) -> None:
    with pytest.raises(RefusedError, match="not a private network"):
        parse_networks([text])
    assert parse_networks([text], anywhere=True) == (IPv4Network(text, strict=False),)


@pytest.mark.parametrize(
    "texts", [["10.0.0.0/8"], ["x"], ["fe80::/64"], ["10.0.0.0/20", "10.1.0.1"]]
)
def test_what_cannot_be_scanned_is_refused(texts: list[str]) -> None:
    with pytest.raises(UsageError):
        parse_networks(texts)


def test_the_network_around_this_computer_is_a_small_private_one() -> None:
    try:
        [network] = local_networks()
    except UsageError:
        return  # a computer without network
    assert network.is_private
    assert network.num_addresses == 256


@pytest.mark.parametrize(
    ("name", "tail"), [("OBK59a1b2c3", None), (None, MAC[3:]), ("other", MAC[2:])]
)
def test_a_device_that_joins_is_found_by_name_or_address(
    fake: FakeDevice, name: str | None, tail: bytes | None
) -> None:
    seen = find_joined(HERE, short_name=name, mac_tail=tail, port=fake.port, timeouts=HASTY)
    assert seen is not None
    assert seen.host == fake.host


def test_another_device_is_not_it(fake: FakeDevice) -> None:
    options = {"port": fake.port, "timeouts": HASTY, "seconds": 0.05}
    assert find_joined(HERE, short_name="obk", mac_tail=b"\xc4", **options) is None
    assert len(fake.requests) > 1, "it looks again until its time is over"
    with pytest.raises(ValueError, match="short name or its MAC"):
        find_joined(HERE, **options)


def test_a_device_is_waited_for(fake: FakeDevice) -> None:
    fake.firmware.restarting = 1  # off the network for a while
    seen = find_joined(HERE, short_name="obk59A1B2C3", port=fake.port, timeouts=HASTY, seconds=5)
    assert seen is not None


def test_the_search_counts_down_and_can_be_skipped() -> None:
    events: list[Event] = []
    looks = iter([False] * 5 + [True] * 1000)
    begun = time.monotonic()
    seen = find_joined(
        HERE,
        short_name="obk",
        port=1,
        timeouts=HASTY,
        seconds=60,
        skipped=lambda: next(looks),
        events=events.append,
    )
    assert seen is None
    assert time.monotonic() - begun < 10
    left = [event.left for event in events if isinstance(event, Awaiting)]
    assert left
    assert left[0] <= 60
    assert {event.stage for event in events if isinstance(event, Awaiting)} == {"find"}
