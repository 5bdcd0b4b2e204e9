"""A server that means harm, or is something else altogether: bounded time and memory, one error."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bekenlab.errors import BadValueError, BekenlabError
from bekenlab.jobs.lan.scan import _probe
from bekenlab.lan.address import Host, parse_host
from bekenlab.lan.clock import Timeouts
from bekenlab.lan.device import Device
from bekenlab.lan.errors import DeviceRefusedError, NoAnswerError, NotOpenBekenError
from bekenlab.lan.http import parse_reply
from bekenlab.lan.replies import message_of, parse_command, parse_files, parse_info, parse_pins

HEAD = b"HTTP/1.1 200 OK\nContent-type: application/json\r\n\r\n"
HASTY = Timeouts(connect=1, answer=0.3, upload=0.3, poll=0.01, tries=1)
Behaviour = Callable[[socket.socket], None]


@contextmanager
def server(behave: Behaviour) -> Iterator[Device]:
    """A client of a server that does this with its only connection."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            with contextlib.suppress(OSError):
                connection, _ = listener.accept()
                with connection:
                    connection.recv(4096)
                    behave(connection)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield Device(Host("127.0.0.1", listener.getsockname()[1]), timeouts=HASTY)
        with contextlib.suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)
        thread.join(5)


def sends(data: bytes) -> Behaviour:
    return lambda connection: connection.sendall(data)


def endless(connection: socket.socket) -> None:
    connection.sendall(HEAD)
    for _ in range(4096):  # 256 MiB: as good as endless, and the test ends
        connection.sendall(b"x" * 65536)


def dripping(connection: socket.socket) -> None:
    connection.sendall(HEAD)
    for _ in range(100):
        connection.sendall(b"{")
        time.sleep(0.05)


def test_an_endless_answer_ends() -> None:
    with server(endless) as device, pytest.raises(NotOpenBekenError, match="longer than"):
        device.info()


def test_an_answer_that_drips_has_one_deadline_for_all_of_it() -> None:
    with server(dripping) as device, pytest.raises(NoAnswerError, match="in time"):
        device.info()


def endless_head(connection: socket.socket) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\n")
    for _ in range(4096):
        connection.sendall(b"X: " + b"x" * 65536 + b"\r\n")


def dripping_head(connection: socket.socket) -> None:
    for _ in range(100):
        connection.sendall(b"H")
        time.sleep(0.05)


def endless_chunks(connection: socket.socket) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\nTransfer-Encoding: chunked\r\n\r\n")
    for _ in range(4096):
        connection.sendall(b"10000\r\n" + b"x" * 65536 + b"\r\n")


@pytest.mark.parametrize("behave", [endless, endless_head, endless_chunks, dripping_head])
def test_a_scan_goes_on_from_an_address_that_answers_without_end(behave: Behaviour) -> None:
    with server(behave) as device:
        began = time.monotonic()
        assert _probe(device.host, HASTY) is None
        assert time.monotonic() - began < 3


@pytest.mark.parametrize("behave", [endless_head, endless_chunks, dripping_head])
def test_an_answer_without_end_ends(behave: Behaviour) -> None:
    with server(behave) as device, pytest.raises((NotOpenBekenError, NoAnswerError)):
        device.info()


def test_silence_ends() -> None:
    with server(lambda _: time.sleep(1)) as device, pytest.raises(NoAnswerError, match="in time"):
        device.info()


def test_an_upload_nobody_takes_ends() -> None:
    with server(lambda _: time.sleep(1)) as device, pytest.raises(NoAnswerError):
        device.upload_firmware(b"x" * (64 << 20))


def test_a_redirection_is_not_followed() -> None:
    answer = b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\n\r\n"
    with server(sends(answer)) as device, pytest.raises(NotOpenBekenError, match="redirects to"):
        device.info()


@pytest.mark.parametrize(
    "answer",
    [
        b"SSH-2.0-OpenSSH_9.2\r\n",
        b"\x00" * 100,
        b"HTTP/1.1 99999 OK\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
        HEAD + b"[" * 60_000,
        HEAD + b'{"build":"\xff\xfe"}',
        HEAD + b'{"build":1,"chipset":[2]}' + b"\xff" * 100,
        b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<html>",
        HEAD,
    ],
)
def test_what_is_no_openbeken_is_said_to_be_none(answer: bytes) -> None:
    with server(sends(answer)) as device, pytest.raises(BekenlabError) as caught:
        device.info()
    assert caught.value.code in {"not-openbeken", "no-answer"}


def test_a_promised_length_is_held_against_the_body() -> None:
    with pytest.raises(NoAnswerError, match=r"1 of 2 bytes"):
        parse_reply(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nx")
    assert parse_reply(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nxyz").body == b"xy"
    with pytest.raises(NoAnswerError, match="within its head"):
        parse_reply(b"HTTP/1.1 200 OK\r\nContent-")


def page(status: str, body: bytes = b"<html>", *more: str, kind: str = "text/html") -> bytes:
    """What an ordinary web server answers."""
    lines = [f"HTTP/1.1 {status}", "Server: nginx", f"Content-Type: {kind}", *more]
    head = "\r\n".join([*lines, f"Content-Length: {len(body)}", "", ""])
    return head.encode() + body


OTHERS = {
    "a page for everything": page("200 OK"),
    "nothing there": page("404 Not Found"),
    "nothing there, in JSON": page("404 N", b'{"detail":"Not Found"}', kind="application/json"),
    "an error of its own": page("404 N", b'{"error":404,"path":"/"}', kind="application/json"),
    "an error in words": page("404 N", b'{"error":"no","msg":"x"}', kind="application/json"),
    "not allowed": page("405 Method Not Allowed"),
    "forbidden": page("403 Forbidden"),
    "broken": page("500 Internal Server Error"),
    "a login": page("401 Unauthorized", b"", 'WWW-Authenticate: Basic realm="Router"'),
    "a login by form": page("401 Unauthorized", b"{}", kind="application/json"),
    "elsewhere": page("301 Moved", b"", "Location: https://192.168.1.1/"),
    "Tasmota": page("200 OK", b'{"Command":"Unknown"}', kind="application/json"),
    "JSON of something else": page("200 OK", b'{"status":"ok"}', kind="application/json"),
    "a list": page("200 OK", b'[{"success":200}]', kind="application/json"),
    "success of another kind": page("200 OK", b'{"success":true}', kind="application/json"),
    "nothing": page("204 No Content", b""),
}


@pytest.mark.parametrize("asked", [Device.info, Device.pins, lambda it: it.command("Power ON")])
@pytest.mark.parametrize("kind", OTHERS)
def test_another_web_server_is_not_openbeken(kind: str, asked: Callable[[Device], object]) -> None:
    with server(sends(OTHERS[kind])) as device, pytest.raises(NotOpenBekenError) as caught:
        asked(device)
    assert caught.value.exit_code == 5
    status = int(OTHERS[kind].split()[1])
    assert status == 200 or caught.value.facts["status"] == status


@pytest.mark.parametrize("kind", OTHERS)
def test_a_scan_does_not_list_another_web_server(kind: str) -> None:
    with server(sends(OTHERS[kind])) as device:
        assert _probe(device.host, HASTY) is None


@pytest.mark.parametrize("body", [b'{"success":200, "msg":"OK", "res":}', b'{"success":200}'])
def test_a_command_is_done_when_the_device_says_so(body: bytes) -> None:
    with server(sends(HEAD + body)) as device:
        device.command("Power ON")


@pytest.mark.parametrize(
    ("body", "error"),
    [
        (b'{"error":400, "msg":"Bad Arguments", "res":}', DeviceRefusedError),
        (b'{"error":-1}', DeviceRefusedError),
        (b"", NotOpenBekenError),
        (b"{}", NotOpenBekenError),
        (b'{"res":{"POWER":"ON"}}', NotOpenBekenError),
    ],
)
def test_a_command_is_not_done_until_the_device_says_so(
    body: bytes, error: type[BekenlabError]
) -> None:
    with server(sends(HEAD + body)) as device, pytest.raises(error):
        device.command("Power ON")
    with server(sends(HEAD + body)) as device, pytest.raises(error):
        device.set_pins([0], [0])


@pytest.mark.parametrize(
    "text",
    [
        '{"rolenames":[],"roles":[],"channels":[]}',
        '{"rolenames":["a"],"roles":[1],"channels":[1,2]}',
        '{"rolenames":["a"],"roles":[true],"channels":[1]}',
        '{"rolenames":[1],"roles":[1],"channels":[1]}',
        '{"rolenames":["a"],"roles":[99999999999999],"channels":[1]}',
        '{"rolenames":["a"],"roles":' + str([0] * 65) + ',"channels":' + str([0] * 65) + "}",
        "[]",
        "null",
        "",
    ],
)
def test_pins_that_make_no_sense_are_refused(text: str) -> None:
    with pytest.raises(NotOpenBekenError):
        parse_pins(text)


@pytest.mark.parametrize("start", ['{"name":"', '{"msg":"', '"res":', '"build":', "["])
def test_what_only_begins_again_and_again_is_read_in_one_go(start: str) -> None:
    """A search from each beginning to the end would take minutes."""
    text = start * (1_000_000 // len(start))
    assert parse_files(text) == ()
    assert len(parse_command(text).message) <= 200
    assert len(message_of(text)) <= 200


@given(st.binary(max_size=300))
def test_any_bytes_are_a_reply_or_an_error(data: bytes) -> None:
    for raw in (data, b"HTTP/1.1 200 OK\n" + data, HEAD + data):
        with contextlib.suppress(BekenlabError):
            parse_reply(raw)


@given(st.text(max_size=300))
def test_any_text_is_read_or_refused(text: str) -> None:
    keyed = '{"uptime_s":1,"build":"' + text + '","chipset":"' + text + '"}'
    for told in (text, keyed):
        with contextlib.suppress(BekenlabError):
            parse_info(told)
        with contextlib.suppress(BekenlabError):
            parse_pins(told)
        parse_command(told)
        parse_files(told)


@pytest.mark.parametrize(
    ("text", "host"),
    [
        ("192.168.1.40", Host("192.168.1.40")),
        (" lamp.local ", Host("lamp.local")),
        ("192.168.1.40:8080", Host("192.168.1.40", 8080)),
        ("http://192.168.1.40/index", Host("192.168.1.40")),
        ("HTTP://plug:81", Host("plug", 81)),
    ],
)
def test_addresses_are_written_in_several_ways(text: str, host: Host) -> None:
    assert parse_host(text) == host


@pytest.mark.parametrize(
    "text",
    [
        "",
        "1.2.3",
        "300.1.1.1",
        "a b",
        "host:0",
        "host:99999",
        "host:",
        "::1",
        "https://x",
        "a\r\nb",
        "x" * 300,
        "-x",
        "host:8\u0660",
        "p\u00e4th",
    ],
)
def test_what_is_no_address_is_refused(text: str) -> None:
    with pytest.raises(BadValueError, match="not the address"):
        parse_host(text)


@pytest.mark.parametrize("path", ["/a b", "/a\r\nX: y", "/\u00e4", "relative"])
def test_a_path_cannot_end_the_request_early(path: str) -> None:
    device = Device(Host("127.0.0.1", 1), timeouts=HASTY)
    with pytest.raises(BadValueError, match="not a valid path"):
        device._get(path, "text/html")
