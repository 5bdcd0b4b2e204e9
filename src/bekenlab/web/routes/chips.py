"""``/api/chips``: start, watch, operate and close virtual chips on the bench."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from starlette.concurrency import run_in_threadpool
from starlette.responses import JSONResponse
from starlette.routing import Route

from bekenlab.errors import BusyError, NotFoundError, UsageError
from bekenlab.live.online import NetworkChoice, NetworkKind
from bekenlab.live.source import demo_templates, live_source, with_controller_of
from bekenlab.report.live_json import picture_json, source_json
from bekenlab.web.body import json_object
from bekenlab.web.chip_commands import command_of
from bekenlab.web.context import context_of
from bekenlab.web.frames import frames_of
from bekenlab.web.streaming import StreamAnswer

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.requests import Request
    from starlette.responses import Response

    from bekenlab.live.session import LiveSession
    from bekenlab.live.source import LiveSource
    from bekenlab.web.context import AppContext

_DEMO = "demo-"


async def show_all(request: Request) -> Response:
    """List the running virtual chips, oldest first."""
    running = context_of(request).chips.names()
    return JSONResponse({"chips": [_row(name, session) for name, session in running.items()]})


async def begin(request: Request) -> Response:
    """Start a chip: ``{"dump": ID, "chip": NAME, "pins": ID, "network": KIND}``; see docs/bench.md.

    Only ``dump`` is needed. Our network may be ``"protected"`` and have a broker (``"mqtt"``).
    """
    context, given = context_of(request), await json_object(request)
    name = await run_in_threadpool(_start, context, given)
    session = context.chips.get(name)
    if session is None:
        raise BusyError("the chip was closed immediately", hint="close another chip first")
    return JSONResponse(_row(name, session), 201)


async def show(request: Request) -> Response:
    """Show a chip's current state."""
    session = session_of(request)
    row = _row(request.path_params["id"], session)
    return JSONResponse({**row, "picture": picture_json(session.picture)})


async def do(request: Request) -> Response:
    """Send a command to a chip: ``{"do": "press", "gpio": 10}``; see docs/bench.md."""
    session = session_of(request)
    command = command_of(await json_object(request), pins=len(session.picture.gpio))
    if not session.command(command):
        raise BusyError("too many commands are waiting", hint="wait a moment, then try again")
    return JSONResponse({"taken": True}, 202)


async def network(request: Request) -> Response:
    """Start a chip again in another network of the virtual air, as for ``begin``."""
    context, name = context_of(request), request.path_params["id"]
    choice = _network(await json_object(request))
    session_of(request)  # or it does not exist
    await run_in_threadpool(context.chips.restart, name, choice)
    return JSONResponse(_row(name, session_of(request)))


async def close(request: Request) -> Response:
    """Take a chip off the bench."""
    context = context_of(request)
    await run_in_threadpool(context.chips.close, request.path_params["id"])
    return JSONResponse({"closed": True})


async def events(request: Request) -> Response:
    """Send a chip's state as server-sent events: what is remembered first, then changes."""
    context, session = context_of(request), session_of(request)
    release = context.streams.admit()
    return StreamAnswer(frames_of(session, context.settings.closing), release)


def session_of(request: Request) -> LiveSession:
    """The session named in the path.

    Raises:
        NotFoundError: It is not running, or no longer is.
    """
    found = context_of(request).chips.names().get(request.path_params["id"])
    if found is None:
        raise NotFoundError(
            "this virtual chip is no longer running",
            hint="start it again; chips that nobody watches are closed after a while",
        )
    return found


def _start(context: AppContext, given: Mapping[str, Any]) -> str:
    dump = context.uploads.get(_text(given, "dump") or "")
    source = live_source(
        dump.file, chip=_text(given, "chip"), template=_template(context, _text(given, "pins"))
    )
    return context.chips.open(_with_controller(context, source, given), _network(given))


def _with_controller(
    context: AppContext, source: LiveSource, given: Mapping[str, Any]
) -> LiveSource:
    """OpenBeken with the set-up of another file has that device's second controller."""
    pins = _text(given, "pins")
    if pins is None or pins.startswith(_DEMO):
        return source
    device = context.uploads.subject(pins).analysis
    return source if device is None else with_controller_of(source, device)


def _network(given: Mapping[str, Any]) -> NetworkChoice:
    name = _text(given, "network") or NetworkKind.NONE
    if name not in set(NetworkKind):
        raise UsageError(f"network is one of {', '.join(NetworkKind)}")
    protected, mqtt = _yes(given, "protected"), _yes(given, "mqtt")
    return NetworkChoice(NetworkKind(name), protected=protected, mqtt=mqtt)


def _yes(given: Mapping[str, Any], name: str) -> bool:
    value = given.get(name, False)
    if not isinstance(value, bool):
        raise UsageError(f"{name} must be true or false")
    return value


def _template(context: AppContext, pins: str | None) -> Mapping[str, Any] | None:
    """The template with OpenBeken's pins: a demonstration, or that of another file."""
    if pins is None:
        return None
    if pins.startswith(_DEMO):
        demo = demo_templates().get(pins.removeprefix(_DEMO))
        if demo is None:
            raise UsageError(f"unknown demonstration {pins[:20]!r}")
        return demo
    return context.uploads.subject(pins).template


def _text(given: Mapping[str, Any], name: str) -> str | None:
    value = given.get(name)
    if value is not None and not isinstance(value, str):
        raise UsageError(f"{name} must be text")
    return value or None


def _row(name: str, session: LiveSession) -> dict[str, Any]:
    return {"id": name, **source_json(session.source)}


ROUTES = (
    Route("/api/chips", show_all, methods=["GET"]),
    Route("/api/chips", begin, methods=["POST"]),
    Route("/api/chips/{id}", show, methods=["GET"]),
    Route("/api/chips/{id}", do, methods=["POST"]),
    Route("/api/chips/{id}", close, methods=["DELETE"]),
    Route("/api/chips/{id}/network", network, methods=["POST"]),
    Route("/api/chips/{id}/events", events, methods=["GET"]),
)
