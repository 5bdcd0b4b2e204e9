"""Explains files that are not dumps: what they are and what to do instead."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np

from bekenlab.chips import chip_for_uf2
from bekenlab.data import read_table
from bekenlab.errors import BekenlabError, DamagedDumpError, NotADumpError, Notice
from bekenlab.image import uf2

if TYPE_CHECKING:
    from collections.abc import Iterable

_NEARLY_RANDOM = 7.95
_SAMPLE = 1 << 18
_LONGEST_NAME = 60


@cache
def _signatures() -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = read_table("analysis", "file_signatures.toml")["signature"]
    return rows


def reject_reason(data: bytes) -> BekenlabError | None:
    """Why these bytes cannot be analysed, or None."""
    if not data:
        return NotADumpError("the file is empty", hint="the read failed: read the chip again")
    if data.count(data[0]) == len(data):
        return _uniform(data[0])
    for row in _signatures():
        magic = bytes.fromhex(row["magic"])
        if data.startswith(magic) and len(data) <= row.get("up_to", len(data)):
            inside = _inside_uf2(data) if data.startswith(uf2.MAGIC) else ""
            return NotADumpError(
                f"this is {row['name']}{inside}, not a flash dump", hint=row["hint"]
            )
    return None


def _inside_uf2(data: bytes) -> str:
    """What a UF2 package holds: " (ESPHome 2025.5.1 for BK7231N)"; empty if it is damaged."""
    try:
        package = uf2.read_uf2(data)
    except BekenlabError:
        return ""
    chip = chip_for_uf2(package.family)
    name = " ".join(filter(None, (package.firmware, package.version))) or "firmware"
    return f" ({_plain_name(name)} for {chip.name})" if chip else f" ({_plain_name(name)})"


def _plain_name(text: str) -> str:
    """A name from a file without what is not printable, for a message."""
    return "".join(char for char in text if char.isprintable())[:_LONGEST_NAME]


def _uniform(byte: int) -> BekenlabError:
    if byte == 0xFF:
        return NotADumpError(
            "every byte is FF: the flash is erased, or the chip did not answer",
            hint="check wiring and power and read again; if nothing changes, the flash is blank",
        )
    if byte == 0x00:
        return NotADumpError(
            "every byte is 00: no flash reads like that",
            hint="the chip did not answer; check wiring, ground and power, then read again",
        )
    return NotADumpError(f"every byte is {byte:02X}", hint="the read failed: read the chip again")


def unrecognised(data: bytes) -> BekenlabError:
    """The error for bytes in which nothing of a Beken chip was found."""
    if _is_text(data):
        from bekenlab.analysis.other_kinds import text_kind  # the parsers are slow to load

        kind = text_kind(data)
        if kind is not None:
            return NotADumpError(f"this is {kind.words}, not a dump", hint=kind.hint)
        return NotADumpError(
            "this is text without a Tuya configuration",
            hint="a configuration looks like {rl1_pin:26,bt1_pin:10,...}; or name the dump itself",
        )
    entropy = _entropy(data)
    if entropy > _NEARLY_RANDOM:
        return NotADumpError(
            f"nothing of a Beken chip was found; the bytes look random ({entropy:.2f} bits each)",
            hint="it may be encrypted, compressed, or read at the wrong baud rate",
        )
    return NotADumpError(
        "nothing of a Beken chip was found: no boot loader, no app, no Tuya storage",
        hint="is it from another chip, or cut off? A BK7231 dump usually has 2,097,152 bytes",
    )


_DAMAGE = frozenset(
    {"bad-crc", "container-mismatch", "truncated-dump", "storage-unreadable", "value-damaged"}
)


def damage(notices: Iterable[Notice]) -> BekenlabError | None:
    """The error for a dump with damage that older copies do not repair, or None."""
    found = [notice.message for notice in notices if notice.code in _DAMAGE]
    if not found:
        return None
    first = found[0].partition(". ")[0].rstrip(".")
    more = f"; the warnings name more damage ({len(found) - 1})" if len(found) > 1 else ""
    return DamagedDumpError(
        f"{first[:1].lower()}{first[1:]}{more}",
        hint="read the chip again; what could be read is in the report, but do not flash this file",
    )


def _is_text(data: bytes) -> bool:
    sample = data[:4096]
    return all(byte >= 0x20 or byte in b"\t\r\n\f" for byte in sample) and 0xFF not in sample


def _entropy(data: bytes) -> float:
    """Shannon entropy in bits per byte."""
    counts = np.bincount(np.frombuffer(data[:_SAMPLE], np.uint8), minlength=256)
    shares = counts[counts > 0] / counts.sum()
    return float(-(shares * np.log2(shares)).sum())
