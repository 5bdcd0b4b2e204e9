"""Files written by ``analyze -o``; each appears complete or not at all."""

from __future__ import annotations

import json
import re
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from bekenlab import stopping
from bekenlab.chips import SECTOR
from bekenlab.errors import Action, file_access
from bekenlab.files import write_whole
from bekenlab.json_text import read_json_file
from bekenlab.report.json_report import to_json

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from bekenlab.analysis.model import Analysis, FileFacts
    from bekenlab.image import Image

NOTHING: Mapping[str, Any] = MappingProxyType({})
_SHORTEST = 4  # characters of a secret that counts where anything may be


def write_files(
    analysis: Analysis,
    folder: Path,
    *,
    show_secrets: bool = False,
    more: Mapping[str, Any] = NOTHING,
) -> list[Path]:
    """Write report, template, description and partitions into a separate folder for the dump.

    Args:
        analysis: The analysis of the dump.
        folder: Parent of the dump's folder.
        show_secrets: Also write the storage's values and the partitions that hold them; anyone
            with such a partition can read the secrets in it.
        more: Further fields of the report.

    Returns:
        The files written.

    Raises:
        FileAccessError: The folder cannot be created or written.
    """
    written = []
    target = folder
    try:
        folder.mkdir(parents=True, exist_ok=True)
        contents = list(_contents(analysis, more, show_secrets=show_secrets))
        stopping.check()
        with stopping.shield():  # all files of a dump, or none
            target = _own_folder(folder, analysis.file)
            for name, content in contents:
                path = target / name
                write_whole(path, content, private=show_secrets)
                written.append(path)
    except OSError as error:
        place = error.filename or target
        raise file_access(place, "written", error, action=Action("name-folder")) from error
    return written


def _own_folder(folder: Path, file: FileFacts) -> Path:
    """Create or find the folder of a dump; another dump of the same name keeps its own."""
    target = folder / _safe(file.name)
    try:
        target.mkdir()
    except FileExistsError:
        if _sha256_of_report(target / "report.json") != file.sha256:
            target = folder / f"{_safe(file.name)}-{file.sha256[:8]}"
            target.mkdir(exist_ok=True)
    return target


def _sha256_of_report(path: Path) -> str | None:
    try:
        report = read_json_file(path)
    except (OSError, ValueError):
        return None
    file = report.get("file") if isinstance(report, dict) else None
    sha256 = file.get("sha256") if isinstance(file, dict) else None
    return sha256 if isinstance(sha256, str) else None


def _contents(
    analysis: Analysis, more: Mapping[str, Any], *, show_secrets: bool
) -> Iterator[tuple[str, bytes]]:
    report = to_json(analysis, show_secrets=show_secrets)
    yield "report.json", _json(report | dict(more))
    yield "template.json", _json(dict(analysis.template))
    yield "description.txt", analysis.description.encode("utf-8", "backslashreplace")
    image = analysis.image
    if image is None:
        return
    hidden = () if show_secrets else tuple(_secret_ranges(analysis))
    for part in image.partitions:
        content = image.read(part.start, part.end)
        if content and not any(start < part.end and part.start < end for start, end in hidden):
            yield f"{_safe(part.name)}.0x{part.start:06x}.bin", content
    if image.app:
        yield "app.decrypted.bin", image.app
    storage = analysis.tuya.storage
    if storage and show_secrets:
        values = {name: value.value.rstrip(b"\0") for name, value in storage.values.items()}
        texts = {name: raw.decode("utf-8", "backslashreplace") for name, raw in values.items()}
        yield "storage.json", _json(texts)


def _secret_ranges(analysis: Analysis) -> Iterator[tuple[int, int]]:
    """Physical ranges that contain keys, Wi-Fi data or the MAC address."""
    tuya = analysis.tuya
    if tuya.storage:
        yield tuya.storage.start, tuya.storage.end
    for block in tuya.protected:
        yield block.address, block.address + SECTOR
    if tuya.psm:
        yield tuya.psm.start, tuya.psm.end
    if analysis.image and analysis.image.rf:
        yield analysis.image.rf.offset, analysis.image.rf.offset + SECTOR
    if analysis.image:
        yield from _found_ranges(analysis.image)


def _found_ranges(image: Image) -> Iterator[tuple[int, int]]:
    """Physical ranges outside the code in which something personal was found.

    OpenBeken keeps its settings, variables and scripts there, in part within the partition that
    updates are downloaded to.
    """
    from bekenlab.openbeken.config_secrets import find_config_sectors
    from bekenlab.openbeken.easyflash import find_records, record_spans
    from bekenlab.redaction.views import code_ranges, without
    from bekenlab.secrecy.text import byte_spans
    from bekenlab.tuya.fast_connect import find_fast_connect

    data = image.physical
    spans = [span for config in find_config_sectors(data) for span in config.spans]
    spans += [span for record in find_records(data) for span in record_spans(data, record)]
    for start, end in without(code_ranges(image), len(data)):
        spans += byte_spans(data[start:end], start, shortest=_SHORTEST)
    yield from ((image.start + span.start, image.start + span.end) for span in spans)
    for found in find_fast_connect(data):
        yield image.start + found.offset, image.start + found.offset + SECTOR


def _json(value: object) -> bytes:
    # A lone surrogate cannot be encoded; backslashreplace writes it the way JSON does.
    text = json.dumps(value, indent=2, ensure_ascii=False) + "\n"
    return text.encode("utf-8", "backslashreplace")


def _safe(name: str) -> str:
    """An untrusted name as a file name: no separators, no leading dot, never empty."""
    return re.sub(r"[^\w.+-]+", "_", name).strip("._") or "dump"
