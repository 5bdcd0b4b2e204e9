"""Text that holds only a Tuya configuration, as people post it in forums."""

from __future__ import annotations

import json
import re
from itertools import islice
from typing import TYPE_CHECKING, Any

from bekenlab.tuya.parameters.parser import parse_parameters

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bekenlab.tuya.parameters.model import Parameters

MAX_TEXT = 1 << 20
"""Longest text looked at, in bytes; Tuya's own limit for a configuration is 4096."""

# Names under which other tools' JSON files keep the configuration.
_WRAPPERS = ("user_param_key", "device_configuration", "config", "parameters", "baud_cfg")


def read_configuration(data: bytes) -> Parameters | None:
    """The configuration in a text file, or None when it holds none.

    Understood are Tuya's own ``{rl1_pin:26,...}``, JSON, JSON that wraps either under a known
    name, and either of them in the middle of other text.
    """
    text = _as_text(data)
    if text is None:
        return None
    wrapped = _unwrap(text)
    if wrapped is not None:
        return parse_parameters(json.dumps(wrapped)) if wrapped else None
    end = text.rfind("}") + 1
    for brace in islice(_BEGINNING.finditer(text, 0, _MAX_SEARCH), _MAX_TRIES):
        start = brace.start()
        parameters = parse_parameters(text[start:end] if end > start else text[start:])
        if _is_configuration(parameters.values):
            return parameters
    return None


# Text before the configuration may hold braces too; each of these costs a try.
_BEGINNING = re.compile(r'\{(?=\s{0,8}[\w"])')
_MAX_SEARCH = 4096
_MAX_TRIES = 8


def is_text(data: bytes) -> bool:
    """Whether a file is a text, so that nothing of a flash chip can be in it."""
    return _as_text(data) is not None


def _as_text(data: bytes) -> str | None:
    if len(data) > MAX_TEXT or b"\0" in data.rstrip(b"\0"):
        return None
    try:
        return data.rstrip(b"\0").decode("utf-8-sig").strip()
    except UnicodeDecodeError:
        return None


def _unwrap(text: str) -> Mapping[str, Any] | None:
    """The configuration in JSON, bare or wrapped; {} when JSON holds none; None when no JSON."""
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if isinstance(value, list) and len(value) == 1:
        value = value[0]
    if not isinstance(value, dict):
        return {}
    found = _wrapped(value, _MAX_DEPTH)
    if found:
        return found
    return value if _is_configuration(value) else {}


_MAX_DEPTH = 4


def _wrapped(value: Mapping[str, Any], depth: int) -> dict[str, Any]:
    """What stands under the known names, here or in objects further in."""
    found: dict[str, Any] = {}
    for name in _WRAPPERS:
        inner = value.get(name)
        if isinstance(inner, str):
            inner = dict(parse_parameters(inner).values)
        if isinstance(inner, dict):
            found.update(inner)
    if found or not depth:
        return found
    for inner in value.values():
        if isinstance(inner, dict):
            found = _wrapped(inner, depth - 1)
            if found:
                break
    return found


def _is_configuration(values: Mapping[str, Any]) -> bool:
    """Whether a mapping has at least one key that only a Tuya configuration has."""
    return any(
        name.endswith(("_pin", "pin", "_lv", "iicscl"))
        or name in ("module", "jv", "Jsonver", "baud", "crc", "sw")
        for name in values
    )
