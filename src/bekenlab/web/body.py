"""Request and response bodies."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from starlette.responses import Response

from bekenlab.errors import UsageError
from bekenlab.json_text import JsonError, read_json

if TYPE_CHECKING:
    from starlette.requests import Request


async def json_object(request: Request) -> dict[str, Any]:
    """Read the JSON object in a request; an empty body counts as an empty object.

    Raises:
        UsageError: The body is not a JSON object.
    """
    try:
        found = read_json(await request.body() or b"{}")
    except JsonError:
        found = None
    if not isinstance(found, dict):
        raise UsageError("the body must be a JSON object")
    return found


def attachment(content: bytes, name: str) -> Response:
    """A response that a browser saves as a file, whatever its content."""
    disposition = f"attachment; filename*=UTF-8''{quote(name, safe='')}"
    headers = {"content-disposition": disposition}
    return Response(content, headers=headers, media_type="application/octet-stream")
