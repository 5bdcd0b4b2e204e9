"""Converts parsed parameters to numbers, GPIOs and active levels."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING

from bekenlab.pins._table import is_pin_like
from bekenlab.pins.model import Polarity

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

GPIO_LIMIT = 64
UNUSED = frozenset({-1, 255, 65535})
_NUMBER = re.compile(r"[+-]?[0-9]{1,9}", re.ASCII)
_WORDS = {"true": 1, "false": 0}
_HOLDS_PIN = {"value", "pin"}
_SHOWN = 60
_LONGEST_PIN = 6
_DEPTH = 6


def number(value: object) -> int | None:
    """A whole number, including from decimal text or an integral float; else None."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return value
    if isinstance(value, float):
        return int(value) if math.isfinite(value) and value.is_integer() else None
    if isinstance(value, str) and _NUMBER.fullmatch(value.strip()):
        return int(value.strip())
    return None


def level(value: object) -> Polarity | None:
    """Active level from a ``*_lv`` value: 0 or false is low, 1 or true is high, else None."""
    code = int(value) if isinstance(value, bool) else number(value)
    if code is None and isinstance(value, str):
        code = _WORDS.get(value.strip().lower())
    return {0: Polarity.ACTIVE_LOW, 1: Polarity.ACTIVE_HIGH}.get(-1 if code is None else code)


def is_unused(value: object) -> bool:
    """True for the values by which Tuya marks a pin as not fitted: nothing, -1, 255, 65535."""
    if value is None or (isinstance(value, str) and not value.strip()):
        return True
    return number(value) in UNUSED


def is_code(value: object) -> bool:
    """True for a text too long for a pin number, such as the factory code in ``fac_pin``."""
    return isinstance(value, str) and len(value.strip()) > _LONGEST_PIN and number(value) is None


def gpio(value: object) -> int | None:
    """GPIO number 0 to 63, else None."""
    found = number(value)
    return found if found is not None and 0 <= found < GPIO_LIMIT else None


def shown(value: object) -> str:
    """A value as short text for a report."""
    if isinstance(value, (dict, list, tuple, set)):
        return f"({type(value).__name__} of {len(value)})"
    text = repr(value) if isinstance(value, bytes) else str(value)
    return text if len(text) <= _SHOWN else text[: _SHOWN - 3] + "..."


def flatten(values: Mapping[str, object]) -> dict[str, object]:
    """Flatten the nested format of old firmware, with dotted keys.

    ``{"sw": {"ch": [{"rl": {"pin": {"value": 5}}}]}}`` gives ``{"sw.ch.0.rl.pin": 5}``. Lists of
    anything but objects stay as they are, and so does anything nested deeper than six levels. If
    two keys become equal, the nested one gets a trailing apostrophe.
    """
    nested = {key for key, value in values.items() if _children(value) is not None}
    flat: dict[str, object] = {k: v for k, v in values.items() if k not in nested}
    for key in values:
        if key in nested:
            for path, value in _walk(str(key), values[key], _DEPTH):
                flat[_free(path, flat)] = value
    return flat


def _free(path: str, taken: Mapping[str, object]) -> str:
    while path in taken:
        path += "'"
    return path


def _walk(path: str, value: object, depth: int) -> Iterator[tuple[str, object]]:
    children = _children(value) if depth else None
    if children is None or (is_pin_like(path) and not _HOLDS_PIN & {key for key, _ in children}):
        yield path, value
        return
    for key, child in children:
        yield from _walk(path if key == "value" else f"{path}.{key}", child, depth - 1)


def _children(value: object) -> list[tuple[str, object]] | None:
    """Named parts of an object or of a list of objects; None for a plain value."""
    if isinstance(value, dict) and value:
        return [(str(key), child) for key, child in value.items()]
    if isinstance(value, list) and value and all(isinstance(child, dict) for child in value):
        return [(str(index), child) for index, child in enumerate(value)]
    return None
