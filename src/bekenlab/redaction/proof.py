"""Verifies a redaction: no secret that was found is left, and everything else still reads the same.

Only the finished bytes are examined, decoded afresh; of the run itself, only the secrets are used.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from bekenlab.analysis.analyze import analyze
from bekenlab.analysis.boot_findings import BootMode
from bekenlab.analysis.inputs import InputFile
from bekenlab.errors import RedactionError
from bekenlab.image import read_image
from bekenlab.redaction.parameters import PARAMETERS
from bekenlab.redaction.search import spellings
from bekenlab.redaction.views import code_ranges, decoders, stored_code, without
from bekenlab.secrecy.hide import hide_text, hide_values
from bekenlab.tuya.names import is_secret
from bekenlab.tuya.protected_edit import open_protected
from bekenlab.tuya.storage.edit import open_storages

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from bekenlab.analysis.model import Analysis
    from bekenlab.analysis.tuya_findings import TuyaFindings
    from bekenlab.redaction.placeholders import FoundSecret
    from bekenlab.redaction.search import Spelling

_NOWHERE = Path()
_CRC = re.compile(r"crc:\d{1,3}")
_IN_CODE = (
    "nothing was written; the secret is compiled into the firmware, and code is never changed: "
    "do not share this dump"
)
_HINT = "nothing was written; this is a fault in bekenlab: please report it without the dump"


@dataclass(frozen=True, slots=True)
class Searched:
    """What the proof looked for, and where.

    Attributes:
        spellings: Number of spellings.
        where: Names of the layers.
    """

    spellings: int
    where: tuple[str, ...]


def check_gone(
    data: bytes, secrets: Iterable[FoundSecret], keys: Iterable[bytes], phase: int
) -> Searched:
    """Search all layers of a finished dump for every spelling of every secret.

    Args:
        data: The whole file that is to be written.
        secrets: The secrets.
        keys: Data keys found before redaction; those found now are tried as well.
        phase: Offset of the first sector.

    Returns:
        What was searched for, and where.

    Raises:
        RedactionError: One of them was found.
    """
    wanted = spellings(secrets)
    image = read_image(data)
    physical = image.physical
    found = bytearray(physical)
    now = [*(s.key for s in open_storages(found)), *(p.key for p in open_protected(found, phase))]
    outside = without(code_ranges(image), len(physical))
    places = []
    for decode in decoders([*keys, *now], phase):
        view = decode(physical)
        places.append(view.name)
        for start, end in outside:
            _refuse(wanted, view.data[start:end], view.name)
    _refuse(wanted, data if len(data) != len(physical) else b"", "file as stored")
    _refuse(wanted, image.logical, "decrypted code", _IN_CODE)
    _refuse(wanted, stored_code(image), "code as stored", _IN_CODE)
    places += ["decrypted code"] if image.logical else []
    places += ["code as stored"] if image.spans else []
    return Searched(len(wanted), tuple(dict.fromkeys(places)))


def _refuse(wanted: Iterable[Spelling], data: bytes, where: str, hint: str = _HINT) -> None:
    for spelling in wanted:
        at = next(spelling.places(data), None)
        if at is not None:
            raise RedactionError(
                f"a secret ({spelling.kind}) is still in the dump after redaction ({where})",
                hint=hint,
                kind=spelling.kind,
                where=where,
            )


def check_unchanged(before: Analysis, data: bytes) -> None:
    """Check that a finished dump reads like the original, apart from secrets.

    Raises:
        RedactionError: A pin, a parameter, a plain stored value, or a warning differs.
    """
    file = before.file
    after = analyze(InputFile(file.name, _NOWHERE, data), boot=BootMode.NEVER)
    checks = {
        "the pins": (before.pins, after.pins),
        "the parameters": (_statements(before.tuya), _statements(after.tuya)),
        "the stored values": (_values(before.tuya), _values(after.tuya)),
        "the chip": (before.chip.name, after.chip.name),
        "the firmware": (before.firmware, after.firmware),
        "the warnings": (_codes(before), _codes(after)),
    }
    for what, (old, new) in checks.items():
        if old != new:
            raise RedactionError(f"redaction would change {what}", hint=_HINT, what=what)


def _statements(tuya: TuyaFindings) -> list[tuple[str, int | None, Mapping[str, object]]]:
    return [(str(s.source), s.address, _open(s.parameters.values)) for s in tuya.statements]


def _open(values: Mapping[str, object]) -> Mapping[str, object]:
    """Parameters without the secret ones; with such, the checksum is another one, too."""
    hidden = hide_values(values)
    if hidden != dict(values):
        hidden.pop("crc", None)
    return hidden


def _values(tuya: TuyaFindings) -> list[tuple[str, bool, bytes | int]]:
    """Name, checksum state and content of each value; of a secret only its length."""
    storage = tuya.storage
    return [
        (name, value.ok, _content(name, value.value) if value.ok else 0)
        for name, value in (storage.values.items() if storage else ())
    ]


def _content(name: str, value: bytes) -> bytes | int:
    if name in PARAMETERS:
        # Without secrets, and without the checksum, which is another one with them replaced.
        return _CRC.sub("crc", hide_text(value.decode("latin-1"))).encode("latin-1")
    return len(value) if is_secret(name, value) else value


def _codes(analysis: Analysis) -> list[tuple[str, str]]:
    # Leading bytes are left out on purpose.
    return [(n.code, n.message) for n in analysis.notices if n.code != "leading-bytes"]
