"""HTTP requests as OpenBeken's web server needs them, and replies as it writes them.

HTTP libraries cannot talk to this server. It parses whatever its first ``recv`` returns, so head
and body have to leave in one ``send``; ``http.client``, ``urllib3`` and ``httpx`` send them
separately. (A head in two pieces even makes it dereference a null pointer.) The status line of its
replies ends in a bare line feed, a status may be -1, which ``http.client`` rejects, and no length
is given: a reply ends when the connection does.

Source: OpenBK7231T_App, ``src/httpserver/new_http.c``, ``http_tcp_server.c`` and
``new_tcp_server.c``; the format strings are in the images of 1.18.300 for BK7231N and BK7231T.
"""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bekenlab.errors import BadValueError
from bekenlab.lan.errors import NoAnswerError, NotOpenBekenError

if TYPE_CHECKING:
    from bekenlab.lan.address import Host
    from bekenlab.secret import Secret

BURST = 1024
"""Bytes of a request that the server reads: the size of its first ``recv``.

Except for uploads, head and body together must fit, or the rest is ignored.
"""

USER = b"admin"
"""The only user (``http_basic_auth.c``)."""

_STATUS = re.compile(rb"HTTP/1\.[01] (-?\d{1,4})(?: [^\n]*)?\r?\n")
_END = re.compile(rb"\r?\n\r?\n")
_PATH = re.compile(r"/[!-~]*")


@dataclass(frozen=True, slots=True)
class Reply:
    """The server's reply.

    Attributes:
        status: HTTP status, or a number of the firmware's own, e.g. -20.
        kind: Content type in lower case, without parameters; empty if not given.
        body: Everything after the head.
        location: Target of a redirect, or empty.
        realm: Authentication challenge, or empty if no password is asked for.
    """

    status: int
    kind: str
    body: bytes = field(repr=False)
    location: str = ""
    realm: str = ""

    @property
    def text(self) -> str:
        """The body as text; bytes that are not valid UTF-8 are replaced."""
        return self.body.decode("utf-8", "replace")


def request_head(
    method: str, path: str, host: Host, *, password: Secret | None = None, length: int | None = None
) -> bytes:
    """The head of a request, as short as possible: it shares ``BURST`` with the body.

    Args:
        method: ``GET`` or ``POST``.
        path: Path and query, percent-encoded.
        host: The device.
        password: Its web password.
        length: Length of the body in bytes; None for a request without one.

    Raises:
        BadValueError: The path contains a space or control character, which would end it.
    """
    if not _PATH.fullmatch(path):
        raise BadValueError(
            f"{path[:80]!r} is not a valid path",
            hint="OpenBeken accepts printable ASCII without spaces",
        )
    lines = [f"{method} {path} HTTP/1.1".encode(), f"Host: {host}".encode()]
    if password is not None:
        token = base64.b64encode(USER + b":" + password.reveal())
        lines.append(b"Authorization: Basic " + token)
    if length is not None:
        lines.append(b"Content-Length: %d" % length)
    return b"\r\n".join([*lines, b"", b""])


def check_burst(head: bytes, body: bytes) -> None:
    """Make sure that the server reads all of a request.

    Raises:
        BadValueError: It is longer than the server reads at once.
    """
    size = len(head) + len(body)
    if size > BURST:
        raise BadValueError(
            f"this is {size - BURST} bytes more than OpenBeken accepts in one request",
            hint="shorten it, or split it into several steps",
        )


def parse_reply(raw: bytes) -> Reply:
    """Parse a complete reply.

    Raises:
        NoAnswerError: It ends within its head, or its body is shorter than stated.
        NotOpenBekenError: It is not HTTP, or of a kind that this server never sends.
    """
    if not raw:
        raise NoAnswerError(
            "the device closed the connection without an answer",
            hint="it may be restarting or short of memory: try again in a minute",
        )
    line = _STATUS.match(raw)
    if line is None:
        raise NotOpenBekenError(
            f"the answer is not HTTP: it begins with {raw[:20]!r}",
            hint="is this the address of an OpenBeken device, and the port of its web page?",
        )
    end = _END.search(raw, line.end() - 1)
    if end is None:
        raise NoAnswerError("the answer ends within its head", hint="try again")
    fields = _fields(raw[line.end() : end.start()])
    if "transfer-encoding" in fields:
        raise NotOpenBekenError(
            "the answer is chunked, which OpenBeken's never is",
            hint="a proxy or another server answers at this address",
        )
    return Reply(
        status=int(line[1]),
        kind=fields.get("content-type", "").partition(";")[0].strip().lower(),
        body=_whole(raw[end.end() :], fields.get("content-length", "")),
        location=fields.get("location", ""),
        realm=fields.get("www-authenticate", ""),
    )


def _whole(body: bytes, stated: str) -> bytes:
    """The complete body. OpenBeken states no length, but a proxy in front of it may."""
    if not re.fullmatch(r"\d{1,9}", stated, re.ASCII):
        return body
    if len(body) < int(stated):
        raise NoAnswerError(
            f"the answer is incomplete: {len(body):,} of {int(stated):,} bytes arrived",
            hint="try again",
        )
    return body[: int(stated)]


def _fields(head: bytes) -> dict[str, str]:
    found: dict[str, str] = {}
    for line in head.decode("latin-1").splitlines():
        name, colon, value = line.partition(":")
        if colon:
            found.setdefault(name.strip().lower(), value.strip())
    return found
