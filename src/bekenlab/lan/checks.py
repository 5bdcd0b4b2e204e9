"""Is it OpenBeken that answers, and has it done what was asked?

Any web server may answer at an address: one with a page for every path, one with JSON of its own, a
login, a proxy. OpenBeken's own refusals have a form of their own, and so have its successes.

Source: OpenBK7231T_App, ``src/httpserver/rest_interface.c`` and ``http_basic_auth.c``; the format
strings are in the images of 1.17.203 and 1.18.300.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bekenlab.errors import Action
from bekenlab.lan.errors import DeviceRefusedError, NotOpenBekenError, WebPasswordError
from bekenlab.lan.replies import is_refusal, is_success, message_of

if TYPE_CHECKING:
    from bekenlab.lan.address import Host
    from bekenlab.lan.http import Reply

_JSON = "application/json"
_REALM = "OpenBeken"


def checked(host: Host, reply: Reply, kind: str, *, given: bool) -> Reply:
    """The reply, if it is of the expected kind.

    Args:
        host: The device.
        reply: Its reply.
        kind: The expected content type.
        given: Whether a password was sent.

    Raises:
        WebPasswordError: The device asks for a password.
        DeviceRefusedError: The device refuses the request.
        NotOpenBekenError: Something else answers, or a build that does not know the path, which it
            answers with a page.
    """
    if reply.status == 401 and _REALM in reply.realm:
        raise _locked(host, given=given)
    if 300 <= reply.status < 400:
        raise NotOpenBekenError(
            f"{host} redirects to {reply.location[:80]!r} (status {reply.status})",
            hint="bekenlab does not follow redirects: name the device itself",
            status=reply.status,
        )
    if reply.status != 200 and reply.kind == _JSON and is_refusal(reply.text):
        raise _refused(host, reply)
    if reply.status != 200:
        raise NotOpenBekenError(
            f"{host} answers with status {reply.status}, but not as OpenBeken does",
            hint="another web server answers at this address; is it the right one?",
            action=Action("find-device"),
            status=reply.status,
        )
    if reply.kind != kind:
        raise NotOpenBekenError(
            f"{host} answers with {reply.kind or 'something'} instead of {kind}",
            hint="is it OpenBeken? A build without this feature also answers like this",
            status=reply.status,
        )
    return reply


def done(host: Host, reply: Reply) -> Reply:
    """The reply to a change, if it says that the change was made.

    Raises:
        DeviceRefusedError: It says that it was not.
        NotOpenBekenError: It says neither.
    """
    if is_refusal(reply.text):
        raise _refused(host, reply)
    if not is_success(reply.text):
        raise NotOpenBekenError(
            f"{host} does not confirm that it has done this",
            hint="is it OpenBeken? Look at the device before you repeat this",
            action=Action("find-device"),
            status=reply.status,
        )
    return reply


def _refused(host: Host, reply: Reply) -> DeviceRefusedError:
    message = message_of(reply.text) or "no reason given"
    return DeviceRefusedError(
        f"{host} refuses: {message} (status {reply.status})",
        hint="see the log on the device's web page",
        status=reply.status,
    )


def _locked(host: Host, *, given: bool) -> WebPasswordError:
    what = "does not accept this password" if given else "requires a password"
    return WebPasswordError(
        f"{host} is OpenBeken and {what}", action=Action("give-web-password"), openbeken=True
    )
