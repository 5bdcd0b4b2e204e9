"""Dropped files, kept in memory under generated ids.

The file name sent by a browser is only a label, never a path: nothing here touches the disk.
"""

from __future__ import annotations

import secrets
import threading
from collections import OrderedDict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from bekenlab.analysis.analyze import analyze
from bekenlab.analysis.boot_findings import BootMode, would_boot
from bekenlab.analysis.inputs import InputFile, unpack
from bekenlab.analysis.several import SeveralInputsError
from bekenlab.analysis.subject import Subject, subject_of, subject_of_any
from bekenlab.errors import BekenlabError, BusyError, NotADumpError, NotFoundError, UnsupportedError
from bekenlab.jobs.probe import with_probe
from bekenlab.report.printable import printable
from bekenlab.web.views.dump import DumpRow, row_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bekenlab.analysis.boot_model import BootReport
    from bekenlab.analysis.model import Analysis
    from bekenlab.jobs.probe import ProbeReport

_MOST = 64
_MOST_BYTES = 256 << 20
_SUBJECTS = 8
_MOST_PARTS = 16
_LABEL = 120


@dataclass(frozen=True, slots=True)
class Dump:
    """An uploaded file.

    Attributes:
        id: Cannot be guessed.
        file: Its label and its unpacked bytes.
    """

    id: str
    file: InputFile


@dataclass(frozen=True, slots=True)
class Dropped:
    """What became of a dropped file, or of the files in an archive.

    Attributes:
        dumps: Those that are open now.
        refused: Names of those that are not, and why.
    """

    dumps: tuple[Dump, ...]
    refused: tuple[tuple[str, BekenlabError], ...] = ()


class UploadStore:
    """All files of this run of the server: a row of each, and what the latest of them say."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._dumps: OrderedDict[str, Dump] = OrderedDict()
        self._subjects: OrderedDict[str, Subject] = OrderedDict()
        self._rows: dict[str, DumpRow] = {}
        self._boots: dict[str, BootReport] = {}
        self._probes: dict[str, ProbeReport] = {}

    def put(self, name: str, data: bytes) -> list[Dump]:
        """Add a file of any kind; an archive gives one for each member.

        Raises:
            BusyError: The store is full.
            BekenlabError: The archive is damaged, or too large when unpacked.
        """
        return self._add(unpack(label(name), data))

    def drop(self, name: str, data: bytes) -> Dropped:
        """Add a file that says something about a device; others are not kept.

        A text or report about several devices gives one file for each.

        Raises:
            BusyError: The store is full.
            BekenlabError: Nothing in it is understood.
        """
        known: list[tuple[InputFile, Subject]] = []
        refused: list[tuple[str, BekenlabError]] = []
        for file in unpack(label(name), data):
            try:
                known += _subjects_in(file)
            except NotADumpError as error:
                refused.append((file.name, error))
        if not known and refused:
            raise refused[0][1]
        made = self._add(file for file, _ in known)
        for dump, (_, subject) in zip(made, known, strict=True):
            self._remember(dump, subject)
        return Dropped(tuple(made), tuple(refused))

    def _add(self, files: Iterable[InputFile]) -> list[Dump]:
        files = tuple(files)
        with self._lock:
            size = sum(len(dump.file.data) for dump in self._dumps.values())
            more = sum(len(file.data) for file in files)
            if len(self._dumps) + len(files) > _MOST or size + more > _MOST_BYTES:
                raise BusyError(
                    f"there is no room for more than {_MOST} files or {_MOST_BYTES >> 20} MiB",
                    hint="remove some of the files that are open",
                )
            made = [Dump(secrets.token_urlsafe(9), file) for file in files]
            self._dumps.update((dump.id, dump) for dump in made)
        return made

    def _remember(self, dump: Dump, subject: Subject) -> DumpRow:
        row = row_of(dump.id, dump.file, subject)
        with self._lock:
            if dump.id in self._dumps:
                self._rows[dump.id] = row
                self._subjects[dump.id] = subject
                while len(self._subjects) > _SUBJECTS:
                    self._subjects.popitem(last=False)
        return row

    def get(self, name: str) -> Dump:
        """A file by its id.

        Raises:
            NotFoundError: The id is unknown, or the file was removed.
        """
        with self._lock:
            found = self._dumps.get(name)
        if found is None:
            raise NotFoundError(
                "this file is no longer open", hint="drop it again: files are kept in memory only"
            )
        return found

    def subject(self, name: str) -> Subject:
        """What a file says about a device, with what its boot has added.

        A file of no known kind has its problem.

        Raises:
            NotFoundError: The id is unknown.
        """
        dump = self.get(name)
        with self._lock:
            known = self._subjects.get(name)
        if known is not None:
            return known
        analysis = analyze(dump.file, boot=BootMode.NEVER, booted=self._boots.get(name))
        if probe := self._probes.get(name):
            analysis = with_probe(analysis, probe)
        found = subject_of_any(dump.file, analysis)
        self._remember(dump, found)
        return found

    def analysis(self, name: str) -> Analysis:
        """The analysis of a dump, or of a text with a configuration.

        Raises:
            NotFoundError: The id is unknown.
            UnsupportedError: It is a log, a template, a configuration or a report.
        """
        found = self.subject(name)
        if found.analysis is None:
            raise UnsupportedError(f"{found.name} is not a dump", hint="choose a dump")
        return found.analysis

    def row(self, name: str) -> DumpRow:
        """A file's row in a list. It is kept as long as the file.

        Raises:
            NotFoundError: The id is unknown.
        """
        with self._lock:
            known = self._rows.get(name)
        return known or self._remember(self.get(name), self.subject(name))

    def rows(self) -> list[DumpRow]:
        """The rows of all files, newest first."""
        return [self.row(dump.id) for dump in self.dumps()]

    def would_boot(self, name: str) -> bool:
        """Whether the command line would boot it for its pins, and nobody has yet.

        Raises:
            NotFoundError: The id is unknown.
        """
        analysis = self.subject(name).analysis
        return name not in self._boots and analysis is not None and would_boot(analysis)

    def learn(self, name: str, report: BootReport) -> None:
        """Add the findings of a boot to what a file says."""
        with self._lock:
            if name in self._dumps:
                self._boots[name] = report
                self._subjects.pop(name, None)
                self._rows.pop(name, None)

    def learn_probe(self, name: str, report: ProbeReport) -> None:
        """Add what the experiments of a probe showed to what a file says."""
        with self._lock:
            if name in self._dumps:
                self._probes[name] = report
                self._subjects.pop(name, None)
                self._rows.pop(name, None)

    def probe(self, name: str) -> ProbeReport | None:
        """What the last probe of a file showed, or None."""
        with self._lock:
            return self._probes.get(name)

    def dumps(self) -> list[Dump]:
        """All files, newest first."""
        with self._lock:
            return list(reversed(self._dumps.values()))

    def remove(self, name: str) -> None:
        """Remove a file, if it exists."""
        with self._lock:
            for uploads in (self._dumps, self._subjects, self._rows, self._boots, self._probes):
                uploads.pop(name, None)

    def clear(self) -> None:
        """Remove all files."""
        with self._lock:
            for uploads in (self._dumps, self._subjects, self._rows, self._boots, self._probes):
                uploads.clear()


def _subjects_in(file: InputFile) -> list[tuple[InputFile, Subject]]:
    try:
        return [(file, subject_of(file, boot=BootMode.NEVER))]
    except SeveralInputsError as several:
        count = min(len(several.choices), _MOST_PARTS)
    parts = [
        replace(file, name=f"{file.name} ({part}/{count})", part=part)
        for part in range(1, count + 1)
    ]
    return [(part, subject_of(part, boot=BootMode.NEVER)) for part in parts]


def unpacked_name(name: str) -> str:
    """The name of a file without the ending of what it was packed with."""
    stem, dot, ending = name.rpartition(".")
    if not (stem and dot) or ending.lower() not in {"xz", "gz", "zip"}:
        return name
    return stem if "." in stem else f"{stem}.bin"


def label(name: str) -> str:
    """A safe label from an untrusted file name, which may be a path, hostile or empty."""
    base = name.replace("\\", "/").rsplit("/", 1)[-1].strip()
    shown = printable(base.replace("\n", " ").replace("\t", " ")).strip(". ")[:_LABEL]
    return shown or "file"
