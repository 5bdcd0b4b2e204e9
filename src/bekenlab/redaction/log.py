"""Replaces the secrets in a captured log so that it can be shared; its lines and pins stay."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

from bekenlab.analysis.posted_text import as_utf8
from bekenlab.errors import Notice, RedactionError
from bekenlab.redaction.placeholders import FoundSecrets, is_placeholder
from bekenlab.redaction.search import Spelling, spellings
from bekenlab.secrecy.names import is_secret_name
from bekenlab.tuya.boot_log.read import parse_boot_log
from bekenlab.tuya.boot_log.redact import secret_spans

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from bekenlab.tuya.boot_log.model import BootLog
    from bekenlab.tuya.boot_log.redact import Span

_MAX_PASSES = 5
_KINDS = {"ssid": "wifi-name", "password": "wifi-password", "device_id": "device-id"}
_MAC, _TEXT = "mac", "other"
_LINE = re.compile(r"\[\d\d-\d\d \d\d:\d\d:\d\d TUYA \w\]\[")
_HIDDEN = "<redacted>"
_WORD = re.compile(rb"[A-Za-z_]{1,15}")


class LogRedactor:
    """One run over one log.

    Attributes:
        data: The log; after ``run`` without its secrets. UTF-16 becomes UTF-8, as terminal programs
            write both.
        secrets: The secrets found.
        counts: How often each kind was replaced, by (kind, place).
        common: Kinds of secrets that are words of the log itself, such as a network called "relay":
            replaced where they are labelled only.
    """

    def __init__(self, data: bytes) -> None:
        self.data = as_utf8(data)
        self.secrets = FoundSecrets()
        self.counts: Counter[tuple[str, str]] = Counter()
        self.common: list[str] = []
        self._words: tuple[Spelling, ...] = ()

    def run(self) -> None:
        """Redact the log. Passes are repeated until nothing changes any more."""
        before = parse_boot_log(self.data)
        for _ in range(_MAX_PASSES):
            old = self.data
            self._labelled()
            self._words = self._wanted(before)
            self._anywhere()
            if self.data == old:
                break
        self._check(before)

    @property
    def searched(self) -> int:
        """How many spellings the finished log was searched for."""
        return len(self._words)

    def notices(self) -> Iterable[Notice]:
        """Warnings for the reader."""
        if self.common:
            kinds = ", ".join(sorted(set(self.common)))
            yield Notice(
                "redact-common-word",
                f"Secrets that are words the log uses for other things: {len(self.common)} "
                f"({kinds}). They were replaced only where they are labelled.",
            )
        yield Notice(
            "redact-unchecked",
            "A log has no fixed form: what is labelled and what looks like a key, an id or a token "
            "was replaced. Read through it before you share it.",
        )

    def _labelled(self) -> None:
        text = self.data.decode("utf-8", "surrogateescape")
        parts = []
        at = 0
        for start, end, kind in _spans(text):
            parts += [_bytes(text[at:start]), self._placeholder(kind, _bytes(text[start:end]))]
            at = end
        self.data = b"".join([*parts, _bytes(text[at:])])

    def _placeholder(self, kind: str, value: bytes) -> bytes:
        # The placeholders of addresses are for six bytes; here they are text.
        made = self.secrets.placeholder(_TEXT if kind == _MAC else kind, value)
        if made != value:
            self.counts[kind, "log"] += 1
        return made

    def _wanted(self, before: BootLog) -> tuple[Spelling, ...]:
        """The spellings to look for everywhere: not those of words the log needs."""
        needed = " ".join([*before.parameters.values, *map(str, _shown(before).values())]).encode()
        common = {
            secret.value
            for secret in self.secrets.by_value.values()
            if _WORD.fullmatch(secret.value) and secret.value in needed
        }
        self.common = [s.kind for s in self.secrets.by_value.values() if s.value in common]
        return spellings(s for s in self.secrets.by_value.values() if s.value not in common)

    def _anywhere(self) -> None:
        changed = bytearray(self.data)
        for spelling in self._words:
            for at in spelling.places(bytes(changed)):
                changed[at : at + len(spelling.text)] = spelling.instead
                self.counts[spelling.kind, "elsewhere in the log"] += 1
        self.data = bytes(changed)

    def _check(self, before: BootLog) -> None:
        """Check the finished bytes, read afresh.

        Raises:
            RedactionError: A secret is left, or a pin or parameter would change.
        """
        text = self.data.decode("utf-8", "surrogateescape")
        left = [kind for _, _, kind in _spans(text)]
        left += [word.kind for word in self._words if any(word.places(self.data))]
        if left:
            raise RedactionError(
                f"a secret ({left[0]}) is still in the log after redaction",
                hint="nothing was written; this is a fault in bekenlab: please report it",
                kind=left[0],
            )
        if _shown(parse_boot_log(self.data)) != _shown(before):
            raise RedactionError(
                "redaction would change the parameters in the log",
                hint="nothing was written; remove the secrets from the log with an editor",
                what="the parameters",
            )


def is_log(data: bytes) -> bool:
    """Whether a file is a captured log of a device."""
    text = as_utf8(data)
    if b"\0" in text[:4096].strip(b"\0") and not _LINE.search(text[: 1 << 16].decode("latin-1")):
        return False
    log = parse_boot_log(text)
    return bool(log.firmware or log.chip or _LINE.search(text.decode("latin-1")))


def _spans(text: str) -> list[Span]:
    """What must still be replaced; placeholders need not."""
    found = []
    for start, end, kind in secret_spans(text):
        value = text[start:end]
        named = _KINDS.get(kind, kind)
        if _HIDDEN not in value and not is_placeholder(
            _TEXT if named == _MAC else named, _bytes(value)
        ):
            found.append((start, end, named))
    return found


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")


def _shown(log: BootLog) -> Mapping[str, object]:
    """Parameters that are not secret."""
    values = log.parameters.values
    return {name: value for name, value in values.items() if not is_secret_name(name)}
