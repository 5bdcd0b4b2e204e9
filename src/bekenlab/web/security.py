"""Which requests the server accepts: those of its own pages, and those with the token of this run.

Every web page the user has open, and every program on the computer, can reach a server on the
loopback address. Each request is therefore checked, in this order:

1. ``Host`` must name this server; otherwise a foreign name could be pointed here (DNS rebinding).
2. Requests from another site's page are refused (``Sec-Fetch-Site``, ``Origin``). Other ports of
   this computer count as other sites; browsers send them the same cookies.
3. The key of this run must be present: its token as a bearer token, or once in the address printed
   in the terminal, for which a browser gets a cookie. The cookie holds another value, which is no
   bearer token. Browsers that can are sent to a host of its own, ``NAME.localhost``: they send the
   cookies of ``127.0.0.1`` to every server on this computer.
4. The body must not exceed the limit of its path, nor come too slowly (``web.limits``).
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlencode

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import cookie_parser
from starlette.responses import RedirectResponse

from bekenlab.web.limits import BoundedBody, UploadGate

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.responses import Response
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
_PUBLIC = "/static/"
_TOKEN = "token"  # noqa: S105  the name of the parameter
# These resolve names below "localhost" themselves, without asking anybody (RFC 6761). Others, such
# as Safari, may not find the host of our own.
_RESOLVE_LOCALHOST = ("Chrome/", "Firefox/")

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
        cookie: Name of the cookie. It contains the port, because cookies are shared between ports.
        session: Value of the cookie. It follows from the token, but not the other way round.
        site: The one of ``hosts`` that no other server has, or an empty string.
    """

    hosts: frozenset[str]
    token: str
    cookie: str
    session: str
    site: str

    @staticmethod
    def at(port: int, token: str, name: str = "") -> AccessPolicy:
        """The policy of a server on a TCP port of this computer.

        Args:
            port: The TCP port.
            token: Secret of this run.
            name: Name of the server's own host, below ``localhost``; empty for none.
        """
        own = [f"{name}.localhost"] if name else []
        names = ["127.0.0.1", "localhost", "[::1]", *own]
        hosts = [f"{each}:{port}" for each in names] + (names if port == 80 else [])
        session = hmac.new(token.encode(), b"bekenlab session", hashlib.sha256).hexdigest()
        site = f"{own[0]}:{port}" if own else ""
        return AccessPolicy(frozenset(hosts), token, f"bekenlab-{port}", session, site)


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
        self._gate = UploadGate()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        hardened = _hardened(send, scope)
        answer = self._check(scope)
        if answer is not None:
            await answer(scope, receive, hardened)
            return
        body = BoundedBody(scope, receive, self._gate)
        try:
            await self._app(scope, body.receive, hardened)
        finally:
            body.close()

    def _check(self, scope: Scope) -> Response | None:
        """The response to a request that is refused or redirected, or None."""
        headers = Headers(scope=scope)
        if headers.get("host", "").lower() not in self._policy.hosts or scope["type"] != "http":
            return self._refuse(scope, 421, "host")
        if _is_foreign(scope, headers):
            return self._refuse(scope, 403, "origin")
        # Styles and scripts are not secret, and the page for refused visitors needs them.
        if scope["path"].startswith(_PUBLIC):
            return None
        scheme, _, bearer = headers.get("authorization", "").partition(" ")
        if scheme.lower() == "bearer":
            known = _is_same(bearer, self._policy.token)
            return None if known else self._refuse(scope, 401, "token")
        known = _is_same(_cookie(headers, self._policy.cookie), self._policy.session)
        if scope["method"] == "GET" and (moved := self._take_token(scope, headers, known=known)):
            return moved
        return None if known else self._turn_away(scope, headers)

    def _take_token(self, scope: Scope, headers: Headers, *, known: bool) -> Response | None:
        """Move a token from the address, where it could be seen or shared, into a cookie."""
        query = parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True)
        rest = [(name, value) for name, value in query if name != _TOKEN]
        right = any(_is_same(value, self._policy.token) for name, value in query if name == _TOKEN)
        if len(rest) == len(query) or not (right or known):
            return None
        path = scope["path"] if not scope["path"].startswith("//") else "/"
        if right and self._belongs_elsewhere(headers):
            return RedirectResponse(f"http://{self._policy.site}{path}?{urlencode(query)}", 303)
        answer = RedirectResponse(f"{path}?{urlencode(rest)}" if rest else path, 303)
        if right:
            answer.set_cookie(
                self._policy.cookie, self._policy.session, httponly=True, samesite="strict"
            )
        return answer

    def _belongs_elsewhere(self, headers: Headers) -> bool:
        """Whether a browser is at another host than our own, and would find that."""
        agent = headers.get("user-agent", "")
        capable = any(name in agent for name in _RESOLVE_LOCALHOST)
        return bool(self._policy.site) and capable and headers["host"].lower() != self._policy.site

    def _turn_away(self, scope: Scope, headers: Headers) -> Response:
        answer = self._refuse(scope, 401, "token")
        if headers.get("sec-fetch-site") == "cross-site":
            # Browsers keep a strict cookie back while a link elsewhere leads here: ask once more,
            # from our own page.
            answer.headers["refresh"] = "0"
        return answer


def _is_same(given: str, secret: str) -> bool:
    return hmac.compare_digest(given.encode("utf-8", "replace"), secret.encode())


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
