"""Selects the one dump to run, and its chip."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bekenlab.analysis.boot_findings import BootMode
from bekenlab.analysis.boot_problem import nothing_to_run
from bekenlab.analysis.findings import find
from bekenlab.analysis.inputs import load_all
from bekenlab.analysis.several import SeveralInputsError
from bekenlab.errors import Action, UnsupportedError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from bekenlab.analysis.inputs import InputFile
    from bekenlab.analysis.tuya_findings import TuyaFindings
    from bekenlab.image import Image


@dataclass(frozen=True, slots=True)
class ChosenDump:
    """A dump that can run.

    Attributes:
        name: Base name of the file.
        image: The parsed dump.
        chip: Name of the chip it is for.
        tuya: What Tuya's firmware stored in it.
    """

    name: str
    image: Image
    chip: str
    tuya: TuyaFindings


def choose_dump(path: Path, chip: str | None = None) -> ChosenDump:
    """Read a file that holds one dump, and determine its chip.

    Args:
        path: A dump or app image, packed or not, or a folder with one.
        chip: The chip to use instead of the one recognised.

    Raises:
        BekenlabError: The file cannot be read, holds no code or several dumps, or its chip is
            unknown.
    """
    return choose_among(path, load_all(path, texts=False), chip)


def choose_file(path: Path, chip: str | None = None) -> InputFile:
    """The one file to run: the file itself, or of several in an archive the one with a dump.

    Args:
        path: A dump or an image, packed or not.
        chip: The chip to use instead of the one recognised.

    Raises:
        SeveralInputsError: They hold several dumps.
        BekenlabError: Of several, none can be run.
    """
    files = load_all(path, texts=False)
    if len(files) > 1:
        name = choose_among(path, files, chip).name
        files = tuple(file for file in files if file.name == name)
    return files[0]


def choose_among(path: Path, files: Sequence[InputFile], chip: str | None = None) -> ChosenDump:
    """The one dump among the files of an archive, and its chip.

    Args:
        path: The archive, for messages.
        files: The files; at least one.
        chip: The chip to use instead of the one recognised.

    Raises:
        SeveralInputsError: They hold several dumps.
        BekenlabError: They hold no code, or the chip is unknown.
    """
    findings = [find(file, boot=BootMode.NEVER) for file in files]
    found = [(each, each.image) for each in findings if each.image and each.image.logical]
    if not found:
        # Imported here: only what cannot run has to be analysed any further, to say what it is.
        from bekenlab.analysis.analyze import conclude

        raise conclude(findings[0]).problem or nothing_to_run(files[0].data)
    if len(found) > 1:
        pairs = zip(files, findings, strict=True)
        paths = [file.path for file, each in pairs if each.image and each.image.logical]
        raise SeveralInputsError(path, paths, "dumps")
    dump, image = found[0]
    name = dump.chip().name if chip is None else chip
    if name is None:
        raise UnsupportedError(
            "nothing in this file says which chip it is for", action=Action("name-chip")
        )
    return ChosenDump(dump.file.name, image, name, dump.tuya)
