"""A running OpenBeken device: each method is one of its web server's questions.

Source of paths, limits and traps: OpenBK7231T_App, ``src/httpserver/rest_interface.c`` and
``http_fns.c``, ``src/hal/bk7231/hal_ota_bk7231.c``. Some things are left out on purpose: ``POST
/api/channels`` crashes the device, and ``/cm`` runs commands of more than 123 characters twice.
"""

from __future__ import annotations

import json
from contextlib import contextmanager
from typing import TYPE_CHECKING
from urllib.parse import quote

from bekenlab.errors import Action, BadValueError
from bekenlab.lan.clock import Patience, WallClock
from bekenlab.lan.connection import Connection
from bekenlab.lan.errors import (
    DeviceRefusedError,
    NoAnswerError,
    NoHostError,
    NotOpenBekenError,
    WebPasswordError,
)
from bekenlab.lan.http import Reply, check_burst, parse_reply, request_head
from bekenlab.lan.replies import (
    CommandReply,
    DeviceInfo,
    DevicePins,
    StoredFile,
    message_of,
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
    from bekenlab.secret import Secret

FLASH_READABLE = 0x200000
"""The server reads flash below this address only (``DEFAULT_FLASH_LEN``)."""

CHUNK = 0x1000
"""Bytes of flash asked for at once: larger pieces are cut off too often on a poor Wi-Fi."""

_SMALL = 1 << 16
_JSON = "application/json"
_BINARY = "application/octet-stream"
_HTML = "text/html"
_MOST_TOKENS = 128  # of JSON, in POST /api/pins
_MOST_FILES = 1 << 20
_REALM = "OpenBeken"


class Device:
    """A device and how to reach it.

    Args:
        host: Where it is.
        password: Its web password; None for none.
        patience: How long it is waited for.
        clock: Time.
    """

    def __init__(
        self,
        host: Host,
        *,
        password: Secret | None = None,
        patience: Patience | None = None,
        clock: Clock | None = None,
    ) -> None:
        self.host = host
        self.patience = patience or Patience()
        self.clock: Clock = clock or WallClock()
        self._password = password

    def with_password(self, password: Secret | None) -> Device:
        """The same device with another web password."""
        return Device(self.host, password=password, patience=self.patience, clock=self.clock)

    def info(self, *, tries: int | None = None) -> DeviceInfo:
        """Who it is."""
        return parse_info(self._get("/api/info", _JSON, tries=tries).text)

    def pins(self) -> DevicePins:
        """What its pins do, in numbers and names of its own."""
        return parse_pins(self._get("/api/pins", _JSON).text)

    def set_pins(self, roles: Sequence[int], channels: Sequence[int]) -> None:
        """Set role and first channel of every GPIO, from 0 on.

        Raises:
            BadValueError: The lists are longer than its JSON parser takes.
        """
        tokens = 1 + 2 * 2 + len(roles) + len(channels)
        if tokens > _MOST_TOKENS:
            raise BadValueError(f"{tokens} values are more than OpenBeken takes at once")
        body = json.dumps({"roles": list(roles), "channels": list(channels)}, separators=(",", ":"))
        self._post("/api/pins", body.encode(), _JSON)

    def command(self, text: str) -> CommandReply:
        """Run a command, once.

        Raises:
            BadValueError: It is empty, too long, or has a zero byte in it.
            DeviceRefusedError: There is no such command, or it does not like its arguments.
        """
        body = text.encode()
        if not body.strip() or b"\0" in body:
            raise BadValueError("this is no command", hint="such as: Status 0")
        return parse_command(self._post("/api/cmnd", body, _JSON).text)

    def set_startup_command(self, text: str) -> None:
        r"""Set what it runs when it starts; ``\n`` separates commands.

        By the page, not by the command ``StartupCommand``: that ends at a quote and at 511 bytes.

        Raises:
            BadValueError: It is longer, percent-encoded, than one request may be.
        """
        path = f"/startup_command?startup_cmd=1&data={quote(text, safe='')}"
        head = self._head("GET", path)
        check_burst(head, b"")
        self._checked(self._exchange(head, b"", seconds=self.patience.answer, most=_SMALL), _HTML)

    def fits_startup_command(self, text: str) -> bool:
        """Whether a startup command can be set in one request."""
        try:
            path = f"/startup_command?startup_cmd=1&data={quote(text, safe='')}"
            check_burst(self._head("GET", path), b"")
        except BadValueError:
            return False
        return True

    def read_flash(self, address: int, length: int) -> bytes:
        """Read flash, at most ``CHUNK`` bytes from a physical address.

        Raises:
            BadValueError: It lies outside what the server reads.
            NoAnswerError: It came cut, every time.
        """
        if not 0 < length <= CHUNK or address < 0 or address + length > FLASH_READABLE:
            raise BadValueError(
                f"flash at 0x{address:x} cannot be read over the network",
                hint=f"OpenBeken reads the first 0x{FLASH_READABLE:x} bytes",
            )
        path = f"/api/flash/{address:X}-{length:X}"
        return self._get(path, _BINARY, size=length).body

    def read_filesystem(self) -> bytes:
        """The image of its file system (LittleFS); its size is the device's.

        No length is told, so a cut answer looks like a whole one: two in a row must be equal.

        Raises:
            NoAnswerError: They never were.
        """
        last = b""
        for _ in range(1 + self.patience.tries):
            image = self._get("/api/fsblock", _BINARY, most=FLASH_READABLE).body
            if image and image == last and len(image) % CHUNK == 0:
                return image
            last = image
        raise NoAnswerError(
            "the file system reads differently every time",
            hint="is something being written to it, or is the Wi-Fi weak? Try again",
        )

    def files(self) -> tuple[StoredFile, ...] | None:
        """The files in the root of its file system; None where none is mounted."""
        try:
            reply = self._get("/api/lfs/", _JSON, most=_MOST_FILES)
        except DeviceRefusedError as error:
            if error.facts.get("status") == 404:
                return None
            raise
        except NotOpenBekenError:
            return None  # a build without it answers with a page about the path
        return parse_files(reply.text)

    def write_filesystem(self, image: bytes, progress: Callable[[int], None] | None = None) -> None:
        """Write an image of the file system; the device mounts it.

        The server checks nothing but the first piece of it: the caller must know that it fits.
        Afterwards it saves no settings until it is restarted.
        """
        self._upload("/api/fsblock", image, progress)

    def upload_firmware(
        self, package: bytes, progress: Callable[[int], None] | None = None
    ) -> None:
        """Write an OTA package where the boot loader looks for it.

        The server checks nothing but the first piece of it: one that is too long overwrites RF
        calibration and settings. The caller must know that it fits.
        """
        self._upload("/api/ota", package, progress)

    def reboot(self) -> None:
        """Have it restart in about three seconds."""
        self._post("/api/reboot", b"", _JSON)

    @contextmanager
    def keeping_sector(self, address: int, sector: bytes) -> Iterator[None]:
        """Write one sector and keep the upload open meanwhile.

        At the end of an upload the server counts it in its settings, which are then saved: over the
        sector, when that is the one of the settings. So the upload promises one byte more and never
        ends; a restart ends it. Each sector is written as soon as it is complete.

        Args:
            address: Physical address of the sector, in or behind the download partition.
            sector: Its 4096 bytes.
        """
        head = self._head("POST", f"/api/flash/{address:X}", length=len(sector) + 1)
        with Connection(self.host, self.patience, self.clock) as connection:
            connection.send(head, sector, seconds=self.patience.upload)
            yield

    def _upload(self, path: str, body: bytes, progress: Callable[[int], None] | None) -> None:
        head = self._head("POST", path, length=len(body))
        reply = self._exchange(
            head, body, seconds=self.patience.upload, most=_SMALL, progress=progress
        )
        size = uploaded(self._checked(reply, _JSON).text)
        if size != len(body):
            raise NoAnswerError(
                f"the device says it has {size} of {len(body):,} bytes",
                hint="restart the device before the next upload; it still runs what it ran",
            )

    def _post(self, path: str, body: bytes, kind: str) -> Reply:
        head = self._head("POST", path, length=len(body))
        check_burst(head, body)
        reply = self._exchange(head, body, seconds=self.patience.answer, most=_SMALL)
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
        """Ask a question that changes nothing, again if need be."""
        head = self._head("GET", path)
        check_burst(head, b"")
        left = tries or self.patience.tries
        while True:
            left -= 1
            try:
                raw = self._exchange(head, b"", seconds=self.patience.answer, most=most)
                return _sized(self._checked(raw, kind), size)
            except (NoAnswerError, NoHostError):
                if left <= 0:
                    raise
            self.clock.sleep(self.patience.poll)

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
        with Connection(self.host, self.patience, self.clock) as connection:
            connection.send(head, body, seconds=seconds, progress=progress)
            return parse_reply(connection.answer(seconds=seconds, most=most))

    def _checked(self, reply: Reply, kind: str) -> Reply:
        """A reply that is what was asked for.

        Raises:
            WebPasswordError: It wants a password.
            DeviceRefusedError: It says no.
            NotOpenBekenError: It is of another kind: a path a build does not know gives a page.
        """
        if reply.status == 401:
            raise _locked(self.host, reply, given=self._password is not None)
        if 300 <= reply.status < 400:
            raise NotOpenBekenError(
                f"{self.host} sends us to {reply.location[:80]!r}",
                hint="bekenlab follows no redirection: name the device itself",
            )
        if reply.status != 200:
            message = message_of(reply.text) or "no reason given"
            raise DeviceRefusedError(
                f"{self.host} refuses: {message} (status {reply.status})",
                hint="see the log on the device's web page",
                status=reply.status,
            )
        if reply.kind != kind:
            raise NotOpenBekenError(
                f"{self.host} answers with {reply.kind or 'something'} instead of {kind}",
                hint="is it OpenBeken? A build without this function answers so, too",
            )
        return reply


def _sized(reply: Reply, size: int | None) -> Reply:
    if size is None or len(reply.body) == size:
        return reply
    raise NoAnswerError(
        f"the answer is cut: {len(reply.body):,} of {size:,} bytes came",
        hint="the Wi-Fi may be weak; bring the device closer and try again",
    )


def _locked(host: Host, reply: Reply, *, given: bool) -> WebPasswordError:
    whose = "is OpenBeken and" if _REALM in reply.realm else "is no OpenBeken, but"
    what = "does not take this password" if given else "wants a password"
    return WebPasswordError(
        f"{host} {whose} {what}",
        action=Action("give-web-password"),
        openbeken=_REALM in reply.realm,
    )
