"""Hides secrets in texts and in values such as JSON: what every output passes through."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from bekenlab.secrecy.names import is_secret_name
from bekenlab.secrecy.text import text_spans
from bekenlab.secret import REDACTED

_NUMBER = re.compile(r"-?\d{1,4}")
_DEEPEST = 64


def hide_text(text: str) -> str:
    """Return a text with the secrets in it replaced by ``<redacted>``."""
    parts = []
    at = 0
    for span in text_spans(text):
        parts += [text[at : span.start], REDACTED]
        at = span.end
    return "".join([*parts, text[at:]])


def hide_values(values: Mapping[str, Any], *, depth: int = _DEEPEST) -> dict[str, Any]:
    """Return named values, nested or not, with the secret ones replaced by ``<redacted>``.

    What is below a secret name is secret as well, and so is what is nested too deeply to be looked
    at. A pin is a number, so a text in its place may be anything and is hidden, too.
    """
    return {name: hide_value(name, value, depth=depth) for name, value in values.items()}


def hide_value(name: str, value: Any, *, depth: int = _DEEPEST) -> Any:
    """Return one value as ``hide_values`` does; whether something is so or not is no secret."""
    if isinstance(value, bool):
        return value
    if is_secret_name(name) and value is not None and value != "":
        return REDACTED
    if isinstance(value, Mapping | list | tuple):
        if not depth:
            return REDACTED
        if isinstance(value, Mapping):
            return hide_values(value, depth=depth - 1)
        return [hide_value(name, item, depth=depth - 1) for item in value]
    if not isinstance(value, str):
        return value
    odd = name.lower().endswith("pin") and not _NUMBER.fullmatch(value)
    return REDACTED if odd else hide_text(value)
