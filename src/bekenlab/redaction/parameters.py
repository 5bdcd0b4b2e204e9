"""Replaces what has a secret's name in a pin configuration, and keeps its checksum right."""

from __future__ import annotations

import re
from itertools import product
from typing import TYPE_CHECKING

from bekenlab.redaction.forms import replaced
from bekenlab.secrecy.text import byte_spans
from bekenlab.tuya.parameters.model import parameter_crc

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bekenlab.redaction.placeholders import FoundSecrets
    from bekenlab.secrecy.span import SecretSpan

PARAMETERS = ("user_param_key", "baud_cfg", "uart_adapt_params")
"""Stored values with parameters of the device, which are not secret as a whole."""

_CRC = re.compile(rb"crc:(\d{1,3})(?=,?\}\Z)")
_FILLER = re.compile(rb"(?:REDACTED|redacted)\d{2}(x{1,2})(?=x*)")
_MOST_DIGITS = 4
_PADDING = b"\x00\xff"


def without_secrets(text: bytes, secrets: FoundSecrets) -> tuple[bytes, tuple[SecretSpan, ...]]:
    """Return parameters with their secrets replaced, of the same length, and what was replaced.

    Tuya's firmware checks the ``crc`` at the end. It gets the right value in as many digits as it
    had; where that cannot hold it, digits of a placeholder are chosen so that it can.
    """
    body = text.rstrip(_PADDING)
    made = bytearray(text)
    done = []
    for span in byte_spans(body):
        stored = bytes(made[span.start : span.end])
        new = replaced(span, stored, secrets)
        if new != stored:
            made[span.start : span.end] = new
            done.append(span)
    before = _CRC.search(body)
    if done and before and int(before[1]) == parameter_crc(body):
        end = len(body)
        made[:end] = next(_with_crc(bytes(made[:end]), before.span(1)), bytes(made[:end]))
    return bytes(made), tuple(done)


def _with_crc(body: bytes, place: tuple[int, int]) -> Iterator[bytes]:
    """The text with a right checksum, as it is or with other digits in its last placeholders."""
    size = place[1] - place[0]
    for variant in _variants(body):
        digits = b"%0*d" % (size, parameter_crc(variant))
        if len(digits) == size:
            yield variant[: place[0]] + digits + variant[place[1] :]


def _variants(body: bytes) -> Iterator[bytes]:
    yield body
    places: list[int] = []
    # The digit of one placeholder gives ten checksums, of which none may fit into the room.
    for filler in reversed(list(_FILLER.finditer(body))):
        places += range(*filler.span(1))
        if len(places) > _MOST_DIGITS:
            return
        made = bytearray(body)
        for digits in product(b"0123456789", repeat=len(places)):
            for at, digit in zip(places, digits, strict=True):
                made[at] = digit
            yield bytes(made)
