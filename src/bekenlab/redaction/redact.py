"""Replaces the secrets of a dump so that it can be shared; everything else stays as it was."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bekenlab.analysis.analyze import analyze
from bekenlab.analysis.boot_findings import BootMode
from bekenlab.analysis.inputs import InputFile, load_one
from bekenlab.analysis.model import FileFacts
from bekenlab.chips import SECTOR
from bekenlab.errors import BekenlabError, DamagedDumpError, Notice, RefusedError
from bekenlab.image import EncryptionState
from bekenlab.redaction.dump import DumpRedactor
from bekenlab.redaction.log import LogRedactor, is_log
from bekenlab.redaction.proof import check_gone, check_unchanged
from bekenlab.redaction.views import code_ranges, without
from bekenlab.secrecy.names import is_secret_name
from bekenlab.tuya.boot_log.clean import MAX_LOG
from bekenlab.tuya.firmware import FirmwareKind

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Iterator
    from pathlib import Path

    from bekenlab.analysis.model import Analysis
    from bekenlab.image import Image


@dataclass(frozen=True, slots=True)
class Replacement:
    """How many secrets of one kind were replaced in one place; holds no secret itself.

    Attributes:
        kind: What they are, e.g. ``"wifi-password"``; the kinds are in docs/redact.md.
        place: Where, as text for the reader.
        count: Number of replacements there.
    """

    kind: str
    place: str
    count: int


@dataclass(frozen=True, slots=True)
class Redaction:
    """A redacted dump.

    Attributes:
        file: The original.
        data: The redacted file, its bytes in the order of the original.
        replacements: What was replaced, by kind and place.
        secrets: Number of different secrets.
        spellings: Number of spellings the proof searched for.
        erased: Pages of storage erased because they held only remnants.
        notices: Warnings for the reader, above all about what could not be checked.
        searched: The layers the proof looked at.
    """

    file: FileFacts
    data: bytes = field(repr=False)
    replacements: tuple[Replacement, ...]
    secrets: int
    spellings: int
    erased: int
    notices: tuple[Notice, ...]
    searched: tuple[str, ...] = ()

    @property
    def sha256(self) -> str:
        """SHA-256 of the redacted file, hexadecimal."""
        return hashlib.sha256(self.data).hexdigest()


def redact_file(path: Path) -> Redaction:
    """Read one dump or captured log, packed or not, and redact it.

    Raises:
        BekenlabError: It cannot be read, is not a dump, holds several dumps, or the proof failed.
    """
    return redact(load_one(path))


def redact(file: InputFile) -> Redaction:
    """Replace the secrets of a dump or a captured log and verify that they are gone.

    The same dump gives the same bytes, and redacting them again changes nothing.

    Raises:
        BekenlabError: The bytes are not a dump.
        RedactionError: A secret would remain, or something else would change.
    """
    if len(file.data) <= MAX_LOG and is_log(file.data):
        return _redact_log(file)
    before = analyze(file, boot=BootMode.NEVER)
    image = before.image
    problem = before.problem
    if problem and not isinstance(problem, DamagedDumpError):
        raise problem
    if image is None:
        raise _only_text(file.name)
    phase = (before.tuya.storage.start - image.start) % SECTOR if before.tuya.storage else 0
    run = DumpRedactor(image, phase, unknown=not _known(before))
    run.run()
    data = _as_in_file(file.data, image, bytes(run.data))
    searched = check_gone(data, run.searched(), run.keys, phase)
    check_unchanged(before, data)
    return Redaction(
        file=before.file,
        data=data,
        replacements=_rows(run.counts),
        secrets=len(run.secrets.by_value.keys() - run.derived),
        spellings=searched.spellings,
        erased=run.erased,
        notices=tuple(_notices(before, image, run)),
        searched=searched.where,
    )


def _redact_log(file: InputFile) -> Redaction:
    run = LogRedactor(file.data)
    run.run()
    digest = hashlib.sha256(file.data).hexdigest()
    return Redaction(
        file=FileFacts(file.name, len(file.data), digest),
        data=run.data,
        replacements=_rows(run.counts),
        secrets=len(run.secrets.by_value),
        spellings=run.searched,
        erased=0,
        notices=tuple(run.notices()),
        searched=("the log",),
    )


def _rows(counts: Counter[tuple[str, str]]) -> tuple[Replacement, ...]:
    return tuple(Replacement(kind, place, count) for (kind, place), count in sorted(counts.items()))


def _only_text(name: str) -> BekenlabError:
    return RefusedError(
        f"{name} is a text file with a configuration, not a dump",
        hint="read through it and delete what you do not want to share",
    )


def _as_in_file(original: bytes, image: Image, physical: bytes) -> bytes:
    """Put flash bytes back into the order of the file they came from.

    Bytes before the boot loader are left out: a tool printed them, and what they hold is unknown.
    """
    rotated = physical[image.rotation :] + physical[: image.rotation]
    repeats = len(original) // len(physical) if physical else 1
    return rotated * repeats if len(rotated) * repeats == len(original) else rotated


def _notices(before: Analysis, image: Image, run: DumpRedactor) -> Iterator[Notice]:
    if run.common:
        kinds = ", ".join(sorted({secret.kind for secret in run.common}))
        yield Notice(
            "redact-common-word",
            "Secrets that also occur in the firmware or in the pin configuration: "
            f"{len(run.common)} ({kinds}). They were replaced where they are stored, and left in "
            "the firmware.",
        )
    if any(notice.code == "leading-bytes" for notice in before.notices):
        yield Notice(
            "redact-leading-bytes",
            "The bytes before the boot loader, which are not flash, were left out.",
        )
    named = sorted(
        name
        for statement in before.tuya.statements
        for name in statement.parameters.flat()
        if is_secret_name(name)
    )
    if named:
        yield Notice(
            "redact-unchecked",
            f"The pin configuration has values that sound like secrets, which were replaced: "
            f"{', '.join(dict.fromkeys(named))[:200]}. Everything else in it was kept: look "
            "through it before you share it.",
        )
    yield from _unchecked(before, image)
    if before.firmware.kind is FirmwareKind.OPENBEKEN and _has_files(image):
        yield Notice(
            "redact-unchecked",
            "The dump holds a LittleFS file system of OpenBeken. It was searched for the secrets "
            "found elsewhere, but its files were not read: a script may hold other secrets, and "
            "checksums in it were not corrected.",
        )
    codes = {"storage-unreadable", "storage-limit", "value-damaged", "storage-block-damaged"}
    damaged = [notice for notice in before.notices if notice.code in codes]
    if damaged:
        yield Notice(
            "redact-unchecked",
            "Part of the storage is damaged or could not be read. Damaged values were erased, but "
            "what cannot be decrypted cannot be searched.",
        )


def _unchecked(before: Analysis, image: Image) -> Iterator[Notice]:
    tuya = before.tuya
    if not _known(before):
        yield Notice(
            "redact-unchecked",
            "bekenlab does not know this firmware, and there is no Tuya storage. What was "
            "recognised was replaced, and so was every text that looks like a key, an id or a "
            "token. Secrets in another form, or compiled into the code, may still be there: check "
            "the file before you share it.",
        )
    elif before.firmware.kind is FirmwareKind.TUYA and not (tuya.storage or tuya.psm):
        yield Notice(
            "redact-unchecked",
            "The firmware is Tuya's, but its storage was not found. If the dump holds it in an "
            "unreadable form, its secrets are still there.",
        )
    if image.spans and image.encryption.state is EncryptionState.UNKNOWN:
        yield Notice(
            "redact-unchecked",
            "The code is encrypted with an unknown key, so it could not be searched.",
        )
    if tuya.psm:
        yield Notice(
            "redact-unchecked",
            "The storage has the older PSM format, whose checksums (if any) are unknown: the "
            "redacted dump may not boot.",
        )


def _known(before: Analysis) -> bool:
    """Whether it is known how the firmware stores things."""
    tuya = before.tuya
    return bool(
        tuya.storage or tuya.protected or tuya.psm or before.firmware.kind is not FirmwareKind.OTHER
    )


def _has_files(image: Image) -> bool:
    parts = without(code_ranges(image), len(image.physical))
    return any(b"littlefs" in image.physical[start:end] for start, end in parts)
