"""Downloads over a real connection to a server on this computer."""

from __future__ import annotations

import contextlib
import gzip
import random
import socket
import threading
import time
import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from bekenlab.errors import DownloadError
from bekenlab.jobs.download import Patience, _Watch, check_address, fetch
from bekenlab.stopping import stopped_by
from loopback import Answer, loopback


def test_content_arrives_unchanged() -> None:
    with loopback() as server:
        server.answers["/file"] = Answer(body=bytes(range(256)) * 40)
        assert fetch(f"{server.address}/file", 1 << 20) == bytes(range(256)) * 40


def test_a_redirection_is_followed() -> None:
    with loopback() as server:
        server.answers["/file"] = Answer(302, headers={"Location": "/other"})
        server.answers["/other"] = Answer(body=b"here")
        assert fetch(f"{server.address}/file", 100) == b"here"
        assert server.asked == ["/file", "/other"]


@pytest.mark.parametrize("target", ["http://192.0.2.1/x", "ftp://example.org/x"])
def test_a_redirection_to_anything_but_https_is_not_followed(target: str) -> None:
    with loopback() as server:
        server.answers["/file"] = Answer(302, headers={"Location": target})
        with pytest.raises(DownloadError):
            fetch(f"{server.address}/file", 100)
        assert server.asked == ["/file"]


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (Answer(404), "404"),
        (Answer(500), "500"),
        (Answer(body=b"x" * 101), "more than 100 bytes"),
        (Answer(body=b"half", cut=True), "cannot be downloaded"),
    ],
)
def test_failures_are_explained(answer: Answer, said: str) -> None:
    with loopback() as server:
        server.answers["/file"] = answer
        with pytest.raises(DownloadError, match=said):
            fetch(f"{server.address}/file", 100)


def test_an_unreachable_server() -> None:
    with loopback() as server:
        address = server.address
    with pytest.raises(DownloadError, match="cannot be downloaded"):
        fetch(address, 100)


@pytest.mark.parametrize(
    "address",
    [
        "http://example.org/x",
        "file:///etc/hosts",
        "ftp://example.org/x",
        "://",
        "HTTP://x",
        "https://",
        "http://[::1",
        "http://127.0.0.1.example.org/",
    ],
)
def test_only_https_is_asked(address: str) -> None:
    with pytest.raises(DownloadError, match="only https"):
        check_address(address)


@pytest.mark.parametrize(
    "address", ["https://example.org/x", "http://[::1]/x", "http://localhost/"]
)
def test_https_and_this_computer_are_asked(address: str) -> None:
    check_address(address)


# servers that mean harm -----------------------------------------------------------------------

Behaviour = Callable[[socket.socket], None]
OK = b"HTTP/1.1 200 OK\r\n"
MOST = 1 << 20
SOON = Patience(start=0.4, rate=1e9)


@contextmanager
def server(behave: Behaviour) -> Iterator[str]:
    """A server that does this with each connection; its address."""
    over = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            with contextlib.suppress(OSError):
                while not over.is_set():
                    connection, _ = listener.accept()
                    with connection, contextlib.suppress(OSError):
                        connection.settimeout(5)
                        connection.recv(4096)
                        behave(connection)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/file"
        over.set()
        with contextlib.suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)
    thread.join(5)


def drips(head: bytes, piece: bytes) -> Behaviour:
    def behave(connection: socket.socket) -> None:
        connection.sendall(head)
        for _ in range(80):
            connection.sendall(piece)
            time.sleep(0.05)

    return behave


def silent(connection: socket.socket) -> None:
    connection.recv(1)  # until the client gives up


def floods(head: bytes, piece: bytes) -> Behaviour:
    def behave(connection: socket.socket) -> None:
        connection.sendall(head)
        for _ in range(4096):  # as good as endless, and the test ends
            connection.sendall(piece)

    return behave


def chunk(data: bytes) -> bytes:
    return b"%x\r\n%s\r\n" % (len(data), data)


SLOW = {
    "silence": silent,
    "a status line that drips": drips(b"HTTP/1.1 2", b"0"),
    "a head that drips": drips(OK, b"X"),
    "a body that drips": drips(OK + b"\r\n", b" "),
    "a body of known length that drips": drips(OK + b"Content-Length: 999\r\n\r\n", b" "),
    "chunks that drip": drips(OK + b"Transfer-Encoding: chunked\r\n\r\n", chunk(b" ")),
}


@pytest.mark.parametrize("kind", SLOW)
def test_a_download_has_one_deadline_for_all_of_it(kind: str) -> None:
    with server(SLOW[kind]) as address:
        began = time.monotonic()
        with pytest.raises(DownloadError, match=r"slow|timed out"):
            fetch(address, MOST, patience=SOON)
        assert time.monotonic() - began < 8 * SOON.start


def test_a_slow_line_may_take_its_time() -> None:
    """What arrives buys more time: it is the average that counts."""
    with server(drips(OK + b"Content-Length: 40\r\n\r\n", b"x")) as address:
        assert fetch(address, MOST, patience=Patience(start=1.5, rate=5.0)) == b"x" * 40


def packed(layers: int) -> bytes:
    data = bytes(8 << 20)
    for _ in range(layers):
        data = gzip.compress(data, 1)
    return data


ENDLESS = {
    "a body": floods(OK + b"\r\n", bytes(65536)),
    "chunks": floods(OK + b"Transfer-Encoding: chunked\r\n\r\n", chunk(bytes(65536))),
    "a head": floods(OK, b"X: " + b"b" * 60_000 + b"\r\n"),
    "one layer": lambda it: it.sendall(OK + b"Content-Encoding: gzip\r\n\r\n" + packed(1)),
    "two layers": lambda it: it.sendall(OK + b"Content-Encoding: gzip,gzip\r\n\r\n" + packed(2)),
    "another coding": lambda it: it.sendall(OK + b"Content-Encoding: br\r\n\r\nabc"),
    "a cut layer": lambda it: it.sendall(OK + b"Content-Encoding: gzip\r\n\r\n" + packed(1)[:99]),
    "no gzip": lambda it: it.sendall(OK + b"Content-Encoding: gzip\r\n\r\nplain"),
    "a length that lies": lambda it: it.sendall(OK + b"Content-Length: 9999\r\n\r\nabc"),
    "a negative length": lambda it: it.sendall(OK + b"Content-Length: -5\r\n\r\nabc"),
    "no HTTP": lambda it: it.sendall(random.Random(1).randbytes(9000)),
    "a huge chunk": lambda it: it.sendall(
        OK + b"Transfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\nabc"
    ),
}


@pytest.mark.parametrize("kind", ENDLESS)
def test_a_download_is_bounded_in_memory(kind: str) -> None:
    tracemalloc.start()
    try:
        with server(ENDLESS[kind]) as address, pytest.raises(DownloadError):
            fetch(address, MOST, patience=Patience(start=5))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert "layer" in kind or peak < 8 * MOST  # the bomb itself was made here


def test_one_layer_of_gzip_is_unpacked() -> None:
    with loopback() as server:
        body = gzip.compress(b"text" * 1000)
        server.answers["/file"] = Answer(body=body, headers={"Content-Encoding": "gzip"})
        assert fetch(f"{server.address}/file", MOST) == b"text" * 1000


@pytest.mark.parametrize(
    "target",
    [
        "http://127.0.0.1:{port}/admin?do=1",
        "http://localhost:{port}/admin",
        "https://127.0.0.1:{port}/admin",
        "https://localhost/admin",
        "https://10.0.0.1/",
        "https://192.168.1.1/",
        "https://169.254.169.254/latest/meta-data",
        "https://[::1]/",
        "https://[fe80::1]/",
        "https://[::ffff:127.0.0.1]/",
        "http://192.0.2.1/",
        "file:///etc/passwd",
        "ftp://example.org/",
    ],
)
def test_a_redirection_does_not_lead_into_private_networks(target: str) -> None:
    with loopback() as inside, loopback() as server:
        place = target.format(port=inside.address.rpartition(":")[2])
        server.answers["/file"] = Answer(302, headers={"Location": place})
        with pytest.raises(DownloadError):
            fetch(f"{server.address}/file", 100)
        assert not inside.asked


def test_a_name_that_leads_into_a_private_network_is_asked_nothing() -> None:
    """The name tells nothing; the address it is connected to does."""
    watch = _Watch("https://example.org/", Patience())
    with loopback() as inside:
        watch._host = "cdn.example.org"
        port = int(inside.address.rpartition(":")[2])
        with (
            socket.create_connection(("127.0.0.1", port)) as connection,
            pytest.raises(DownloadError, match="private network"),
        ):
            watch._connected(connection)
        for each in watch._sockets:
            each.close()
        assert not inside.asked


class StoppedError(Exception):
    """As a job raises it that was cancelled."""


def test_a_stop_ends_a_download_at_once() -> None:
    asked = time.monotonic() + 0.3

    def check() -> None:
        if time.monotonic() > asked:
            raise StoppedError

    with server(silent) as address, stopped_by(check):
        with pytest.raises(StoppedError):
            fetch(address, MOST)
        assert time.monotonic() - asked < 3
