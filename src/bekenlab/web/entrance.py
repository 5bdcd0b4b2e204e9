"""How a browser gets in: the server's own host name, and the file that opens the start address."""

from __future__ import annotations

import html
import re
import secrets
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from bekenlab.files import write_whole

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_NAME = re.compile(r"bekenlab-[0-9a-f]{16}")
_PAGE = """<!doctype html>
<meta charset="utf-8">
<meta name="referrer" content="no-referrer">
<meta http-equiv="refresh" content="0; url={address}">
<title>bekenlab</title>
<p><a href="{address}">bekenlab</a></p>
"""


def site_name(state: Path) -> str:
    """The name of this user's own host below ``localhost``, the same in every run.

    Others cannot guess it, so no other server on this computer can be reached under it, and get
    the cookies that belong to it. If it cannot be kept, it is for this run only.

    Args:
        state: The user's state folder.
    """
    path = state / "site"
    try:
        kept = path.read_text("utf-8").strip()
    except (OSError, ValueError):
        kept = ""
    if _NAME.fullmatch(kept):
        return kept
    name = f"bekenlab-{secrets.token_hex(8)}"
    with suppress(OSError):
        state.mkdir(parents=True, exist_ok=True, mode=0o700)
        write_whole(path, name.encode(), private=True)
    return name


@contextmanager
def start_file(state: Path, address: str) -> Iterator[Path]:
    """A page that leads to an address, readable by this user only, while it is needed.

    The command line of a browser can be read by every user of a computer; this file cannot.

    Args:
        state: The user's state folder.
        address: The address, including the token.

    Raises:
        OSError: The file cannot be written.
    """
    state.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = state / f"start-{secrets.token_hex(4)}.html"
    write_whole(path, _PAGE.format(address=html.escape(address)).encode(), private=True)
    try:
        yield path
    finally:
        path.unlink(missing_ok=True)
