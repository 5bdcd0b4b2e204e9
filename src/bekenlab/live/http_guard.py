"""Keeps other web sites away from a chip's page.

A browser lets any page send requests to this computer, and OpenBeken lets any page read its
answers (``Access-Control-Allow-Origin: *``). A dump may hold its owner's passwords, which the
device's page gives out. So a request is passed on only if the page itself, a program, or the user's
own typing makes it.
"""

from __future__ import annotations

import re

LONGEST_HEAD = 16 << 10
_END = re.compile(rb"\r?\n\r?\n")
_REFUSAL = (
    b"HTTP/1.1 403 Forbidden\r\nContent-Type: text/plain; charset=utf-8\r\n"
    b"Connection: close\r\n\r\nThis port is for the virtual chip's own page: %s\n"
)
_NAVIGATES = {b"navigate", b"nested-navigate"}
# Its first page, to which "/" redirects; without a query, which would do something.
_FIRST_PAGE = (b"GET / ", b"GET /index ")


def refusal(data: bytes, port: int) -> bytes | None:
    """Judge the beginning of a connection.

    Args:
        data: What the client has sent so far.
        port: The port of this computer that it is connected to.

    Returns:
        The answer that refuses it, ``b""`` if the connection may be passed on, or None while that
        is not known.
    """
    end = _END.search(data)
    if end is None:
        return _REFUSAL % b"the request is too long." if len(data) > LONGEST_HEAD else None
    first, *lines = data[: end.start()].splitlines()
    fields: dict[bytes, bytes] = {}
    for line in lines:
        name, _, value = line.partition(b":")
        fields[name.strip().lower()] = value.strip().lower()
    ours = {b"127.0.0.1:%d" % port, b"localhost:%d" % port}
    if port == 80:
        ours |= {b"127.0.0.1", b"localhost"}
    if fields.get(b"host", b"127.0.0.1:%d" % port) not in ours:
        return _REFUSAL % b"the request names another host."
    origin = fields.get(b"origin")
    if origin is not None and origin.removeprefix(b"http://") not in ours:
        return _REFUSAL % b"another page has sent the request."
    if _is_foreign(first, fields):
        return _REFUSAL % b"another page has sent the request."
    return b""


def _is_foreign(first: bytes, fields: dict[bytes, bytes]) -> bool:
    """Whether another site's page makes the request; following a link to the page is allowed."""
    if fields.get(b"sec-fetch-site", b"none") in {b"none", b"same-origin"}:
        return False
    follows = fields.get(b"sec-fetch-mode") in _NAVIGATES and first.startswith(_FIRST_PAGE)
    return not follows or fields.get(b"sec-fetch-dest") != b"document"
