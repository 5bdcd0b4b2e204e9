"""A live chip in its thread: paced, paused, stepped, watched, closed."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pytest

from bekenlab.errors import RefusedError
from bekenlab.live.commands import Pause, Press, Reset, Resume, SetSpeed, Step
from bekenlab.live.model import LiveState, Picture, StopCause
from bekenlab.live.pacing import Pacer, Speedometer
from bekenlab.live.session import LiveSession
from bekenlab.live.sessions import LiveSessions
from live_chips import BUTTON, sample, tiny
from machine_support import LOOP

if TYPE_CHECKING:
    from collections.abc import Iterator

LONG = 30.0  # real seconds no test comes near
CRASH = 0xE7F000F0


@pytest.fixture
def session() -> Iterator[LiveSession]:
    live = LiveSession(sample(), speed=None)
    live.watch()
    yield live
    live.close()


def is_on(picture: Picture, name: str) -> bool:
    return any(part.id == name and part.on for part in picture.parts)


def test_pressing_the_button_lights_the_relay(session: LiveSession) -> None:
    watcher = session.watch()
    assert session.wait_for(lambda picture: picture.device_seconds > 0.3, LONG)
    assert session.command(Press(BUTTON))
    assert session.wait_for(lambda picture: is_on(picture, "P26"), LONG)
    frame = watcher.take()
    assert (26, 1) in [(edge.gpio, edge.level) for edge in frame.edges]
    assert "relay on" in "".join(piece.text for piece in frame.log)
    times = [edge.seconds for edge in frame.edges]
    assert times == sorted(times)
    assert times[-1] <= frame.picture.device_seconds
    again = watcher.take()
    assert not {edge.seconds for edge in again.edges} & set(times), "each edge once"


def test_a_pause_stops_time_and_a_step_is_as_long_as_asked(session: LiveSession) -> None:
    session.command(Pause())
    assert session.wait_for(lambda picture: picture.state is LiveState.PAUSED, LONG)
    stood = session.picture.device_seconds
    session.command(Step(0.25))
    assert session.wait_for(lambda picture: picture.device_seconds >= stood + 0.25, LONG)
    stood = session.picture.device_seconds
    session.command(Press(BUTTON))
    assert session.wait_for(lambda picture: is_on(picture, "P10"), LONG)
    assert (session.picture.device_seconds, session.picture.state) == (stood, LiveState.PAUSED)
    session.command(Resume())
    assert session.wait_for(lambda picture: picture.device_seconds > stood, LONG)
    assert session.picture.state is LiveState.RUNNING


def test_a_reset_begins_at_nought_with_new_edges(session: LiveSession) -> None:
    watcher = session.watch()
    assert session.wait_for(lambda picture: picture.device_seconds > 2, LONG)
    session.command(Pause())
    session.command(Reset())
    assert session.wait_for(lambda picture: picture.power_ups == 2, LONG)
    frame = watcher.take()
    assert (frame.picture.device_seconds, frame.edges) == (0.0, ())
    assert [piece.text for piece in frame.log if piece.port == "bench"] == ["reset"]


def test_a_crash_is_told_and_a_reset_goes_on() -> None:
    live = LiveSession(tiny(CRASH), speed=None)
    try:
        assert live.wait_for(lambda picture: picture.state is LiveState.STOPPED, LONG)
        assert live.picture.stop is not None
        assert live.picture.stop.cause is StopCause.CRASH
        live.command(Step(1.0))
        live.command(Reset())
        assert live.wait_for(lambda picture: picture.power_ups == 2, LONG)
        assert live.wait_for(lambda picture: picture.state is LiveState.STOPPED, LONG)
    finally:
        live.close()


def test_a_fault_of_a_model_ends_the_run_not_the_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    live = LiveSession(tiny(LOOP), speed=None, paused=True)
    try:

        def fail(_until: object) -> None:
            raise RuntimeError("model")

        monkeypatch.setattr(live._chip._machine, "run", fail)
        live.command(Resume())
        assert live.wait_for(lambda picture: picture.stop is not None, LONG)
        assert live.picture.stop is not None
        assert live.picture.stop.cause is StopCause.INTERNAL
        live.command(Reset())
        assert live.wait_for(lambda picture: picture.state is LiveState.RUNNING, LONG)
    finally:
        live.close()


def test_time_stands_still_while_nobody_looks() -> None:
    live = LiveSession(sample(), speed=None, nap_after=0.0)
    try:
        watcher = live.watch()
        assert live.wait_for(lambda picture: picture.device_seconds > 0.5, LONG)
        watcher.close()
        assert live.idle_seconds() >= 0
        stood = threading.Event()

        def same(picture: Picture, seen: list[float]) -> bool:
            seen.append(picture.device_seconds)
            return len(seen) > 1 and seen[-1] == seen[-2]

        seen: list[float] = []
        while not stood.wait(0.2):
            if same(live.picture, seen):
                break
        live.watch()
        assert live.wait_for(lambda picture: picture.device_seconds > seen[-1], LONG)
    finally:
        live.close()


def test_a_watcher_is_woken_and_a_closed_session_takes_no_commands() -> None:
    live = LiveSession(sample())
    woken = threading.Event()
    live.watch(woken.set)
    assert woken.wait(LONG)
    live.close()
    assert live.picture.state is LiveState.CLOSED
    assert not live.command(Pause())
    assert not live.wait_for(lambda _picture: False, LONG)


def test_a_flood_of_commands_is_refused() -> None:
    live = LiveSession(sample(), paused=True)
    try:
        with live._news:  # the thread cannot take any meanwhile
            taken = sum(live.command(Pause()) for _ in range(3000))
        assert 1000 <= taken < 3000
    finally:
        live.close()


def test_speed_is_kept_within_what_makes_sense(session: LiveSession) -> None:
    session.command(SetSpeed(1000.0))
    assert session.wait_for(lambda picture: picture.speed == 20.0, LONG)
    session.command(SetSpeed(None))
    assert session.wait_for(lambda picture: picture.speed is None, LONG)
    session.command(SetSpeed(0.0))
    assert session.wait_for(lambda picture: picture.speed == 0.1, LONG)


def test_device_time_follows_real_time() -> None:
    pacer = Pacer(2.0)
    pacer.restart(10.0, 3.0)
    assert pacer.due(10.1, 3.0) == pytest.approx(0.2)
    assert pacer.wait(pacer.due(10.1, 3.4)) == pytest.approx(0.1)
    assert pacer.due(20.0, 3.2) == pytest.approx(0.5), "what was missed is not caught up"
    assert pacer.due(20.1, 3.7) == pytest.approx(0.2)


def test_the_speedometer_looks_back_a_second() -> None:
    meter = Speedometer()
    assert meter.note(0.0, 0.0) == 0.0
    for tenth in range(1, 21):
        meter.note(tenth / 10, tenth / 10)
    assert meter.note(2.1, 4.0) == pytest.approx(3.0, abs=0.2)
    meter.restart()
    assert meter.note(3.0, 9.0) == 0.0


def test_there_are_only_so_many_sessions_and_the_idlest_goes() -> None:
    sessions = LiveSessions(most=2)
    try:
        first, second = sessions.open(sample()), sessions.open(sample())
        watched = sessions.get(second)
        assert watched is not None
        watched.watch()
        third = sessions.open(sample())
        assert (list(sessions.names()), sessions.get(first)) == ([second, third], None)
        last = sessions.get(third)
        assert last is not None
        last.watch()
        with pytest.raises(RefusedError):
            sessions.open(sample())
        sessions.close(third)
        sessions.close("none")
        assert last.picture.state is LiveState.CLOSED
    finally:
        sessions.close_all()
    assert watched.picture.state is LiveState.CLOSED


def test_what_nobody_looks_at_is_closed_in_time() -> None:
    sessions = LiveSessions()
    name = sessions.open(sample())
    live = sessions.get(name)
    assert live is not None
    watcher = live.watch()
    sessions._close_after = 0.0
    assert sessions.get(name) is live
    watcher.close()
    threading.Event().wait(0.01)
    assert sessions.names() == {}
    live.close()
    assert live.picture.state is LiveState.CLOSED
