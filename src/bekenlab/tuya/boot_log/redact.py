"""Finds personal data in a log: keys, Wi-Fi names, passwords, device ids, ends of MAC addresses."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from bekenlab import stopping
from bekenlab.secrecy.text import text_spans
from bekenlab.secret import REDACTED, Secret
from bekenlab.tuya.boot_log.facts import boot_log_facts
from bekenlab.tuya.boot_log.model import LogSecret

if TYPE_CHECKING:
    from collections.abc import Mapping

MAX_SECRETS = 512
# A label is at most four line breaks before its value; see the patterns with ``\\s``.
_LINES_BEFORE = 8
_MOST_KNOWN = 64
_MIN_ANYWHERE = 8
_MAX_ANYWHERE = 64
_HEARTBEATS = re.compile(r"(?:55 aa 00 00 00 00 ff ?)*(?:55(?: aa(?: 00){0,4})?)?", re.IGNORECASE)

Span = tuple[int, int, str]
# What logs have called these kinds from the beginning.
_KINDS = {"wifi-name": "ssid", "wifi-password": "password", "device-id": "device_id"}


def secret_spans(text: str, known: Mapping[str, str] | None = None) -> list[Span]:
    """Return (start, end, kind) of all personal data, in order, without overlaps.

    Args:
        text: The text to search.
        known: Personal values seen before, with their kinds; found wherever they occur.
    """
    spans: list[Span] = []
    folded = _folded(text)
    for kind, pattern, words in boot_log_facts().secrets:
        if words and not any(word in folded for word in words):
            continue  # looking for a word is a hundred times as fast as trying a pattern
        stopping.check()
        spans += [
            (*match.span("s"), kind)
            for match in pattern.finditer(text)
            if match["s"] and not _HEARTBEATS.fullmatch(match["s"])
        ]
    spans += [
        (span.start, span.end, _KINDS.get(span.kind, span.kind))
        for span in text_spans(text)
        if span.kind != "mac"  # the patterns above leave the manufacturer's half
    ]
    values = {text[start:end]: kind for start, end, kind in spans if end - start >= _MIN_ANYWHERE}
    longest = sorted(values, key=len, reverse=True)[:_MAX_ANYWHERE]
    spans += _elsewhere(text, dict(known or {}) | {value: values[value] for value in longest})
    merged: list[Span] = []
    for start, end, kind in sorted(spans):
        if merged and start < merged[-1][1]:
            last = merged[-1]
            merged[-1] = (last[0], max(last[1], end), last[2])
        else:
            merged.append((start, end, kind))
    return merged


def _folded(text: str) -> str:
    """A text in lower case, with what patterns that ignore case take for ``i`` and ``s``."""
    return text.lower().replace("i\u0307", "i").replace("\u0131", "i").replace("\u017f", "s")


def _elsewhere(text: str, known: Mapping[str, str]) -> list[Span]:
    """Known values in places where no pattern recognises them."""
    spans: list[Span] = []
    for word, kind in known.items():
        at = text.find(word)
        while at >= 0:
            spans.append((at, at + len(word), kind))
            at = text.find(word, at + len(word))
    return spans


def find_secrets(text: str) -> tuple[LogSecret, ...]:
    """Return the personal values, each once, at most 512."""
    found = dict.fromkeys((kind, text[start:end]) for start, end, kind in secret_spans(text))
    return tuple(
        LogSecret(kind, Secret(value.encode("utf-8", "replace")))
        for kind, value in list(found)[:MAX_SECRETS]
    )


def redact_log(text: str) -> str:
    """Return a log with its personal data replaced; the lines stay the same otherwise.

    It errs on the side of redacting too much: unlabelled random text is treated as a key.
    """
    return _without(text, secret_spans(text))


def _without(text: str, spans: list[Span]) -> str:
    parts = []
    at = 0
    for start, end, _ in spans:
        parts += [text[at:start], REDACTED]
        at = end
    return "".join([*parts, text[at:]])


class LineRedactor:
    """Redacts a log line by line while it is printed.

    A line is searched together with the lines before it that may hold its label, and for personal
    values seen recently, so the whole log need not be searched again for each line.
    """

    def __init__(self) -> None:
        self._before: list[str] = []
        self._known: dict[str, str] = {}

    def redact(self, lines: list[str]) -> list[str]:
        """Return the next lines with personal data replaced."""
        if not lines:
            return []
        together = [*self._before, *lines]
        text = "\n".join(together)
        spans = secret_spans(text, self._known)
        for start, end, kind in spans:
            if end - start >= _MIN_ANYWHERE:
                self._known.pop(text[start:end], None)  # the latest are kept longest
                self._known[text[start:end]] = kind
        for oldest in list(self._known)[:-_MOST_KNOWN]:
            del self._known[oldest]
        self._before = together[-_LINES_BEFORE:]
        return _without(text, spans).split("\n")[len(together) - len(lines) :]
