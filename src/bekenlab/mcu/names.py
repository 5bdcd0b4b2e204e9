"""Names of data points for people, from Tuya's codes."""

from __future__ import annotations

import re

_SHORT = {"temp": "temperature", "cur": "current", "pwr": "power", "bat": "battery", "led": "LED"}
# ESPHome takes these for no name at all.
_NO_NAMES = frozenset({"none", "null"})
_SPLIT = re.compile(r"[_\s]+|(?<=[a-z])(?=[A-Z])")


def name_of(code: str, number: int) -> str:
    """``"Temperature set"`` for ``temp_set``; ``"Data point 101"`` without a code."""
    words = [_SHORT.get(word.lower(), word.lower()) for word in _SPLIT.split(code) if word]
    text = " ".join(words)[:40].strip()
    if not text or text in _NO_NAMES:
        return f"Data point {number}"
    return text[:1].upper() + text[1:]
