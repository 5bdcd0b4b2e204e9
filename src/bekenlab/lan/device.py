"""A running OpenBeken device: each method is a request to its web server.

Source of paths, limits and pitfalls: OpenBK7231T_App, ``src/httpserver/rest_interface.c`` and
``http_fns.c``, ``src/hal/bk7231/hal_ota_bk7231.c``. Some requests are left out on purpose: ``POST
/api/channels`` crashes the device, and ``/cm`` runs commands of more than 123 characters twice.
"""

from __future__ import annotations

import json
from contextlib import contextmanager
from typing import TYPE_CHECKING
from urllib.parse import quote

from bekenlab.errors import BadValueError
from bekenlab.lan.checks import checked, done
from bekenlab.lan.clock import Timeouts, WallClock
from bekenlab.lan.connection import Connection
from bekenlab.lan.errors import (
    DeviceRefusedError,
    NoAnswerError,
    NoHostError,
    NotOpenBekenError,
)
from bekenlab.lan.http import Reply, check_burst, parse_reply, request_head
from bekenlab.lan.replies import (
    CommandReply,
    DeviceInfo,
    DevicePins,
    StoredFile,
    parse_command,
    parse_files,
    parse_info,
    parse_pins,
    uploaded,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from bekenlab.lan.address import Host
    from bekenlab.lan.clock import Clock
    from bekenlab.lan.connection import Channel
    from bekenlab.secret import Secret

FLASH_READABLE = 0x200000
"""The server only reads flash below this address (``DEFAULT_FLASH_LEN``)."""

CHUNK = 0x1000
"""Bytes of flash per request: with poor Wi-Fi, larger pieces are cut off too often."""

_STARTUP = "/startup_command?startup_cmd=1&data="
_SMALL = 1 << 16
_JSON = "application/json"
_BINARY = "application/octet-stream"
_HTML = "text/html"
_MOST_TOKENS = 128  # of JSON, in POST /api/pins
_MOST_FILES = 1 << 20


class Device:
    """A device and how to reach it.

    Args:
        host: Its address.
        password: Its web password; None if it has none.
        timeouts: How long to wait for it.
        clock: Measures the time.
        connect: Opens connections; other than sockets, for devices in the virtual air.
    """

    def __init__(
        self,
        host: Host,
        *,
        password: Secret | None = None,
        timeouts: Timeouts | None = None,
        clock: Clock | None = None,
        connect: Callable[[Host, Timeouts, Clock], Channel] = Connection,
    ) -> None:
        self.host = host
        self.timeouts = timeouts or Timeouts()
        self.clock: Clock = clock or WallClock()
        self._password = password
        self._connect = connect

    def with_password(self, password: Secret | None) -> Device:
        """The same device with another web password."""
        return Device(
            self.host,
            password=password,
            timeouts=self.timeouts,
            clock=self.clock,
            connect=self._connect,
        )

    def info(self, *, tries: int | None = None) -> DeviceInfo:
        """The device's identity: chip, firmware, names, addresses."""
        return parse_info(self._get("/api/info", _JSON, tries=tries).text)

    def pins(self) -> DevicePins:
        """What its pins do, in the device's own numbers and names."""
        return parse_pins(self._get("/api/pins", _JSON).text)

    def set_pins(self, roles: Sequence[int], channels: Sequence[int]) -> None:
        """Set role and first channel of every GPIO, starting with GPIO 0.

        Raises:
            BadValueError: The lists are too long for the device's JSON parser.
        """
        tokens = 1 + 2 * 2 + len(roles) + len(channels)
        if tokens > _MOST_TOKENS:
            raise BadValueError(f"{tokens} values are more than OpenBeken accepts at once")
        body = json.dumps({"roles": list(roles), "channels": list(channels)}, separators=(",", ":"))
        done(self.host, self._post("/api/pins", body.encode(), _JSON))

    def command(self, text: str) -> CommandReply:
        """Run a command, once.

        Raises:
            BadValueError: It is empty, too long, or contains a zero byte.
            DeviceRefusedError: The device does not know it, or rejects its arguments.
            NotOpenBekenError: The answer does not say that it was run.
        """
        body = text.encode("utf-8", "surrogateescape")  # as it was typed
        if not body.strip() or b"\0" in body:
            raise BadValueError("this is not a command", hint="a command looks like: Status 0")
        return parse_command(done(self.host, self._post("/api/cmnd", body, _JSON)).text)

    def set_startup_command(self, text: str) -> None:
        r"""Set the commands that the device runs when it starts, separated by ``\n``.

        Uses the web page, not the command ``StartupCommand``, which stops at a quote and after 511
        bytes.

        Raises:
            BadValueError: Percent-encoded, it does not fit into one request.
        """
        path = _STARTUP + quote(text, safe="", errors="surrogateescape")
        head = self._head("GET", path)
        check_burst(head, b"")
        reply = self._exchange(head, b"", seconds=self.timeouts.answer, most=_SMALL)
        self._checked(reply, _HTML)

    def fits_startup_command(self, text: str) -> bool:
        """Whether a startup command fits into one request."""
        try:
            path = _STARTUP + quote(text, safe="", errors="surrogateescape")
            check_burst(self._head("GET", path), b"")
        except BadValueError:
            return False
        return True

    def read_flash(self, address: int, length: int) -> bytes:
        """Read flash, at most ``CHUNK`` bytes from a physical address.

        Raises:
            BadValueError: The server does not read there.
            NoAnswerError: Every answer was incomplete.
        """
        if not 0 < length <= CHUNK or address < 0 or address + length > FLASH_READABLE:
            raise BadValueError(
                f"flash at 0x{address:x} cannot be read over the network",
                hint=f"OpenBeken only reads the first 0x{FLASH_READABLE:x} bytes",
            )
        path = f"/api/flash/{address:X}-{length:X}"
        return self._get(path, _BINARY, size=length).body

    def read_filesystem(self) -> bytes:
        """Read the image of its file system (LittleFS), whose size depends on the device.

        The answer states no length, so an incomplete one cannot be recognised: two answers in a row
        must be equal.

        Raises:
            NoAnswerError: No two answers were equal.
        """
        last = b""
        for _ in range(1 + self.timeouts.tries):
            image = self._get("/api/fsblock", _BINARY, most=FLASH_READABLE).body
            if image and image == last and len(image) % CHUNK == 0:
                return image
            last = image
        raise NoAnswerError(
            "the file system reads differently every time",
            hint="something is being written to it, or the Wi-Fi is weak: try again",
        )

    def files(self) -> tuple[StoredFile, ...] | None:
        """The files in the root of its file system; None if no file system is mounted."""
        try:
            reply = self._get("/api/lfs/", _JSON, most=_MOST_FILES)
        except DeviceRefusedError as error:
            if error.facts.get("status") == 404:
                return None
            raise
        except NotOpenBekenError:
            return None  # a build without file system answers with a page about the path
        return parse_files(reply.text)

    def write_filesystem(self, image: bytes, progress: Callable[[int], None] | None = None) -> None:
        """Write an image of the file system, which the device then mounts.

        The server checks only the first piece of it, so the caller must make sure that it fits.
        Afterwards the device saves no settings until it is restarted.
        """
        self._upload("/api/fsblock", image, progress)

    def upload_firmware(
        self, package: bytes, progress: Callable[[int], None] | None = None
    ) -> None:
        """Write an OTA package to where the boot loader looks for it.

        The server checks only the first piece of it, so the caller must make sure that it fits: one
        that is too long overwrites RF calibration and settings.
        """
        self._upload("/api/ota", package, progress)

    def reboot(self) -> None:
        """Make the device restart in about three seconds."""
        self._post("/api/reboot", b"", _JSON)

    @contextmanager
    def keeping_sector(self, address: int, sector: bytes) -> Iterator[None]:
        """Write one sector, and keep the upload open while in the context.

        When an upload ends, the server counts it in its settings and saves them, which would
        overwrite the sector if it is the one with the settings. So the upload announces one byte
        more than it sends and never completes; a restart ends it. The server writes each sector as
        soon as it has received it.

        Args:
            address: Physical address of the sector, in or behind the download partition.
            sector: Its 4096 bytes.
        """
        head = self._head("POST", f"/api/flash/{address:X}", length=len(sector) + 1)
        with self._connect(self.host, self.timeouts, self.clock) as connection:
            connection.send(head, sector, seconds=self.timeouts.upload)
            yield

    def _upload(self, path: str, body: bytes, progress: Callable[[int], None] | None) -> None:
        head = self._head("POST", path, length=len(body))
        reply = self._exchange(
            head, body, seconds=self.timeouts.upload, most=_SMALL, progress=progress
        )
        size = uploaded(self._checked(reply, _JSON).text)
        if size != len(body):
            raise NoAnswerError(
                f"the device reports {size} of {len(body):,} bytes received",
                hint="restart the device before the next upload; it still runs its old firmware",
            )

    def _post(self, path: str, body: bytes, kind: str) -> Reply:
        head = self._head("POST", path, length=len(body))
        check_burst(head, body)
        reply = self._exchange(head, body, seconds=self.timeouts.answer, most=_SMALL)
        return self._checked(reply, kind)

    def _get(
        self,
        path: str,
        kind: str,
        *,
        size: int | None = None,
        most: int = _SMALL,
        tries: int | None = None,
    ) -> Reply:
        """Send a request that changes nothing, repeatedly if necessary."""
        head = self._head("GET", path)
        check_burst(head, b"")
        left = tries or self.timeouts.tries
        while True:
            left -= 1
            try:
                raw = self._exchange(head, b"", seconds=self.timeouts.answer, most=most)
                return _sized(self._checked(raw, kind), size)
            except (NoAnswerError, NoHostError):
                if left <= 0:
                    raise
            self.clock.sleep(self.timeouts.poll)

    def _checked(self, reply: Reply, kind: str) -> Reply:
        return checked(self.host, reply, kind, given=self._password is not None)

    def _head(self, method: str, path: str, length: int | None = None) -> bytes:
        return request_head(method, path, self.host, password=self._password, length=length)

    def _exchange(
        self,
        head: bytes,
        body: bytes,
        *,
        seconds: float,
        most: int,
        progress: Callable[[int], None] | None = None,
    ) -> Reply:
        with self._connect(self.host, self.timeouts, self.clock) as connection:
            connection.send(head, body, seconds=seconds, progress=progress)
            return parse_reply(connection.answer(seconds=seconds, most=most))


def _sized(reply: Reply, size: int | None) -> Reply:
    if size is None or len(reply.body) == size:
        return reply
    raise NoAnswerError(
        f"the answer is incomplete: {len(reply.body):,} of {size:,} bytes arrived",
        hint="the Wi-Fi may be weak: move the device closer and try again",
    )
