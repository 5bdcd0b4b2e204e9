"""What ``analyze -o`` leaves on disk: each file appears whole or not at all."""

from __future__ import annotations

import json
import os
import re
import tempfile
from collections.abc import Iterator
from pathlib import Path

from bekenlab.errors import FileAccessError
from bekenlab.jobs.analysis import Analysis
from bekenlab.report.json_report import to_json


def write_files(analysis: Analysis, folder: Path, *, show_secrets: bool = False) -> list[Path]:
    """Write report, template, description and partitions into a folder of the dump's own.

    Args:
        analysis: What was learnt.
        folder: Where the dump's folder is made.
        show_secrets: Also write the storage's secret values into the report. The partitions are
            raw flash and hold secrets in any case, those that hold stored keys only when asked.

    Returns:
        The files written.

    Raises:
        FileAccessError: The folder cannot be made or written.
    """
    target = folder / _safe(analysis.file.name)
    written = []
    try:
        target.mkdir(parents=True, exist_ok=True)
        for name, content in _contents(analysis, show_secrets=show_secrets):
            path = target / name
            write_whole(path, content)
            written.append(path)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise FileAccessError(
            f"{error.filename or target} cannot be written: {reason}",
            hint="choose another folder with -o",
        ) from error
    return written


def write_whole(path: Path, content: bytes) -> None:
    """Write a file under a temporary name and rename it: nobody ever sees half of it."""
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(content)
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def _contents(analysis: Analysis, *, show_secrets: bool) -> Iterator[tuple[str, bytes]]:
    report = to_json(analysis, show_secrets=show_secrets)
    yield "report.json", _json(report)
    yield "template.json", _json(dict(analysis.template))
    yield "description.txt", analysis.description.encode()
    image = analysis.image
    if image is None:
        return
    for part in image.partitions:
        content = image.read(part.start, part.end)
        if content:
            yield f"{_safe(part.name)}.0x{part.start:06x}.bin", content
    if image.app:
        yield "app.decrypted.bin", image.app
    storage = analysis.tuya.storage
    if storage and show_secrets:
        values = {name: value.value.rstrip(b"\0") for name, value in storage.values.items()}
        texts = {name: raw.decode("utf-8", "backslashreplace") for name, raw in values.items()}
        yield "storage.json", _json(texts)


def _json(value: object) -> bytes:
    return (json.dumps(value, indent=2, ensure_ascii=False) + "\n").encode()


def _safe(name: str) -> str:
    """A name from outside as a file name: no separators, no leading dot, never empty."""
    return re.sub(r"[^\w.+-]+", "_", name).strip("._") or "dump"
