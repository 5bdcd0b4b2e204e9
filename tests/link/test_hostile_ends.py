"""RFC 2217 with an end that is broken or hostile, as the server and as the client."""

from __future__ import annotations

import contextlib
import random
import re
import socket
import threading
import time
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bekenlab.link.errors import LineLostError, PortError
from bekenlab.link.serial_port import SerialTransport
from bekenlab.link.serve.port import Arrived, PortEvent
from bekenlab.link.serve.rfc2217 import TcpPort
from bekenlab.link.serve.server import Server
from bekenlab.link.telnet import TelnetReader
from bekenlab.machine.wire_chips import build

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

# pyserial's reader thread is started as Python 2 did.
pytestmark = pytest.mark.filterwarnings("ignore:set:DeprecationWarning")

IAC, SE, SB, WILL, WONT, DO, DONT = 0xFF, 0xF0, 0xFA, 0xFB, 0xFC, 0xFD, 0xFE
COM_PORT = 44
LINK, LINKED = bytes.fromhex("01e0fc0100"), bytes.fromhex("040e0501e0fc0100")
HELLO = bytes([IAC, WILL, COM_PORT])


def com_port(*what: int) -> bytes:
    return bytes([IAC, SB, COM_PORT, *what, IAC, SE])


class Notes:
    """Writes down what a telnet reader finds."""

    def __init__(self) -> None:
        self.found: list[tuple[str, bytes]] = []

    def data(self, data: bytes) -> None:
        if self.found and self.found[-1][0] == "data":
            self.found[-1] = ("data", self.found[-1][1] + data)
        else:
            self.found.append(("data", data))

    def negotiate(self, verb: bytes, option: bytes) -> None:
        self.found.append(("option", verb + option))

    def subnegotiate(self, content: bytes) -> None:
        self.found.append(("sub", content))


_TELNET = st.lists(
    st.sampled_from(
        [b"a", b"bc", b"\xff", b"\xff\xff", b"\xff\xfa", b"\xff\xf0", b"\xff\xfd\x2c", b"\x2c\x01"]
    ),
    max_size=30,
).map(b"".join)


@given(_TELNET, st.lists(st.integers(0, 60), max_size=6))
def test_telnet_means_the_same_in_pieces_of_any_size(stream: bytes, cuts: list[int]) -> None:
    whole, pieces = Notes(), Notes()
    TelnetReader(whole).feed(stream)
    reader = TelnetReader(pieces)
    places = sorted(min(cut, len(stream)) for cut in cuts)
    for start, end in zip([0, *places], [*places, len(stream)], strict=True):
        reader.feed(stream[start:end])
    assert pieces.found == whole.found


def test_an_endless_subnegotiation_is_not_kept_and_what_follows_counts() -> None:
    notes = Notes()
    reader = TelnetReader(notes)
    reader.feed(bytes([IAC, SB]))
    for _ in range(100):
        reader.feed(bytes(1 << 12))
    assert len(reader._content or b"") < 1000
    reader.feed(bytes([IAC, SE]) + b"data")
    assert notes.found == [("data", b"data")]


@contextmanager
def client(port: TcpPort) -> Iterator[socket.socket]:
    with socket.create_connection(("127.0.0.1", port.port)) as connection:
        connection.settimeout(0)
        yield connection


def events(port: TcpPort, count: int) -> list[Arrived | PortEvent]:
    found: list[Arrived | PortEvent] = []
    for _ in range(100):
        port.wait(0.1)
        found += port.take()
        if len(found) >= count:
            break
    return found


ODD = {
    "nothing asked": com_port(),
    "short rate": com_port(1, 0, 1),
    "no rate": com_port(1),
    "rate of 1": com_port(1, 0, 0, 0, 1),
    "rate of 4 GBd": com_port(1, 255, 255, 255, 255, 255, 255, 255, 255),
    "long rate": com_port(1, 0, 1, 194, 0, 9, 9, 9),
    "no size": com_port(2),
    "size 99": com_port(2, 99),
    "no parity": com_port(3),
    "parity 99": com_port(3, 99),
    "no stop bits": com_port(4),
    "stop bits 99": com_port(4, 99),
    "no control": com_port(5),
    "control 99": com_port(5, 99),
    "no masks": com_port(10) + com_port(11),
    "no purge": com_port(12) + com_port(12, 99),
    "unknown command": com_port(77, 1, 2, 3),
    "an answer": com_port(101, 0, 0, 0, 0) + com_port(106) + com_port(107, 1),
    "empty": bytes([IAC, SB, IAC, SE]),
    "another option": bytes([IAC, SB, 24, 1, IAC, SE]),
    "end without beginning": bytes([IAC, SE, IAC, SE]),
    "two beginnings": bytes([IAC, SB, IAC, SB, COM_PORT, 1, IAC, SE]),
    "commands within": bytes([IAC, SB, COM_PORT, 1, IAC, DO, 1, IAC, 0, IAC, IAC, IAC, SE]),
    "negotiation for its own sake": bytes(
        each
        for option in range(256)
        for verb in (WILL, WONT, DO, DONT)
        for each in (IAC, verb, option)
    ),
    "other telnet commands": bytes(each for n in range(0xF0) for each in (IAC, n)),
    "endless subnegotiation": bytes([IAC, SB]) + bytes(100_000) + bytes([IAC, SE]),
}


@pytest.mark.parametrize("kind", ODD)
def test_a_served_port_outlives_odd_commands(kind: str) -> None:
    """It answers or ignores them; the bytes after them arrive, and so does the next client."""
    with closing(TcpPort()) as port:
        with client(port) as odd:
            sender = threading.Thread(target=_send, args=(odd, HELLO + ODD[kind] + b"after"))
            sender.start()
            found = events(port, 2)
            sender.join()
            assert found[0] is PortEvent.OPENED
            arrived = b"".join(each.data for each in found if isinstance(each, Arrived))
            assert arrived == b"after"
            assert port.baud is not None
            assert 50 <= port.baud <= 4_000_000
        assert events(port, 1) == [PortEvent.CLOSED]
        with client(port) as following:
            following.send(HELLO + com_port(1, 0, 14, 16, 0) + b"b")
            assert events(port, 2) == [PortEvent.OPENED, Arrived(b"b", 921_600)]


def _send(connection: socket.socket, data: bytes) -> None:
    connection.settimeout(5)
    connection.sendall(data)


@pytest.mark.parametrize(
    ("asked", "answer"),
    [
        (com_port(3, 99), com_port(103, 1)),
        (com_port(4, 99), com_port(104, 1)),
        (com_port(2, 99), com_port(102, 8)),
        (com_port(1, 0, 0, 0, 1), com_port(101, 0, 1, 194, 0)),
    ],
)
def test_an_impossible_setting_is_answered_with_the_one_in_force(
    asked: bytes, answer: bytes
) -> None:
    with closing(TcpPort()) as port, client(port) as program:
        program.send(HELLO + asked + b"x")
        events(port, 2)
        heard = b""
        for _ in range(50):
            port.wait(0.01)
            with contextlib.suppress(BlockingIOError):
                heard += program.recv(4096)
            if answer in heard:
                return
        pytest.fail("no answer")


def test_answers_that_nobody_reads_are_not_kept_for_ever() -> None:
    with closing(TcpPort()) as port, client(port) as program:
        program.send(HELLO)
        events(port, 1)
        for _ in range(30):
            for _ in range(4000):
                port.subnegotiate(bytes([COM_PORT, 1, 0, 0, 0, 0]))
        assert len(port._unsent) < 2 << 20


def test_what_a_client_floods_is_dropped_beyond_a_buffer_and_the_next_one_is_served() -> None:
    noise = random.Random(3).randbytes(4096)
    chip = build("BK7231N")
    now = [100.0]
    with closing(TcpPort()) as port:
        server = Server(chip, port, paced=True, monotonic=lambda: now[0])
        with client(port) as flooder:
            for _ in range(300):
                with contextlib.suppress(BlockingIOError):
                    flooder.send(LINK + noise)
                now[0] += 0.0001
                server.step()
            on_the_way = (server._pacer._arrives - chip.now) * 115_200 / 10
        assert on_the_way < 2 << 16
        while port.is_open:  # until it has read all that was sent
            server.step()
        with client(port) as following:
            heard = b""
            for _ in range(2000):
                with contextlib.suppress(BlockingIOError):
                    following.send(LINK)
                    heard += following.recv(4096)
                now[0] += 0.002
                server.step()
                if LINKED in heard:
                    return
        pytest.fail("the next client is not served")


# our client at a hostile server ---------------------------------------------------------------


@contextmanager
def server(behave: Callable[[socket.socket], None]) -> Iterator[int]:
    """A server whose only client is treated like this; its port."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            with contextlib.suppress(OSError):
                connection, _ = listener.accept()
                with connection:
                    behave(connection)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield listener.getsockname()[1]
        with contextlib.suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)
    thread.join(5)


def agrees(connection: socket.socket) -> None:
    """Grant every option and every setting, until nothing is asked any more."""
    connection.settimeout(0.2)
    with contextlib.suppress(TimeoutError):
        while data := connection.recv(4096):
            for verb, option in re.findall(rb"\xff([\xfb\xfd])(.)", data, re.DOTALL):
                connection.sendall(bytes([IAC, DO if verb[0] == WILL else WILL]) + option)
            for command, value in re.findall(rb"\xff\xfa\x2c(.)(.*?)\xff\xf0", data, re.DOTALL):
                connection.sendall(com_port(command[0] + 100, *value))
    connection.settimeout(5)


def opened(port: int) -> SerialTransport:
    return SerialTransport(f"rfc2217://127.0.0.1:{port}?timeout=0.5", 115_200)


def test_our_client_outlives_odd_commands() -> None:
    after = threading.Event()

    def odd(connection: socket.socket) -> None:
        agrees(connection)
        for command in ODD.values():
            connection.sendall(command + b"a")
        after.wait(5)

    with server(odd) as port, closing(opened(port)) as line:
        heard = b""
        while len(heard) < len(ODD) and (piece := line.read(2.0)):
            heard += piece
        after.set()
    assert heard == b"a" * len(ODD)


def test_our_client_keeps_a_bounded_part_of_a_flood_and_reads_on() -> None:
    over = threading.Event()
    noise = random.Random(2).randbytes(1 << 16)

    def flood(connection: socket.socket) -> None:
        agrees(connection)
        with contextlib.suppress(OSError):
            while not over.is_set():
                connection.sendall(noise)

    with server(flood) as port, closing(opened(port)) as line:
        time.sleep(0.5)
        assert line.read(1.0)
        over.set()
        unread: Any = line._port
        assert unread._read_buffer.qsize() <= 1 << 20


@pytest.mark.parametrize("sent", [b"x", bytes([IAC, SB])])
def test_a_server_that_does_not_agree_is_no_port(sent: bytes) -> None:
    def stubborn(connection: socket.socket) -> None:
        connection.settimeout(5)
        with contextlib.suppress(OSError):
            for _ in range(20):
                connection.sendall(sent * 1000)
                time.sleep(0.05)

    with server(stubborn) as port, pytest.raises(PortError):
        opened(port)


def test_a_port_that_takes_nothing_is_lost_rather_than_waited_for() -> None:
    over = threading.Event()

    def deaf(_: socket.socket) -> None:
        over.wait(10)

    with server(deaf) as port:
        line = SerialTransport(f"socket://127.0.0.1:{port}", 115_200)
        line._port.write_timeout = 0.1
        with closing(line), pytest.raises(LineLostError, match="does not take"):
            line.write(bytes(100 << 20))
        over.set()


def test_a_socket_is_read_in_pieces() -> None:
    def send(connection: socket.socket) -> None:
        connection.recv(1)  # what comes before the port is open is dropped
        connection.sendall(bytes(10_000))

    with server(send) as port, closing(SerialTransport(f"socket://127.0.0.1:{port}", 1)) as line:
        line.write(b"x")
        pieces: list[bytes] = []
        with contextlib.suppress(LineLostError):
            while sum(map(len, pieces)) < 20_000:
                pieces.append(line.read(1.0))
    assert sum(map(len, pieces)) == 10_000
    assert len(pieces) < 100
