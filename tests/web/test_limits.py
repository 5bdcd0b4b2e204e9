"""What is refused for coming too slowly, or all at once."""

import asyncio
import socket
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from bekenlab.errors import BusyError
from bekenlab.web import limits
from web.serving import TOKEN, Served, serving


@pytest.fixture
def impatient(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Served]:
    for name in ("HEAD_WITHIN", "PIECE_WITHIN"):
        monkeypatch.setattr(limits, name, 0.4)
    monkeypatch.setattr(limits, "BODY_WITHIN", 1.0)
    with serving(tmp_path) as found:
        yield found


def connect(served: Served) -> socket.socket:
    host, port = served.host.split(":")
    return socket.create_connection((host, int(port)), timeout=10)


def head(served: Served, length: int, path: str = "/api/jobs") -> bytes:
    lines = [
        f"POST {path} HTTP/1.1",
        f"Host: {served.host}",
        f"Authorization: Bearer {TOKEN}",
        f"Content-Length: {length}",
    ]
    return "\r\n".join([*lines, "", ""]).encode()


@pytest.mark.parametrize("begun", [b"", b"GET / HTTP/1.1\r\nHost: "])
def test_a_request_that_does_not_come_is_hung_up_on(impatient: Served, begun: bytes) -> None:
    with connect(impatient) as line:
        line.sendall(begun)
        began = time.monotonic()
        with suppress(ConnectionResetError):
            assert line.recv(100) == b""
        assert time.monotonic() - began < 5


def test_a_head_that_drips_is_hung_up_on(impatient: Served) -> None:
    sent = 0
    with connect(impatient) as line, suppress(ConnectionError):
        while sent < 100:
            line.sendall(b"G")
            sent += 1
            time.sleep(0.05)
    assert sent < 100


def test_a_second_request_is_timed_as_well(impatient: Served) -> None:
    with connect(impatient) as line:
        line.sendall(f"GET /static/icon.svg HTTP/1.1\r\nHost: {impatient.host}\r\n\r\n".encode())
        answer = b""
        while b"</svg>" not in answer:
            answer += line.recv(65536)
        time.sleep(0.1)
        line.sendall(b"GET /")
        began = time.monotonic()
        with suppress(ConnectionResetError):
            while line.recv(65536):
                pass
        assert time.monotonic() - began < 5


@pytest.mark.parametrize("path", ["/api/jobs", "/api/dumps"])
def test_a_body_that_stops_is_refused(impatient: Served, path: str) -> None:
    with connect(impatient) as line:
        line.sendall(head(impatient, 100, path) + b"{")
        assert line.recv(65536).startswith(b"HTTP/1.1 408")


def test_a_body_that_drips_is_refused(impatient: Served) -> None:
    with connect(impatient) as line:
        line.settimeout(0.1)
        line.sendall(head(impatient, 1000))
        answer = b""
        for _ in range(100):
            try:
                line.sendall(b" ")
                answer = line.recv(65536)
                break
            except TimeoutError:
                continue
        assert answer.startswith(b"HTTP/1.1 408")


def test_a_stream_may_be_silent_for_long(impatient: Served) -> None:
    with connect(impatient) as line:
        request = f"GET /api/events HTTP/1.1\r\nHost: {impatient.host}\r\n"
        line.sendall(f"{request}Authorization: Bearer {TOKEN}\r\n\r\n".encode())
        assert b"hello" in line.recv(65536) + line.recv(65536)
        line.settimeout(8)
        assert b"beat" in line.recv(65536)


def test_uploads_wait_for_each_other(impatient: Served) -> None:
    """The third one is read when one of the first two has come, or was given up."""
    whole = b"{rl1_pin:26}"
    with connect(impatient) as first, connect(impatient) as second, connect(impatient) as third:
        for line in (first, second):
            line.sendall(head(impatient, 100, "/api/dumps") + b"x")
        time.sleep(0.1)
        began = time.monotonic()
        third.sendall(head(impatient, len(whole), "/api/dumps") + whole)
        assert third.recv(65536).startswith(b"HTTP/1.1 201")
        assert time.monotonic() - began > 0.1, "it had to wait"


def test_not_everybody_may_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "_MOST_WAITING", 1)
    monkeypatch.setattr(limits, "_WAIT", 0.1)

    async def crowd() -> list[object]:
        gate = limits.UploadGate()
        for _ in range(2):
            await gate.enter()
        found = await asyncio.gather(*(gate.enter() for _ in range(2)), return_exceptions=True)
        gate.leave()
        await gate.enter()
        return [type(each) for each in found]

    assert asyncio.run(crowd()) == [BusyError, BusyError]
