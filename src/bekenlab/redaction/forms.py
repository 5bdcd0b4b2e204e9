"""Decodes a secret from its stored bytes, and encodes its placeholder the same way."""

from __future__ import annotations

import base64
import binascii
import re
from typing import TYPE_CHECKING

from bekenlab.json_text import JsonError, read_json

if TYPE_CHECKING:
    from bekenlab.redaction.placeholders import FoundSecrets
    from bekenlab.secrecy.span import SecretSpan

_MAC_TEXT = re.compile(
    rb"(?i)[0-9a-f]{2}(?P<between>[:-]?)(?:[0-9a-f]{2}(?P=between)){4}[0-9a-f]{2}"
)


def replaced(span: SecretSpan, stored: bytes, secrets: FoundSecrets) -> bytes:
    """Return the replacement for a secret's stored bytes: same length, same encoding."""
    if span.form == "base64":
        return _base64(span.kind, stored, secrets)
    if span.kind == "mac" and _MAC_TEXT.fullmatch(stored):
        return _mac_text(stored, secrets)
    if b"\\" in stored:
        return _escaped(span.kind, stored, secrets)
    return secrets.placeholder(span.kind, stored)


def _base64(kind: str, stored: bytes, secrets: FoundSecrets) -> bytes:
    try:
        value = base64.b64decode(stored, validate=True)
    except (binascii.Error, ValueError):
        return secrets.placeholder(kind, stored)
    coded = base64.b64encode(secrets.placeholder(kind, value))
    return coded if len(coded) == len(stored) else secrets.placeholder(kind, stored)


def _mac_text(stored: bytes, secrets: FoundSecrets) -> bytes:
    between = stored[2:3] if len(stored) > 12 else b""
    value = bytes.fromhex(stored.replace(between, b"").decode() if between else stored.decode())
    made = secrets.placeholder("mac", value)
    text = made.hex(between.decode()) if between else made.hex()
    return (text.upper() if stored == stored.upper() else text).encode()


def _escaped(kind: str, stored: bytes, secrets: FoundSecrets) -> bytes:
    try:
        value = str(read_json(b'"' + stored + b'"', halves=True)).encode("utf-8")
    except (JsonError, UnicodeEncodeError):
        return secrets.placeholder(kind, stored)
    if len(value) > len(stored):
        return secrets.placeholder(kind, stored)
    return secrets.escaped_placeholder(kind, value, stored)
