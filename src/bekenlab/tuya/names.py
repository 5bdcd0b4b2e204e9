"""Which stored values are secrets, by name and, for data point schemas, by content."""

from __future__ import annotations

import json
from fnmatch import fnmatchcase

from bekenlab.tuya.facts import storage_facts

_FIELDS = ("mode", "type")  # "property" is absent for raw data points


def is_secret(name: str, value: bytes) -> bool:
    """Tell whether a stored value must be redacted.

    Names are looked up in ``data/storage.toml``; an unknown name is a secret unless its value is
    a data point schema (its name is a product's schema id, e.g. ``000004hybr``).
    """
    facts = storage_facts()
    if any(fnmatchcase(name, pattern) for pattern in facts.plain_names):
        return False
    if any(fnmatchcase(name, pattern) for pattern in facts.secret_names):
        return True
    return not is_schema(value)


def is_secret_parameter(name: str) -> bool:
    """Tell whether a parameter's value must be redacted.

    Pin configurations hold no secrets, but what people paste, or an odd firmware stores beside
    them, may: unlike stored values, only parameters with a telling name are hidden.
    """
    lowered = name.lower()
    return any(fnmatchcase(lowered, pattern) for pattern in storage_facts().secret_parameters)


def is_schema(value: bytes) -> bool:
    """Tell whether a value is a data point schema: a JSON list of objects that describe one."""
    text = value.rstrip(b"\x00\xff")
    if not text.startswith(b"[{") or not text.endswith(b"}]"):
        return False
    try:
        rows = json.loads(text)
    except (ValueError, RecursionError):
        return False
    return all(
        isinstance(row, dict) and all(isinstance(row.get(field), str) for field in _FIELDS)
        for row in rows
    )
