"""How the files of a run are read: the same for all of them, on every worker."""

from __future__ import annotations

from dataclasses import dataclass

from bekenlab.version import __version__

MIB = 1 << 20


@dataclass(frozen=True, slots=True)
class Task:
    """How files are read; the same for all bundles of a run.

    Attributes:
        folder: The corpus.
        known: File with the contents that need not be read again.
        reader: Module that is started to read files, one after another.
        boot: When dumps are booted.
        probe: When they are probed.
        seconds: Most that one file may take.
        memory: Most bytes of memory that one file may take.
        version: Version of the program that sends the work.
    """

    folder: str
    known: str
    reader: str
    boot: str = "auto"
    probe: str = "never"
    seconds: float = 300.0
    memory: int = 1024 * MIB
    version: str = __version__

    @property
    def options(self) -> str:
        """What the results depend on besides the file and the version."""
        return f"boot={self.boot} probe={self.probe}"
