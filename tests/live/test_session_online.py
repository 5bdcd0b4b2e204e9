"""A live chip in a network of the air: its page at a port of this computer, while it runs."""

from __future__ import annotations

import socket
import time
from typing import TYPE_CHECKING

import httpx
import pytest

from air_devices import OBK_N, firmware
from bekenlab.analysis.inputs import unpack
from bekenlab.errors import UnsupportedError, UsageError
from bekenlab.live.messages import Messages
from bekenlab.live.online import NetworkChoice, NetworkKind
from bekenlab.live.sessions import LiveSessions
from bekenlab.live.source import demo_templates, live_source
from bekenlab.report.live_json import picture_json
from live_chips import sample, tiny
from machine_support import LOOP

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bekenlab.live.model import Picture
    from bekenlab.live.session import LiveSession
    from bekenlab.live.source import LiveSource

LONG = 60.0


@pytest.fixture
def sessions() -> Iterator[LiveSessions]:
    made = LiveSessions()
    yield made
    made.close_all()


def openbeken() -> LiveSource:
    return live_source(unpack("obk.bin", firmware(OBK_N))[0], template=demo_templates()["plug"])


def opened(sessions: LiveSessions, source: LiveSource, kind: NetworkKind) -> LiveSession:
    session = sessions.get(sessions.open(source, NetworkChoice(kind)))
    assert session is not None
    return session


def is_there(picture: Picture) -> bool:
    return picture.network is not None and picture.network.address is not None


def relay(picture: Picture) -> bool:
    return any(part.kind == "relay" and part.on for part in picture.parts)


def test_nothing_is_opened_unless_it_was_chosen(sessions: LiveSessions) -> None:
    session = opened(sessions, openbeken(), NetworkKind.NONE)
    assert session.picture.network is None
    before = opened(sessions, sample(), NetworkKind.NONE)
    assert before.picture.network is None


@pytest.mark.parametrize("kind", [NetworkKind.ITS, NetworkKind.OURS])
def test_its_page_moves_its_pins(sessions: LiveSessions, kind: NetworkKind) -> None:
    session = opened(sessions, openbeken(), kind)
    session.watch()
    network = session.picture.network
    assert network is not None
    assert network.page.startswith("http://127.0.0.1:")
    assert session.wait_for(is_there, LONG)
    assert not relay(session.picture)
    with httpx.Client(base_url=network.page, timeout=30) as client:
        assert "OpenBK7231N" in client.get("/index").text
        client.get("/index?tgl=1")
        assert session.wait_for(relay, LONG)
        strange = client.get("/index", headers={"origin": "http://elsewhere.example"})
        assert strange.status_code == 403


def test_it_joins_a_protected_network_and_publishes_to_its_broker(sessions: LiveSessions) -> None:
    choice = NetworkChoice(NetworkKind.OURS, protected=True, mqtt=True)
    session = sessions.get(sessions.open(openbeken(), choice))
    assert session is not None
    session.watch()

    def heard(picture: Picture) -> bool:
        return picture.network is not None and bool(picture.network.mqtt)

    assert session.wait_for(heard, 2 * LONG)
    network = session.picture.network
    assert network is not None
    assert network.protected
    topics = [topic for topic, _ in network.mqtt or ()]
    assert any(topic.endswith("/connected") for topic in topics), topics
    shown = picture_json(session.picture)["network"]
    assert shown["mqtt"][0].keys() == {"topic", "text"}


@pytest.mark.parametrize("kind", [NetworkKind.NONE, NetworkKind.ITS])
@pytest.mark.parametrize("more", [{"mqtt": True}, {"protected": True}])
def test_only_our_network_has_a_broker_and_wpa2(kind: NetworkKind, more: dict[str, bool]) -> None:
    with pytest.raises(UsageError, match="needs our network"):
        NetworkChoice(kind, **more)


def test_the_newest_message_of_each_topic_is_kept() -> None:
    messages = Messages(most=2)
    assert messages.newest() == ()
    for topic, content in (("a", b"1"), ("b", b"2"), ("a", b"3"), ("c", b"\xff" + b"x" * 500)):
        messages.take(topic, content)
    (newest, text), old = messages.newest()
    assert (newest, text[:2], text[-1], len(text)) == ("c", "\ufffdx", "…", 401)
    assert old == ("a", "3")


def test_a_chip_whose_page_is_read_does_not_fall_asleep(sessions: LiveSessions) -> None:
    """Nobody watches the bench itself; a request wakes the chip."""
    session = opened(sessions, openbeken(), NetworkKind.ITS)
    watcher = session.watch()
    assert session.wait_for(is_there, LONG)
    session._nap_after = 3.0  # instead of half a minute
    watcher.close()
    network = session.picture.network
    assert network is not None
    while session.idle_seconds() < 3.5:
        time.sleep(0.05)
    asleep = session.picture.device_seconds
    time.sleep(0.3)
    assert session.picture.device_seconds == asleep
    assert httpx.get(f"{network.page}index", timeout=30).status_code == 200
    assert session.picture.device_seconds > asleep


def test_another_network_starts_it_again_under_the_same_name(sessions: LiveSessions) -> None:
    name = sessions.open(openbeken())
    before = sessions.get(name)
    assert before is not None
    assert sessions.restart(name, NetworkChoice(NetworkKind.ITS))
    after = sessions.get(name)
    assert after is not None
    assert after is not before
    assert after.picture.network is not None
    port = int(after.picture.network.page.rstrip("/").rpartition(":")[2])
    assert sessions.restart(name, NetworkChoice())
    with pytest.raises(OSError, match="refused"):
        socket.create_connection(("127.0.0.1", port), timeout=5)
    assert not sessions.restart("unknown", NetworkChoice(NetworkKind.ITS))


def test_firmware_whose_settings_are_not_known_stays_as_it_was(sessions: LiveSessions) -> None:
    name = sessions.open(tiny(LOOP))
    before = sessions.get(name)
    with pytest.raises(UnsupportedError):
        sessions.restart(name, NetworkChoice(NetworkKind.OURS))
    assert sessions.get(name) is before
