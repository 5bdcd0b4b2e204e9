"""The openings to this computer: named ones work, and there is no other way out."""

from __future__ import annotations

import socket
import threading
from typing import TYPE_CHECKING

import pytest

from bekenlab.errors import ListenError
from bekenlab.live.http_guard import LONGEST_HEAD, refusal
from bekenlab.live.openings import Openings
from bekenlab.machine.air.packets import ACK, RST, Segment
from bekenlab.machine.air.tcp import TcpConnection

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


class OneHost:
    """A network in which our host and the chip are one; segments arrive at once."""

    def __init__(self) -> None:
        self.host = self
        self.chip_ip: bytes | None = b"\x0a\0\0\1"
        self.listeners: dict[int, Callable[[TcpConnection], None]] = {}
        self.queue: list[tuple[TcpConnection, Segment]] = []
        self.served: list[TcpConnection] = []
        self.asked: list[tuple[bytes, int]] = []

    def listen(self, port: int, accepted: Callable[[TcpConnection], None]) -> None:
        self.listeners[port] = accepted

    def connect(self, to: bytes, port: int) -> TcpConnection:
        """The far end is kept in ``served``."""
        self.asked.append((to, port))
        return self.pair(lambda _: None)[0]

    def pair(
        self, accepted: Callable[[TcpConnection], None]
    ) -> tuple[TcpConnection, TcpConnection]:
        ends: list[TcpConnection] = []
        near = TcpConnection(1, 2, 100, lambda s: self.queue.append((ends[1], s)), lambda: 0)
        far = TcpConnection(2, 1, 200, lambda s: self.queue.append((ends[0], s)), lambda: 0)
        ends += [near, far]
        near.connect()
        accepted(far)
        _, syn = self.queue.pop()
        if far.ended:
            near.handle(Segment(2, 1, 0, syn.sequence + 1, RST | ACK, 0))
            return near, far
        far.accept(syn)
        self.served.append(far)
        self.touch()
        return near, far

    def touch(self) -> None:
        while self.queue:
            end, segment = self.queue.pop(0)
            end.handle(segment)


@pytest.fixture
def net() -> OneHost:
    return OneHost()


@pytest.fixture
def openings(net: OneHost) -> Iterator[Openings]:
    made = Openings(net)  # type: ignore[arg-type]
    yield made
    made.close()


def poll(openings: Openings, times: int = 20) -> None:
    for _ in range(times):
        openings.poll(0.005)


def request(port: int, path: str = "/index", *fields: str) -> bytes:
    lines = [f"GET {path} HTTP/1.1", f"Host: 127.0.0.1:{port}", *fields, "", ""]
    return "\r\n".join(lines).encode()


def test_a_page_of_the_chip_is_fetched(net: OneHost, openings: Openings) -> None:
    port = openings.to_chip(80)
    with socket.create_connection(("127.0.0.1", port), 5) as client:
        client.sendall(request(port))
        poll(openings)
        assert net.asked == [(b"\x0a\0\0\1", 80)]
        assert net.served[0].take() == request(port)
        net.served[0].send(b"x" * 40_000)
        net.served[0].close()
        net.touch()
        poll(openings)
        answer = b""
        while piece := client.recv(65536):
            answer += piece
        assert answer == b"x" * 40_000
    poll(openings)
    assert not openings.busy


def test_a_request_waits_until_the_chip_is_in_the_network(net: OneHost, openings: Openings) -> None:
    net.chip_ip = None
    port = openings.to_chip(80)
    with socket.create_connection(("127.0.0.1", port), 5) as client:
        client.sendall(request(port))
        poll(openings)
        assert net.asked == []
        net.chip_ip = b"\x0a\0\0\1"
        poll(openings)
        assert net.served[0].take() == request(port)


def test_the_chip_reaches_the_port_that_was_named(net: OneHost, openings: Openings) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        openings.to_computer(1883, server.getsockname()[1])
        chip, _ = net.pair(net.listeners[1883])
        poll(openings)
        accepted, _ = server.accept()
        with accepted:
            chip.send(b"CONNECT")
            net.touch()
            poll(openings)
            assert accepted.recv(100) == b"CONNECT"
            accepted.sendall(b"CONNACK")
            poll(openings)
            assert chip.take() == b"CONNACK"
        poll(openings)
        assert chip.ended


def test_a_port_nobody_serves_resets_the_chips_connection(net: OneHost, openings: Openings) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        closed = server.getsockname()[1]
    openings.to_computer(1883, closed)
    chip, _ = net.pair(net.listeners[1883])
    assert chip.problem == "refused"


def test_only_the_loopback_interface_is_listened_at(openings: Openings) -> None:
    port = openings.to_chip(80)
    listener = openings._listeners[0]
    assert listener.getsockname() == ("127.0.0.1", port)
    with pytest.raises(ListenError, match="in use"):
        openings.to_chip(80, port)


@pytest.mark.parametrize(
    "fields",
    [
        ["Origin: http://evil.example"],
        ["Origin: null"],
        ["Sec-Fetch-Site: cross-site", "Sec-Fetch-Mode: no-cors"],
        ["Sec-Fetch-Site: cross-site", "Sec-Fetch-Mode: navigate", "Sec-Fetch-Dest: iframe"],
        ["Sec-Fetch-Site: same-site", "Sec-Fetch-Mode: cors"],
    ],
)
def test_requests_of_other_pages_are_refused(
    net: OneHost, openings: Openings, fields: list[str]
) -> None:
    port = openings.to_chip(80)
    with socket.create_connection(("127.0.0.1", port), 5) as client:
        client.sendall(request(port, "/api/flash/0-1000", *fields))
        poll(openings)
        assert client.recv(4096).startswith(b"HTTP/1.1 403")
    assert net.asked == []


def test_a_name_that_leads_here_is_no_way_in() -> None:
    """A page whose name was changed to lead to this computer says its own name."""
    assert refusal(b"GET / HTTP/1.1\r\nHost: evil.example:8080\r\n\r\n", 8080)
    assert refusal(b"GET / HTTP/1.1\r\nHost: 127.0.0.1:8081\r\n\r\n", 8080)


def test_the_page_itself_programs_and_typing_may() -> None:
    assert refusal(request(8080), 8080) == b""
    assert refusal(request(8080, "/x", "Origin: http://127.0.0.1:8080"), 8080) == b""
    assert refusal(request(8080, "/x", "Sec-Fetch-Site: same-origin"), 8080) == b""
    assert refusal(request(8080, "/x", "Sec-Fetch-Site: none"), 8080) == b""
    link = ["Sec-Fetch-Site: cross-site", "Sec-Fetch-Mode: navigate", "Sec-Fetch-Dest: document"]
    assert refusal(request(8080, "/", *link), 8080) == b""
    assert refusal(request(8080, "/index", *link), 8080) == b"", "where / redirects to"
    for does in ("/cm?cmnd=Power", "/index?tgl=1", "/indexes", "/index/x"):
        assert refusal(request(8080, does, *link), 8080)


def test_a_head_that_never_ends_is_refused() -> None:
    assert refusal(b"GET / HTTP/1.1\r\nX: ", 8080) is None
    assert refusal(b"GET / HTTP/1.1\r\nX: " + b"x" * LONGEST_HEAD, 8080)


def test_clients_that_leave_and_many_at_once_do_no_harm(net: OneHost, openings: Openings) -> None:
    port = openings.to_chip(80)
    clients = [socket.create_connection(("127.0.0.1", port), 5) for _ in range(40)]
    poll(openings)
    for client in clients:
        client.close()
    poll(openings, 60)
    assert not openings.busy
    assert net.asked == []


def test_a_client_may_close_before_it_has_read(net: OneHost, openings: Openings) -> None:
    port = openings.to_chip(80)
    with socket.create_connection(("127.0.0.1", port), 5) as client:
        client.sendall(request(port))
        poll(openings)
    net.served[0].send(b"x" * 60_000)
    net.touch()
    poll(openings)
    net.served[0].close()
    net.touch()
    poll(openings)
    assert not openings.busy


def test_threads_are_not_needed(openings: Openings) -> None:
    before = threading.active_count()
    openings.to_chip(80)
    poll(openings)
    assert threading.active_count() == before
