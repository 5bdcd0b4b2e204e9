"""Finds the bytes of a stored value that are personal: JSON fields, or the value as a whole.

The tables are ``data/secret_fields.toml`` and, for the kinds, the list of names in ``secrecy``.
Facts about the product (its key, versions, host names of the cloud) are not secret; a text of
unknown meaning inside a hidden value is.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from bekenlab.data import read_table
from bekenlab.secrecy.names import any_of, secret_kind
from bekenlab.secrecy.span import Form, SecretSpan
from bekenlab.tuya.fast_connect import record_spans
from bekenlab.tuya.names import is_secret

if TYPE_CHECKING:
    from collections.abc import Iterator

# An unterminated string extends to the end, so that no byte is examined twice.
_TOKEN = re.compile(
    rb'"((?:[^"\\]|\\.)*+)(?:"(\s*:)?|\\?\Z)|(?<![\w.])(\d{4,20})(?![\w.])', re.DOTALL
)
_BASE64_FLAG = re.compile(rb'"wfb64"\s*:\s*(?:1|true)\b')
_HOST = re.compile(
    rb"(?:https?://|mqtts?://)?[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+(?::\d+)?(?:/[\w./-]*)?"
)
_TEXT_RUN = re.compile(rb"[\x21-\x7e]{4,}")
# TuyaOS appends the end of the MAC address to the name of the setup network.
_SETUP_NAME = "ap_ssid"
_MAC_TAIL = re.compile(rb"[-_]([0-9A-Fa-f]{4})$")
_PADDING = b"\x00\xff"
# A value of one or two bytes is a flag or a counter.
_MIN_WHOLE = 3


@dataclass(frozen=True, slots=True)
class SecretFieldFacts:
    """The rows of ``data/secret_fields.toml``; each matches a whole name in lower case."""

    plain_values: re.Pattern[str]
    tagged_values: re.Pattern[str]
    plain_fields: re.Pattern[str]
    host_fields: re.Pattern[str]
    base64_fields: re.Pattern[str]


@cache
def secret_field_facts() -> SecretFieldFacts:
    """Return the table, read once."""
    table = read_table("tuya", "secret_fields.toml")
    return SecretFieldFacts(
        plain_values=any_of(table["plain_values"]),
        tagged_values=any_of(table["tagged_values"]),
        plain_fields=any_of(table["plain_fields"]),
        host_fields=any_of(table["host_fields"]),
        base64_fields=any_of(table["base64_fields"]),
    )


def secret_spans(name: str, value: bytes) -> tuple[SecretSpan, ...]:
    """Return the spans of a stored value that are secret, in order, without overlaps.

    Args:
        name: The value's name, as in the storage.
        value: Its bytes, padding included.
    """
    if not is_secret(name, value) or _fits(name, secret_field_facts().plain_values):
        return ()
    body = value.rstrip(_PADDING)
    text = body.lstrip()
    if text.startswith((b"{", b"[", b'"')) and text.endswith((b"}", b"]", b'"')):
        return tuple(_fields(name, body))
    if len(body) < _MIN_WHOLE or body in (b"true", b"false", b"null"):
        return ()
    network = record_spans(value)
    if network:
        return network
    kind = secret_kind(name)
    if _fits(name, secret_field_facts().tagged_values):
        return tuple(SecretSpan(*match.span(), kind) for match in _TEXT_RUN.finditer(body))
    return (SecretSpan(0, len(body), kind),)


def _fields(name: str, body: bytes) -> Iterator[SecretSpan]:
    coded = bool(_BASE64_FLAG.search(body))
    field = name
    for match in _TOKEN.finditer(body):
        if match[2] is not None:
            field = match[1].decode("utf-8", "replace").lower()
        elif match[3] is not None:
            if secret_kind(field) != "other":
                yield SecretSpan(*match.span(3), secret_kind(field), "number")
        elif field == _SETUP_NAME:
            tail = _MAC_TAIL.search(match[1])
            if tail:
                yield SecretSpan(match.start(1) + tail.start(1), match.end(1), "mac")
        elif match[1] and not _is_plain(field, match[1]):
            form: Form = "base64" if coded and _is_coded(field, match[1]) else "raw"
            yield SecretSpan(*match.span(1), secret_kind(field), form)


def _is_plain(field: str, text: bytes) -> bool:
    facts = secret_field_facts()
    if _fits(field, facts.plain_fields):
        return True
    return _fits(field, facts.host_fields) and _HOST.fullmatch(text) is not None


def _is_coded(field: str, text: bytes) -> bool:
    return _fits(field, secret_field_facts().base64_fields) and len(text) % 4 == 0


def _fits(name: str, pattern: re.Pattern[str]) -> bool:
    return pattern.match(name.lower()) is not None
