"""Finds personal things in a log: keys, Wi-Fi names, passwords, device ids, the tails of MACs."""

from __future__ import annotations

import re

from bekenlab.secret import REDACTED, Secret
from bekenlab.tuya.boot_log.facts import boot_log_facts
from bekenlab.tuya.boot_log.model import LogSecret

MAX_SECRETS = 512
_MIN_ANYWHERE = 8
_MAX_ANYWHERE = 64
_HEARTBEATS = re.compile(r"(?:55 aa 00 00 00 00 ff ?)*(?:55(?: aa(?: 00){0,4})?)?", re.IGNORECASE)

Span = tuple[int, int, str]


def secret_spans(text: str) -> list[Span]:
    """Return (start, end, kind) of everything personal, in order, without overlaps."""
    spans = [
        (*match.span("s"), kind)
        for kind, pattern in boot_log_facts().secrets
        for match in pattern.finditer(text)
        if match["s"] and not _HEARTBEATS.fullmatch(match["s"])
    ]
    spans += _elsewhere(text, spans)
    merged: list[Span] = []
    for start, end, kind in sorted(spans):
        if merged and start < merged[-1][1]:
            last = merged[-1]
            merged[-1] = (last[0], max(last[1], end), last[2])
        else:
            merged.append((start, end, kind))
    return merged


def _elsewhere(text: str, spans: list[Span]) -> list[Span]:
    """The same long values where no pattern recognises them."""
    known = {text[start:end]: kind for start, end, kind in spans if end - start >= _MIN_ANYWHERE}
    words = sorted(known, key=len, reverse=True)[:_MAX_ANYWHERE]
    if not words:
        return []
    pattern = re.compile("|".join(re.escape(word) for word in words))
    return [(*match.span(), known[match[0]]) for match in pattern.finditer(text)]


def find_secrets(text: str) -> tuple[LogSecret, ...]:
    """Return what is personal, each thing once, at most 512."""
    found = dict.fromkeys((kind, text[start:end]) for start, end, kind in secret_spans(text))
    return tuple(
        LogSecret(kind, Secret(value.encode("utf-8", "replace")))
        for kind, value in list(found)[:MAX_SECRETS]
    )


def redact_log(text: str) -> str:
    """Return a log without personal things: each is replaced, every line stays a line.

    It would rather take too much than too little: an unlabelled random text is taken for a key.
    """
    parts = []
    at = 0
    for start, end, _ in secret_spans(text):
        parts += [text[at:start], REDACTED]
        at = end
    return "".join([*parts, text[at:]])
