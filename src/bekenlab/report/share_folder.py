"""Writes a bundle as a folder that is whole or absent, or as one zip file."""

from __future__ import annotations

import io
import shutil
import tempfile
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

from bekenlab.errors import Action, file_access
from bekenlab.files import refuse_existing

if TYPE_CHECKING:
    from bekenlab.report.share import Bundle

# The same bundle gives the same bytes.
_BEGINNING = (1980, 1, 1, 0, 0, 0)


def write_bundle(made: Bundle, folder: Path) -> None:
    """Write all files into a new folder.

    Raises:
        RefusedError: The folder exists.
        FileAccessError: It cannot be made or written.
    """
    refuse_existing(folder)
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        unfinished = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
        try:
            for file in made.files:
                (unfinished / file.name).write_bytes(file.content)
            unfinished.chmod(0o755)
            unfinished.rename(folder)
        except BaseException:
            shutil.rmtree(unfinished, ignore_errors=True)
            raise
    except OSError as error:
        raise file_access(folder, "written", error, action=Action("name-folder")) from error


def zipped(made: Bundle) -> bytes:
    """All files in one zip file."""
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in made.files:
            archive.writestr(
                zipfile.ZipInfo(file.name, _BEGINNING), file.content, zipfile.ZIP_DEFLATED
            )
    return kept.getvalue()
