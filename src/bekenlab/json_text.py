"""The one way JSON from elsewhere is read: bounded in depth, without Infinity or NaN.

Python's reader accepts ``Infinity``, ``1e999`` and half a surrogate pair, and all of them raise an
exception later, where nobody expects it. Whoever reads JSON needs to catch :class:`JsonError` only.
"""

from __future__ import annotations

import json
import math
import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

MOST_DEPTH = 100
_MOST_DIGITS = 20
_LARGEST_FILE = 32 << 20
# Every escape is matched, so that the second backslash of a pair does not begin one.
_ESCAPE = re.compile(
    r"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}"
    r"|(?P<lone>u[dD][89a-fA-F][0-9a-fA-F]{2})|.)",
    re.DOTALL,
)


class JsonError(ValueError):
    """A text is not JSON, or holds what no file of ours or of a device holds.

    Attributes:
        senseless: Whether it is JSON, but of a kind that nobody can have meant.
    """

    def __init__(self, message: str, *, senseless: bool = False) -> None:
        super().__init__(message)
        self.senseless = senseless


def read_json(
    text: str | bytes, *, strict: bool = True, unique: bool = False, halves: bool = False
) -> Any:
    """The value of a JSON text.

    Args:
        text: The text; bytes are UTF-8.
        strict: Whether control characters must be escaped.
        unique: Whether a name that is given twice in one object is an error; else the last counts.
        halves: Whether half a surrogate pair stays, for values that are only shown; else it becomes
            U+FFFD, since it cannot be encoded.

    Raises:
        JsonError: It is not JSON, is nested more than ``MOST_DEPTH`` deep, or has a number that is
            infinite, not a number, or longer than 20 digits.
    """
    try:
        plain = text.decode("utf-8-sig") if isinstance(text, bytes) else text
        if "\\u" in plain and not halves:
            plain = _ESCAPE.sub(_whole_pairs, plain)
        value = json.loads(
            plain,
            strict=strict,
            parse_int=_whole,
            parse_float=_real,
            parse_constant=_constant,
            object_pairs_hook=_once if unique else None,
        )
    except JsonError:
        raise
    except RecursionError:
        raise _too_deep() from None
    except ValueError as error:
        raise JsonError(str(error)) from error
    _check_depth(value)
    return value


def read_json_file(path: Path, *, unique: bool = False, halves: bool = False) -> Any:
    """The value of a JSON file of at most 32 MiB.

    Args:
        path: The file.
        unique: As for :func:`read_json`.
        halves: As for :func:`read_json`; names of files that are not UTF-8 have such halves.

    Raises:
        OSError: It cannot be read.
        JsonError: As :func:`read_json`.
    """
    with path.open("rb") as file:
        data = file.read(_LARGEST_FILE + 1)
    if len(data) > _LARGEST_FILE:
        raise JsonError("it is larger than 32 MiB", senseless=True)
    return read_json(data, unique=unique, halves=halves)


def _whole_pairs(escape: re.Match[str]) -> str:
    return "\\ufffd" if escape["lone"] else escape[0]


def _whole(digits: str) -> int:
    if len(digits) > _MOST_DIGITS:
        raise JsonError(f"it has a number of {len(digits):,} digits", senseless=True)
    return int(digits)


def _real(digits: str) -> float:
    value = float(digits)
    if not math.isfinite(value):
        raise JsonError(f"it has a number that is too large, {digits[:20]}", senseless=True)
    return value


def _constant(word: str) -> float:
    raise JsonError(f"it has {word} for a number", senseless=True)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise JsonError("it gives the same name twice", senseless=True)
    return found


def _check_depth(value: object) -> None:
    level = [value]
    for _ in range(MOST_DEPTH + 1):
        containers = [each for each in level if isinstance(each, dict | list)]
        if not containers:
            return
        level = [
            inner
            for outer in containers
            for inner in (outer.values() if isinstance(outer, dict) else outer)
        ]
    raise _too_deep()


def _too_deep() -> JsonError:
    return JsonError(f"it is nested more than {MOST_DEPTH} deep", senseless=True)
