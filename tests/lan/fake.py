"""A device of OpenBeken on 127.0.0.1: the web server it really has, bug for bug.

A raw socket server after ``http_tcp_server.c``, ``new_http.c`` and ``rest_interface.c``: one
``recv``, a request parsed in place, a reply by ``printf``, and the connection closed. What the
firmware does not check is not checked here; what crashes it crashes this.
"""

from __future__ import annotations

import base64
import contextlib
import json
import re
import socket
import threading
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Self
from urllib.parse import unquote_to_bytes

from bekenlab.lan.address import Host
from lan.fake_firmware import BAD, FLASH, MAC, OK, UNKNOWN, Firmware

if TYPE_CHECKING:
    from collections.abc import Callable

BURST = 1024
PRINTF = 254
HTML, JSON, BINARY = "text/html", "application/json", "application/octet-stream"
TOKENS = 128


class CrashError(Exception):
    """The firmware follows a null pointer."""


@dataclass
class Faults:
    """What goes wrong on the way, besides what is wrong in the firmware.

    Attributes:
        drop: So many connections are closed without an answer.
        cut: So many answers end in the middle.
        deaf_after: Uploads get no further than so many bytes; the connection is reset.
    """

    drop: int = 0
    cut: int = 0
    deaf_after: int | None = None


@dataclass
class Request:
    method: str
    url: str
    body: bytes
    length: int
    connection: socket.socket = field(repr=False)


class Reply:
    """The reply buffer; ``printf`` has 255 bytes."""

    def __init__(self) -> None:
        self.data = b""

    def post(self, text: str | bytes) -> None:
        self.data += text.encode() if isinstance(text, str) else text

    def printf(self, text: str) -> None:
        self.data += text.encode()[:PRINTF]

    def setup(self, kind: str, status: int = 200) -> None:
        self.printf(f"HTTP/1.1 {status} OK\nContent-type: {kind}")
        self.post(
            "\r\nAccess-Control-Allow-Origin: *\r\nAccess-Control-Allow-Headers: Origin, "
            "X-Requested-With, Content-Type, Accept\r\nConnection: close\r\n\r\n"
        )

    def error(self, code: int, message: str) -> None:
        self.setup(JSON, code)
        word = "success" if code == 200 else "error"
        self.printf(f'{{"{word}":{code}, "msg":"{message}"}}')


class FakeDevice:
    """A device that is on as long as the context lasts.

    Args:
        firmware: What it runs; a new BK7231N otherwise.
        password: Its web password.
        second: How long one of its seconds takes here.

    Attributes:
        low: GPIOs that something outside holds low.
        flickers: GPIOs that something outside moves.
        refuses: Commands are refused.
    """

    def __init__(
        self, firmware: Firmware | None = None, *, password: str = "", second: float = 0.01
    ) -> None:
        self.firmware = firmware or Firmware()
        self.password = password
        self.faults = Faults()
        self.requests: list[str] = []
        self.crashes = 0
        self.boot_seconds = 4
        self.low: set[int] = set()
        self.flickers: set[int] = set()
        self.refuses = False
        self._second = second
        self._lock = threading.RLock()
        self._open: set[socket.socket] = set()
        self._off = threading.Event()
        self._server = socket.create_server(("127.0.0.1", 0))
        self.port = self._server.getsockname()[1]
        self._threads = [
            threading.Thread(target=target, daemon=True) for target in (self._listen, self._time)
        ]

    @property
    def host(self) -> Host:
        return Host("127.0.0.1", self.port)

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._off.set()
        self._hang_up()
        for thread in self._threads:
            thread.join(5)
        self._server.close()  # one more, if it was just coming back from a restart

    # -- power, time, sockets

    def _hang_up(self) -> None:
        with contextlib.suppress(OSError):
            self._server.shutdown(socket.SHUT_RDWR)
        self._server.close()
        for connection in list(self._open):
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def _time(self) -> None:
        due = time.monotonic()
        while not self._off.wait(max(0.0, due - time.monotonic())):
            due += self._second  # a busy computer does not slow the device down
            with self._lock:
                restart = self.firmware.tick()
            if restart:
                self._restart()
                due = time.monotonic()

    def _restart(self) -> None:
        """Off the network, and back under the same address."""
        self._hang_up()
        self._off.wait(self.boot_seconds * self._second)
        if self._off.is_set():
            return
        with self._lock:
            self.firmware.start()
        self._server = socket.create_server(("127.0.0.1", self.port))

    def _listen(self) -> None:
        while not self._off.is_set():
            try:
                connection, _ = self._server.accept()
            except OSError:
                time.sleep(self._second / 2)
                continue
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        self._open.add(connection)
        with connection, contextlib.suppress(OSError):
            connection.settimeout(5)
            received = connection.recv(BURST)
            if self.faults.drop > 0:
                self.faults.drop -= 1
                return
            if received:
                self._answer(received, connection)
        self._open.discard(connection)

    def _answer(self, received: bytes, connection: socket.socket) -> None:
        reply = Reply()
        try:
            request = self._parse(received, reply, connection)
            if request is not None:
                self._route(request, reply)
        except CrashError:
            self.crashes += 1
            with self._lock:
                self.firmware.pending = False  # nothing is saved when it crashes
                self.firmware.restarting = 1
            return
        data = reply.data
        if self.faults.cut > 0 and BINARY.encode() in data:
            self.faults.cut -= 1
            data = data[: len(data) // 2]
        connection.sendall(data)

    # -- the request

    def _parse(self, received: bytes, reply: Reply, connection: socket.socket) -> Request | None:
        line, _, rest = received.partition(b"\r\n")
        if b"\r\n\r\n" not in received:
            raise CrashError
        method, url, *_ = line.decode("latin-1").split(" ")
        head, _, body = (
            rest.partition(b"\r\n\r\n") if not rest.startswith(b"\r\n") else (b"", b"", rest[2:])
        )
        fields = head.split(b"\r\n")[:16]
        length = -1
        token = b""
        for each in fields:
            if each.lower().startswith(b"content-length:"):
                length = int(each[15:])
            if each.lower().startswith(b"authorization: basic "):
                token = each[21:]
        self.requests.append(f"{method} {url}")
        if self.password and base64.b64decode(token) != b"admin:" + self.password.encode():
            reply.post(
                "HTTP/1.1 401 Unauthorized\r\nConnection: close\r\n"
                'WWW-Authenticate: Basic realm="OpenBeken HTTP Server"\r\n\r\n'
            )
            return None
        return Request(method, url[1:], body, length, connection)

    def _route(self, request: Request, reply: Reply) -> None:
        url = request.url
        if request.method == "POST" and url == "api/channels":
            raise CrashError
        if url.startswith("api/"):
            for (method, start), action in self._api().items():
                exact = not start.endswith("/")
                if method == request.method and (url == start if exact else url.startswith(start)):
                    action(request, reply)
                    return
            reply.setup(HTML)
            reply.post(f"<html>GET REST API: {request.method} of {url}</html>")
        elif url.partition("?")[0] == "cm":
            self._cm(request, reply)
        elif url.partition("?")[0] == "startup_command":
            self._startup(request, reply)
        else:
            reply.setup(HTML, 404)
            reply.post("<html>Not found</html>")

    def _api(self) -> dict[tuple[str, str], Callable[[Request, Reply], None]]:
        return {
            ("GET", "api/info"): self._info,
            ("GET", "api/pins"): self._pins,
            ("POST", "api/pins"): self._set_pins,
            ("POST", "api/cmnd"): self._command,
            ("POST", "api/reboot"): self._reboot,
            ("GET", "api/flash/"): self._read,
            ("POST", "api/flash/"): self._write,
            ("POST", "api/ota"): self._ota,
            ("GET", "api/fsblock"): self._read_lfs,
            ("POST", "api/fsblock"): self._write_lfs,
            ("GET", "api/lfs/"): self._list,
        }

    # -- what it answers

    def _info(self, _: Request, reply: Reply) -> None:
        with self._lock:
            chip = self.firmware
            mac = ":".join(f"{byte:02X}" for byte in MAC)
            reply.setup(JSON)
            reply.printf(f'{{"uptime_s":{chip.uptime},')
            reply.printf(f'"build":"{chip.build}",')
            reply.printf('"ip":"127.0.0.1",')
            reply.printf(f'"mac":"{mac}",')
            reply.printf(f'"flags":"{chip.low_flags}",')
            reply.printf(f'"mqtthost":"{chip.text("mqtt_host")}:{chip.text("mqtt_port")}",')
            reply.printf(f'"mqtttopic":"{chip.text("mqtt_client")}",')
            reply.printf(f'"chipset":"{chip.chip.name}",')
            reply.printf(f'"webapp":"{chip.text("webapp_url")}",')
            reply.printf(f'"shortName":"{chip.text("short_name")}",')
            reply.post('"startcmd":"')
            reply.post(json.dumps(chip.text("startup_command"))[1:-1])
            reply.post('",')
            reply.printf('"supportsSSDP":0,')
            reply.printf('"supportsClientDeviceDB":true}')

    def _pins(self, _: Request, reply: Reply) -> None:
        with self._lock:
            names = ",".join(f'"{name}"' for name in self.firmware.role_names)
            kinds, channels, seconds = self.firmware.columns()
        while seconds and not seconds[-1]:
            seconds.pop()
        reply.setup(JSON)
        reply.post(f'{{"rolenames":[{names}],"roles":{_list_text(kinds)}')
        reply.post(f',"channels":{_list_text(channels)}')
        if seconds:
            reply.post(f',"channels2":{_list_text(seconds)}')
        reply.post(f',"states":{_list_text(self._states(kinds))}}}')

    def _states(self, kinds: list[int]) -> list[int]:
        """Inputs rest at 1, but for those that something outside holds or moves."""
        name = "dInput"
        inputs = self.firmware.role_names.index(name) if name in self.firmware.role_names else -1
        low = self.low | {gpio for gpio in self.flickers if len(self.requests) % 2}
        return [int(kind == inputs and gpio not in low) for gpio, kind in enumerate(kinds)]

    def _set_pins(self, request: Request, reply: Reply) -> None:
        text = request.body.partition(b"\0")[0]
        try:
            value = json.loads(text)
        except ValueError:
            reply.error(400, "Failed to parse JSON: -3\n")
            return
        tokens = 1 + sum(
            2 + (len(each) if isinstance(each, list) else 0) for each in value.values()
        )
        if tokens > TOKENS:
            reply.error(400, "Failed to parse JSON: -1\n")
            return
        with self._lock:
            for gpio, role in enumerate(value.get("roles", [])):
                self.firmware.set_pin(gpio, role=role)
            for gpio, channel in enumerate(value.get("channels", [])):
                self.firmware.set_pin(gpio, channel=channel)
        reply.error(200, "OK")

    def _command(self, request: Request, reply: Reply) -> None:
        text = request.body.partition(b"\0")[0].decode("utf-8", "replace")
        with self._lock:
            result = BAD if self.refuses else self.firmware.run(text)
        status = {OK: 200, UNKNOWN: 501}.get(result, 400)
        reply.setup(JSON, status)
        word = "success" if status == 200 else "error"
        reply.printf(f'{{"{word}":{status}, "msg":"{result}", "res":')
        if text.lower().startswith("power"):
            reply.printf('{"POWER":"ON"}')
        reply.printf("}")

    def _cm(self, request: Request, reply: Reply) -> None:
        text = _argument(request.url, "cmnd").decode("utf-8", "replace")
        with self._lock:
            self.firmware.run(text)
            if len(text) > 123:
                self.firmware.run(text)
        reply.setup(JSON)
        reply.post("{}")

    def _startup(self, request: Request, reply: Reply) -> None:
        if _argument(request.url, "startup_cmd"):
            with self._lock:
                raw = _argument(request.url, "data")
                self.firmware.set_startup(raw.decode("utf-8", "replace"))
        reply.setup(HTML)
        reply.post("<html>Command changed!</html>")

    def _reboot(self, _: Request, reply: Reply) -> None:
        reply.setup(JSON)
        reply.printf('{"reboot":3}')
        with self._lock:
            self.firmware.restarting = 3

    def _read(self, request: Request, reply: Reply) -> None:
        found = re.match(r"([0-9a-fA-F]+)-([0-9a-fA-F]+)", request.url[10:])
        if found is None:
            reply.error(-1, "invalid url")
            return
        start, length = int(found[1], 16), int(found[2], 16)
        if start + length > FLASH:
            reply.error(-1, "requested flash read out of range")
            return
        reply.setup(BINARY)
        with self._lock:
            reply.post(bytes(self.firmware.flash[start : start + length]))

    def _write(self, request: Request, reply: Reply) -> None:
        found = re.match(r"([0-9a-fA-F]+)", request.url[10:])
        if found is None or int(found[1], 16) < self.firmware.chip.download_address:
            reply.error(-1, "invalid url")
            return
        self._post_flash(request, reply, int(found[1], 16), FLASH)

    def _ota(self, request: Request, reply: Reply) -> None:
        start = self.firmware.chip.download_address
        self._post_flash(request, reply, start, self.firmware.lfs_place[1])

    def _read_lfs(self, _: Request, reply: Reply) -> None:
        reply.setup(BINARY)
        with self._lock:
            start, end = self.firmware.lfs_place
            reply.post(bytes(self.firmware.flash[start:end]))

    def _write_lfs(self, request: Request, reply: Reply) -> None:
        start, end = self.firmware.lfs_place
        self._post_flash(request, reply, start, end)
        with self._lock:
            self.firmware.mount()

    def _post_flash(self, request: Request, reply: Reply, start: int, most: int) -> None:
        """The end is compared with the first burst only; an upload that breaks leaves it open."""
        with self._lock:
            self.firmware.open_write(start)
            if start + len(request.body) > most:
                reply.error(-20, "writelen < 0 or end > 0x200000")
                return
        total, piece = 0, request.body
        left = request.length if request.length >= 0 else len(piece)
        while True:
            with self._lock:
                self.firmware.write(piece)
            total += len(piece)
            left -= len(piece)
            if left <= 0:
                break
            if self.faults.deaf_after is not None and total >= self.faults.deaf_after:
                raise ConnectionResetError
            piece = request.connection.recv(BURST)
            if not piece:
                raise ConnectionResetError  # the real one now asks for more, for ever
        with self._lock:
            self.firmware.close_write()
            self.firmware.count_update()
        reply.setup(JSON)
        reply.printf(f'{{"size":{total}}}')

    def _list(self, _: Request, reply: Reply) -> None:
        with self._lock:
            files = self.firmware.files()
        if files is None:
            reply.setup("text/plain", 404)
            return
        reply.setup(JSON)
        reply.printf('{"dir":"","content":[')
        entries = [(".", 2, 0), ("..", 2, 0), *((n, 1, len(c)) for n, c in files.items())]
        for number, (name, kind, size) in enumerate(entries):
            reply.post("," if number else "")
            reply.printf(f'{{"name":"{name}","type":{kind},"size":{size}}}')
        reply.printf("]}")


def _list_text(numbers: list[int]) -> str:
    return "[" + ",".join(map(str, numbers)) + "]"


def _argument(url: str, name: str) -> bytes:
    query = url.partition("?")[2]
    for part in query.split("&"):
        key, _, value = part.partition("=")
        if key == name:
            return unquote_to_bytes(value.replace("+", " "))
    return b""
