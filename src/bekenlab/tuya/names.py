"""Decides which stored values are secret: by name and, for data point schemas, by content."""

from __future__ import annotations

from bekenlab.json_text import JsonError, read_json
from bekenlab.tuya.facts import storage_facts

_FIELDS = ("mode", "type")  # "property" is absent for raw data points


def is_secret(name: str, value: bytes) -> bool:
    """Whether a stored value must be redacted.

    Names are looked up in ``data/storage.toml``; a value of unknown name is secret unless it
    is a data point schema (whose name is a product's schema id, e.g. ``000004hybr``).
    """
    facts = storage_facts()
    if facts.plain_names.match(name):
        return False
    if facts.secret_names.match(name):
        return True
    return not is_schema(value)


def is_schema(value: bytes) -> bool:
    """Whether a value is a data point schema: a JSON list of objects that each describe one."""
    text = value.rstrip(b"\x00\xff")
    if not text.startswith(b"[{"):
        return False
    try:
        rows = read_json(text)
    except JsonError:
        return False
    return all(
        isinstance(row, dict) and all(isinstance(row.get(field), str) for field in _FIELDS)
        for row in rows
    )
