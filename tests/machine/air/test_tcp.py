"""TCP: two ends over a network that loses, repeats and reorders segments."""

from __future__ import annotations

import heapq
import random
from typing import TYPE_CHECKING

from hypothesis import given, settings
from hypothesis import strategies as st

from bekenlab.machine.air.packets import ACK, FIN, RST, SYN, Segment
from bekenlab.machine.air.tcp import TIME_WAIT, TcpConnection
from bekenlab.machine.air.tcp_state import MSS, TcpState

if TYPE_CHECKING:
    from collections.abc import Callable

DELAY = 2000


class Wire:
    """Two connections, and a network between them that a seed makes bad."""

    def __init__(self, seed: int = 0, loss: float = 0.0, jitter: int = 0) -> None:
        self.now = 0
        self.sent: list[Segment] = []
        self._random = random.Random(seed)
        self._loss, self._jitter, self._serial = loss, jitter, 0
        self._events: list[tuple[int, int, TcpConnection, Segment]] = []
        self.client = TcpConnection(
            1000, 80, 0xFFFF_FF00, self._to(lambda: self.server), self._time
        )
        self.server = TcpConnection(80, 1000, 5000, self._to(lambda: self.client), self._time)

    def _time(self) -> int:
        return self.now

    def _to(self, other: Callable[[], TcpConnection]) -> Callable[[Segment], None]:
        def send(segment: Segment) -> None:
            self.sent.append(segment)
            if self._random.random() < self._loss:
                return
            self._serial += 1
            due = self.now + DELAY + self._random.randint(0, self._jitter)
            heapq.heappush(self._events, (due, self._serial, other(), segment))

        return send

    def open(self) -> None:
        self.client.connect()
        self.run(lambda: self.client.state is TcpState.ESTABLISHED)

    def run(self, until: Callable[[], bool] = lambda: False, seconds: float = 120) -> None:
        end = self.now + int(seconds * 1e6)
        while not until() and self.now < end:
            dues = [c.deadline for c in (self.client, self.server) if c.deadline is not None]
            dues += [self._events[0][0]] if self._events else []
            if not dues:
                return
            self.now = max(self.now, min(dues))
            while self._events and self._events[0][0] <= self.now:
                _, _, target, segment = heapq.heappop(self._events)
                if (
                    target.state is TcpState.CLOSED
                    and segment.flags & SYN
                    and target is self.server
                ):
                    target.accept(segment)
                else:
                    target.handle(segment)
            for each in (self.client, self.server):
                if each.deadline is not None and each.deadline <= self.now:
                    each.due()


def moved(wire: Wire, up: bytes, down: bytes) -> tuple[bytes, bytes]:
    """Send both ways at once, close both ends, and give what arrived."""
    got = [bytearray(), bytearray()]
    left = [up, down]
    ends = [wire.client, wire.server]

    def work() -> bool:
        for n, end in enumerate(ends):
            if end.state in {TcpState.ESTABLISHED, TcpState.CLOSE_WAIT}:
                left[n] = left[n][end.send(left[n]) :]
                if not left[n]:
                    end.close()
            got[1 - n] += end.take()
        return all(end.state in {TcpState.CLOSED, TcpState.TIME_WAIT} for end in ends)

    wire.client.connect()
    wire.run(work)
    work()
    return bytes(got[0]), bytes(got[1])


def test_data_goes_both_ways_and_both_ends_close() -> None:
    wire = Wire()
    up, down = random.Random(1).randbytes(200_000), random.Random(2).randbytes(50_000)
    assert moved(wire, up, down) == (up, down)
    assert max(len(segment.payload) for segment in wire.sent) == MSS
    assert not wire.client.problem
    assert not wire.server.problem


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 1 << 30), st.integers(0, 20_000), st.integers(0, 20_000))
def test_nothing_is_lost_on_a_bad_network(seed: int, up: int, down: int) -> None:
    wire = Wire(seed, loss=0.1, jitter=20_000)
    sent = random.Random(seed).randbytes(up), random.Random(seed + 1).randbytes(down)
    assert moved(wire, *sent) == sent


def test_a_reader_that_does_not_read_stops_the_sender_until_it_does() -> None:
    wire = Wire()
    wire.open()
    data = random.Random(3).randbytes(60_000)
    assert wire.client.send(data) == len(data)
    wire.run(seconds=1)
    assert len(wire.server.received) == 32768
    found = b""
    while len(found) < len(data):
        found += wire.server.take()
        wire.run(lambda: bool(wire.server.received), seconds=10)
    assert found == data


def test_a_window_that_opened_unnoticed_is_probed() -> None:
    wire = Wire()
    wire.open()
    wire.client.send(bytes(60_000))
    wire.run(seconds=1)
    del wire.server.received[:]  # the update of the window is lost, as nothing is sent
    wire.run(lambda: not wire.client.unsent, seconds=20)
    assert not wire.client.unsent


def test_silence_ends_in_a_timeout_and_a_reset_says_so() -> None:
    wire = Wire(loss=1.0)
    wire.client.connect()
    wire.run(lambda: wire.client.state is TcpState.CLOSED)
    assert wire.client.problem == "timeout"
    assert wire.sent[-1].flags & RST
    gaps = sum(segment.flags & SYN for segment in wire.sent)
    assert gaps == 2 * 9, "a SYN and eight repetitions"


def test_a_port_that_is_closed_refuses() -> None:
    wire = Wire()
    wire.client.connect()
    wire.client.handle(Segment(80, 1000, 0, wire.sent[0].sequence + 1, RST | ACK, 0))
    assert (wire.client.state, wire.client.problem) == (TcpState.CLOSED, "refused")


def test_a_reset_out_of_the_window_is_ignored() -> None:
    wire = Wire()
    wire.open()
    wire.client.handle(Segment(80, 1000, 5001 + 70_000, 0, RST, 0))
    assert wire.client.state is TcpState.ESTABLISHED
    wire.client.handle(Segment(80, 1000, 5001, 0, RST, 0))
    assert (wire.client.state, wire.client.problem) == (TcpState.CLOSED, "reset")


def test_abort_resets_the_other_end() -> None:
    wire = Wire()
    wire.open()
    wire.server.abort()
    wire.run(seconds=1)
    assert (wire.client.state, wire.client.problem) == (TcpState.CLOSED, "reset")


def test_half_closed_it_still_receives() -> None:
    wire = Wire()
    wire.open()
    wire.client.close()
    wire.run(lambda: wire.client.state is TcpState.FIN_WAIT_2, seconds=1)
    assert wire.client.state is TcpState.FIN_WAIT_2
    assert wire.server.ended
    wire.server.send(b"last words")
    wire.server.close()
    wire.run(lambda: wire.client.state is TcpState.TIME_WAIT, seconds=1)
    assert wire.client.take() == b"last words"
    before = wire.now
    wire.run(lambda: wire.client.state is TcpState.CLOSED, seconds=10)
    assert wire.now - before == TIME_WAIT
    assert wire.server.state is TcpState.CLOSED


def test_both_close_at_once() -> None:
    wire = Wire()
    wire.open()
    wire.run(lambda: wire.server.state is TcpState.ESTABLISHED, seconds=1)
    wire.client.close()
    wire.server.close()
    assert wire.sent[-1].flags & wire.sent[-2].flags & FIN
    wire.run(seconds=10)
    assert wire.client.state is wire.server.state is TcpState.CLOSED
    assert not wire.client.problem + wire.server.problem
