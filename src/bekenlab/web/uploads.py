"""Dropped files, kept in memory under generated ids.

The file name sent by a browser is only a label, never a path: nothing here touches the disk.
"""

from __future__ import annotations

import secrets
import threading
from collections import OrderedDict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bekenlab.analysis.analyze import analyze
from bekenlab.analysis.boot_findings import BootMode
from bekenlab.analysis.inputs import InputFile, unpack
from bekenlab.errors import BusyError, NotFoundError
from bekenlab.report.printable import printable

if TYPE_CHECKING:
    from bekenlab.analysis.boot_model import BootReport
    from bekenlab.analysis.model import Analysis

_MOST = 64
_MOST_BYTES = 256 << 20
_ANALYSES = 8
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


class UploadStore:
    """All files of this run of the server, with analyses of the latest."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._dumps: OrderedDict[str, Dump] = OrderedDict()
        self._analyses: OrderedDict[str, Analysis] = OrderedDict()
        self._boots: dict[str, BootReport] = {}

    def put(self, name: str, data: bytes) -> list[Dump]:
        """Add a file as sent; an archive gives one dump per member.

        Raises:
            BusyError: The store is full.
            BekenlabError: The archive is damaged, or too large when unpacked.
        """
        files = unpack(label(name), data)
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

    def analysis(self, name: str) -> Analysis:
        """Analyse a file, without booting it.

        Raises:
            NotFoundError: The id is unknown.
        """
        dump = self.get(name)
        with self._lock:
            known = self._analyses.get(name)
        if known is not None:
            return known
        found = analyze(dump.file, boot=BootMode.NEVER, booted=self._boots.get(name))
        with self._lock:
            self._analyses[name] = found
            while len(self._analyses) > _ANALYSES:
                self._analyses.popitem(last=False)
        return found

    def learn(self, name: str, report: BootReport) -> None:
        """Add the findings of a boot to the analysis of a file."""
        with self._lock:
            if name in self._dumps:
                self._boots[name] = report
                self._analyses.pop(name, None)

    def dumps(self) -> list[Dump]:
        """All files, newest first."""
        with self._lock:
            return list(reversed(self._dumps.values()))

    def remove(self, name: str) -> None:
        """Remove a file, if it exists."""
        with self._lock:
            for uploads in (self._dumps, self._analyses, self._boots):
                uploads.pop(name, None)


def label(name: str) -> str:
    """A safe label from an untrusted file name, which may be a path, hostile or empty."""
    base = name.replace("\\", "/").rsplit("/", 1)[-1].strip()
    shown = printable(base.replace("\n", " ").replace("\t", " ")).strip(". ")[:_LABEL]
    return shown or "file"
