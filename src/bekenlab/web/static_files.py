"""The pages' own scripts and styles, served without their comments: a seventh of all they load."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from starlette.responses import FileResponse, Response
from starlette.staticfiles import StaticFiles

if TYPE_CHECKING:
    from starlette.types import Scope

_COMMENTED = {".css", ".js"}
_KEPT_HEADERS = ("content-type", "etag", "last-modified")


class LeanFiles(StaticFiles):
    """Static files, of which scripts and styles have no comments."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        """Answer a request for a file."""
        found = await super().get_response(path, scope)
        if not isinstance(found, FileResponse) or Path(found.path).suffix not in _COMMENTED:
            return found
        headers = {name: found.headers[name] for name in _KEPT_HEADERS if name in found.headers}
        return Response(_lean_file(Path(found.path)), found.status_code, headers)


@cache
def _lean_file(path: Path) -> str:
    return without_comments(path.read_text("utf-8"))


def without_comments(text: str) -> str:
    """Return a script or a style without the lines that are comments.

    Lines keep their numbers, so that what a browser complains about is found. A comment beside code
    stays: to know it for one takes a parser.
    """
    lines = []
    within = False
    for line in text.splitlines():
        bare = line.strip()
        begins = bare.startswith("/*")
        lines.append("" if within or begins or bare.startswith("//") else line)
        within = (within or begins) and not bare.endswith("*/")
    return "\n".join(lines) + "\n"
