"""Bodies of requests and answers."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from starlette.responses import Response

from bekenlab.errors import UsageError

if TYPE_CHECKING:
    from starlette.requests import Request


async def json_object(request: Request) -> dict[str, Any]:
    """The JSON object that was sent; an empty one where nothing was.

    Raises:
        UsageError: It is something else.
    """
    try:
        found = json.loads(await request.body() or b"{}")
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise UsageError("the body must be a JSON object")
    return found


def attachment(content: bytes, name: str) -> Response:
    """An answer that a browser keeps as a file, whatever its content looks like."""
    told = f"attachment; filename*=UTF-8''{quote(name, safe='')}"
    headers = {"content-disposition": told}
    return Response(content, headers=headers, media_type="application/octet-stream")
