"""Errors and warnings as JSON, the same in every report (documented in docs/json.md)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bekenlab.errors import BekenlabError, Notice


def error_json(error: BekenlabError, advice: str) -> dict[str, Any]:
    """An error's code, message, hint and exit status.

    Args:
        error: The error.
        advice: What to do, in the frontend's words.
    """
    return {
        "code": error.code,
        "message": error.message,
        "hint": advice,
        "exit": int(error.exit_code),
    }


def notices_json(notices: Iterable[Notice]) -> list[dict[str, str]]:
    """Code and message of each warning."""
    return [{"code": notice.code, "message": notice.message} for notice in notices]
