"""Which requests the server accepts: those of its own pages, and those with the token of this run.

Every web page the user has open, and every program on the computer, can reach a server on the
loopback address. Each request is therefore checked, in this order:

1. ``Host`` must name this server; otherwise a foreign name could be pointed here (DNS rebinding).
2. Requests from another site's page are refused (``Sec-Fetch-Site``, ``Origin``). Other ports of
   this computer count as other sites; browsers send them the same cookies.
3. The token of this run must be present: in a cookie, as a bearer token, or once in the address
   printed in the terminal.
4. The body must not exceed the limit of its path, whether or not its size was announced.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import parse_qs

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import cookie_parser
from starlette.responses import RedirectResponse

from bekenlab.analysis.inputs import MAX_SIZE
from bekenlab.errors import TooLargeError

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.responses import Response
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
_PUBLIC = "/static/"
_UPLOADS = "/api/dumps"
_MAX_UPLOAD = MAX_SIZE + (1 << 20)
_MAX_BODY = 256 << 10

_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
_HEADERS = {
    "content-security-policy": _POLICY,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    # Not "no-referrer": browsers would then withhold the origin of our own forms, too.
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=(), serial=(), usb=()",
}


@dataclass(frozen=True, slots=True)
class AccessPolicy:
    """The hosts, token and cookie that give access.

    Attributes:
        hosts: Values of ``Host`` that name this server.
        token: Secret of this run.
        cookie: Name of the cookie with the token. It contains the port, because cookies are shared
        between ports.
    """

    hosts: frozenset[str]
    token: str
    cookie: str

    @staticmethod
    def at(port: int, token: str) -> AccessPolicy:
        """The policy of a server on a TCP port of this computer."""
        names = ("127.0.0.1", "localhost", "[::1]")
        hosts = [f"{name}:{port}" for name in names] + (list(names) if port == 80 else [])
        return AccessPolicy(frozenset(hosts), token, f"bekenlab-{port}")


class Guard:
    """ASGI middleware that enforces an :class:`AccessPolicy` and adds security headers.

    Args:
        app: The application behind it.
        policy: The policy to enforce.
        refuse: Makes the response to a refused request from its status and reason
            (``"host"``, ``"origin"`` or ``"token"``).
    """

    def __init__(
        self, app: ASGIApp, policy: AccessPolicy, refuse: Callable[[Scope, int, str], Response]
    ) -> None:
        self._app = app
        self._policy = policy
        self._refuse = refuse

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        hardened = _hardened(send, scope)
        answer = self._check(scope)
        if answer is not None:
            await answer(scope, receive, hardened)
        else:
            await self._app(scope, _bounded(scope, receive), hardened)

    def _check(self, scope: Scope) -> Response | None:
        """The response to a request that is refused or redirected, or None."""
        headers = Headers(scope=scope)
        if headers.get("host", "").lower() not in self._policy.hosts or scope["type"] != "http":
            return self._refuse(scope, 421, "host")
        if _is_foreign(scope, headers):
            return self._refuse(scope, 403, "origin")
        # Styles and scripts are not secret, and the page for refused visitors needs them.
        if self._is_known(headers) or scope["path"].startswith(_PUBLIC):
            return None
        if scope["method"] == "GET" and self._brings_token(scope):
            return self._admit(scope)
        return self._refuse(scope, 401, "token")

    def _is_known(self, headers: Headers) -> bool:
        scheme, _, bearer = headers.get("authorization", "").partition(" ")
        given = bearer if scheme.lower() == "bearer" else _cookie(headers, self._policy.cookie)
        return self._is_token(given)

    def _brings_token(self, scope: Scope) -> bool:
        query = scope["query_string"].decode("latin-1")
        return self._is_token(parse_qs(query).get("token", [""])[0])

    def _is_token(self, given: str) -> bool:
        return hmac.compare_digest(given.encode("utf-8", "replace"), self._policy.token.encode())

    def _admit(self, scope: Scope) -> Response:
        """Move the token from the address, where it could be seen or shared, into a cookie."""
        answer = RedirectResponse(scope["path"] or "/", status_code=303)
        answer.set_cookie(
            self._policy.cookie, self._policy.token, httponly=True, samesite="strict", path="/"
        )
        return answer


def _is_foreign(scope: Scope, headers: Headers) -> bool:
    """Whether a request comes from a page of another site."""
    site = headers.get("sec-fetch-site")
    if site not in {None, "same-origin", "none"}:
        # A link or bookmark elsewhere may open a page, but nothing more.
        leads_here = (
            scope["method"] == "GET"
            and headers.get("sec-fetch-mode") == "navigate"
            and headers.get("sec-fetch-dest") == "document"
        )
        if not leads_here:
            return True
    origin = headers.get("origin")
    if origin is not None:
        return origin.lower() != f"http://{headers['host'].lower()}"
    if scope["method"] in _SAFE_METHODS:
        return False
    # A browser always names the origin of a request that changes something. Scripts do not, but
    # send the token, which a foreign page cannot know.
    return site is None and "authorization" not in headers


def _cookie(headers: Headers, name: str) -> str:
    # Parsed as browsers do: a malformed cookie of another local server must not hide ours.
    return cookie_parser(headers.get("cookie", "")).get(name, "")


def _hardened(send: Send, scope: Scope) -> Send:
    static = scope["path"].startswith(_PUBLIC)

    async def hardened(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in _HEADERS.items():
                headers.setdefault(name, value)
            # Pages hold personal data. Static files are revalidated each time.
            headers.setdefault("cache-control", "no-cache" if static else "no-store")
        await send(message)

    return hardened


def _bounded(scope: Scope, receive: Receive) -> Receive:
    """Receive the body, but stop as soon as it is too large.

    Raises:
        TooLargeError: From the returned function.
    """
    upload = scope["path"] == _UPLOADS and scope["method"] == "POST"
    limit = _MAX_UPLOAD if upload else _MAX_BODY
    announced = Headers(scope=scope).get("content-length", "")
    known = int(announced[:18]) if announced.isdecimal() else 0  # longer ones are too large anyway
    size = 0

    async def bounded() -> Message:
        nonlocal size
        if known > limit:
            raise _too_large(limit)
        message = await receive()
        size += len(message.get("body", b""))
        if size > limit:
            raise _too_large(limit)
        return message

    return bounded


def _too_large(limit: int) -> TooLargeError:
    return TooLargeError(
        f"the upload is larger than {limit:,} bytes, more than the flash of any supported chip",
        hint="send the dump itself, not a disk image or an archive of something else",
    )
