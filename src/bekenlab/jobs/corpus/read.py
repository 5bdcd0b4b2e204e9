"""Read one file for a corpus; run as a module, it reads them for a worker, one after another."""

from __future__ import annotations

import hashlib
import sys
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bekenlab.analysis import inputs
from bekenlab.analysis.analyze import analyze_each
from bekenlab.analysis.boot_findings import BootMode
from bekenlab.analysis.subject import subject_of
from bekenlab.corpus.items import TEXTS
from bekenlab.corpus.reading import Content, Request, serve
from bekenlab.corpus.rows import Said, rows_of
from bekenlab.corpus.store import Known
from bekenlab.errors import BekenlabError, NotADumpError, error_of
from bekenlab.jobs.analyze import probed
from bekenlab.jobs.probe_mode import ProbeMode

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from bekenlab.analysis.inputs import InputFile
    from bekenlab.analysis.subject import Subject
    from bekenlab.jobs.probe import ProbeReport


def read(request: Request) -> Sequence[Content]:
    """The contents of a file; one that cannot be read has its error."""
    try:
        files = _files(request)
    except Exception as error:  # noqa: BLE001  a bug must not lose the other files
        return [_failed(None, error_of(error))]
    if not files:
        text = "The archive holds no file that could be a dump."
        return [_failed(None, NotADumpError(text))]
    several = len(files) > 1
    return [
        content
        for file in files
        for content in _contents(file, request, member=file.name if several else None)
    ]


def _files(request: Request) -> tuple[InputFile, ...]:
    item = request.item
    if item.number is None:
        return inputs.load(Path(item.path))
    # Few who read files also generate some.
    from bekenlab.corpus.generated import generated_dump

    data = generated_dump(item.seed, item.number)
    return (inputs.InputFile(item.shown, Path(item.shown), data),)


def _contents(file: InputFile, request: Request, member: str | None) -> Iterator[Content]:
    digest = hashlib.sha256(file.data)
    if digest.digest() in _known(request.known):
        yield Content({"member": member, "status": "read", "dump": digest.hexdigest()}, "")
        return
    try:
        yield from _understood(file, digest.hexdigest(), request, member)
    except NotADumpError as error:
        text = file.path.suffix.lower() in TEXTS
        if text and (member is not None or not request.item.named):
            yield Content({"member": member, "status": "ignored"})
        else:
            yield _failed(member, error)
    except Exception as error:  # noqa: BLE001  a bug must not lose the other files
        yield _failed(member, error_of(error))


def _understood(
    file: InputFile, digest: str, request: Request, member: str | None
) -> Iterator[Content]:
    analyses = analyze_each(file, boot=BootMode(request.boot))
    for part, before in enumerate(analyses, start=1):
        dump = digest if len(analyses) == 1 else f"{digest}#{part}"
        chosen = file if len(analyses) == 1 else replace(file, part=part)
        analysis, report = probed(chosen, before, ProbeMode(request.probe), workers=1)
        subject = subject_of(chosen, analysis=analysis)
        if isinstance(analysis.problem, NotADumpError) and subject.analysis is not None:
            raise analysis.problem
        if not request.item.named and _says_nothing(subject):
            yield Content({"member": member, "status": "ignored"})
            continue
        rows = [
            (table, {**row, "probed": report is not None} if table == "dumps" else row)
            for table, row in rows_of(dump, subject, request.salt)
        ]
        if report is not None:
            rows += _behaviour(dump, report)
        row = {"member": member, "status": "read", "dump": dump}
        if subject.problem is not None:
            row |= {"error": subject.problem.code, "message": subject.problem.message}
        yield Content(row, dump, rows)


def _says_nothing(subject: Subject) -> bool:
    """Whether it is a text with names as a configuration has them, but without any pin."""
    found = subject.analysis
    return (
        found is not None
        and found.image is None
        and not found.pins.pins
        and not (found.pins.mcu_baud or found.pins.not_understood)
    )


def _behaviour(dump: str, report: ProbeReport) -> Iterator[Said]:
    for pin in report.conclusions.pins:
        row: dict[str, Any] = {
            "dump": dump,
            "gpio": pin.gpio,
            "role": pin.role,
            "channel": pin.channel,
            "level": str(pin.polarity) if pin.polarity else None,
            "confidence": str(pin.confidence),
            "alternatives": " ".join(pin.alternatives) or None,
            "evidence": "; ".join(f"{seen.experiment}: {seen.saw}" for seen in pin.evidence),
        }
        yield "behaviour", row


@lru_cache(maxsize=1)
def _known(path: str) -> Known:
    return Known(Path(path))


def _failed(member: str | None, error: BekenlabError) -> Content:
    return Content(
        {"member": member, "status": "failed", "error": error.code, "message": error.message}
    )


if __name__ == "__main__":
    serve(read, int(sys.argv[1]))
