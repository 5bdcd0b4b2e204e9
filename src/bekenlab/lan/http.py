"""Requests as OpenBeken's web server needs them, and its replies as it writes them.

This is our own because no HTTP library at hand can speak to that server. It parses whatever its
first ``recv`` brings, so head and body have to leave in one ``send``: ``http.client``, ``urllib3``
and ``httpx`` send them apart. (A head in two pieces even makes it follow a null pointer.) Its
replies have a status line that ends in a bare line feed, statuses such as -1, which ``http.client``
takes for none, and no length: only the end of the connection ends them.

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
"""Bytes of a request that the server looks at: what its first ``recv`` takes.

Head and body of everything but an upload must fit, or their end is not seen.
"""

USER = b"admin"
"""The only user there is (``http_basic_auth.c``)."""

_STATUS = re.compile(rb"HTTP/1\.[01] (-?\d{1,4})(?: [^\n]*)?\r?\n")
_END = re.compile(rb"\r?\n\r?\n")
_PATH = re.compile(r"/[!-~]*")


@dataclass(frozen=True, slots=True)
class Reply:
    """What the server answered.

    Attributes:
        status: 200; or what the firmware put there, e.g. -20.
        kind: Content type in lower case, without parameters; empty where none is given.
        body: The rest, up to the end of the connection.
        location: Where a redirection points; empty where there is none.
        realm: Who asks for a password; empty where nobody does.
    """

    status: int
    kind: str
    body: bytes = field(repr=False)
    location: str = ""
    realm: str = ""

    @property
    def text(self) -> str:
        """The body as text; bytes that are no UTF-8 are replaced."""
        return self.body.decode("utf-8", "replace")


def request_head(
    method: str, path: str, host: Host, *, password: Secret | None = None, length: int | None = None
) -> bytes:
    """The head of a request, as short as can be: it shares ``BURST`` with the body.

    Args:
        method: ``GET`` or ``POST``.
        path: Path and query, percent-encoded.
        host: Whom it is for.
        password: The device's web password.
        length: Bytes of the body; None for a request without one.

    Raises:
        BadValueError: A space or control character in the path would end it.
    """
    if not _PATH.fullmatch(path):
        raise BadValueError(
            f"{path[:80]!r} is no path", hint="OpenBeken takes printable ASCII without spaces"
        )
    lines = [f"{method} {path} HTTP/1.1".encode(), f"Host: {host}".encode()]
    if password is not None:
        token = base64.b64encode(USER + b":" + password.reveal())
        lines.append(b"Authorization: Basic " + token)
    if length is not None:
        lines.append(b"Content-Length: %d" % length)
    return b"\r\n".join([*lines, b"", b""])


def check_burst(head: bytes, body: bytes) -> None:
    """Make sure that the server sees all of a request.

    Raises:
        BadValueError: It is longer than what the server reads at once.
    """
    size = len(head) + len(body)
    if size > BURST:
        raise BadValueError(
            f"this is {size - BURST} bytes more than OpenBeken takes in one request",
            hint="make it shorter, or do it in several steps",
        )


def parse_reply(raw: bytes) -> Reply:
    """Read a reply that has ended.

    Raises:
        NoAnswerError: It is cut in its head, or its body is shorter than promised.
        NotOpenBekenError: It is no HTTP, or of a kind this server never sends.
    """
    if not raw:
        raise NoAnswerError(
            "the device closed the connection without an answer",
            hint="it may be restarting or short of memory: try again in a minute",
        )
    line = _STATUS.match(raw)
    if line is None:
        raise NotOpenBekenError(
            f"the answer is no HTTP: it begins with {raw[:20]!r}",
            hint="is this the address of an OpenBeken device, and the port of its web page?",
        )
    end = _END.search(raw, line.end() - 1)
    if end is None:
        raise NoAnswerError("the answer ends within its head", hint="try again")
    fields = _fields(raw[line.end() : end.start()])
    if "transfer-encoding" in fields:
        raise NotOpenBekenError(
            "the answer comes in chunks, which OpenBeken never does",
            hint="a proxy or another server answers at this address",
        )
    return Reply(
        status=int(line[1]),
        kind=fields.get("content-type", "").partition(";")[0].strip().lower(),
        body=_whole(raw[end.end() :], fields.get("content-length", "")),
        location=fields.get("location", ""),
        realm=fields.get("www-authenticate", ""),
    )


def _whole(body: bytes, promised: str) -> bytes:
    """The body; OpenBeken promises no length, a proxy before it may."""
    if not re.fullmatch(r"\d{1,9}", promised, re.ASCII):
        return body
    if len(body) < int(promised):
        raise NoAnswerError(
            f"the answer is cut: {len(body):,} of {int(promised):,} bytes came", hint="try again"
        )
    return body[: int(promised)]


def _fields(head: bytes) -> dict[str, str]:
    found: dict[str, str] = {}
    for line in head.decode("latin-1").splitlines():
        name, colon, value = line.partition(":")
        if colon:
            found.setdefault(name.strip().lower(), value.strip())
    return found
