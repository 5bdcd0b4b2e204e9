"""Files that are whole or absent."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from bekenlab.errors import FileAccessError, RefusedError

if TYPE_CHECKING:
    from pathlib import Path


def write_whole(path: Path, content: bytes, *, private: bool = False) -> None:
    """Write a file under a temporary name and rename it: nobody ever sees half of it.

    Args:
        path: The file.
        content: All of it.
        private: Nobody but the user may read it (where the system has such rights).
    """
    temporary = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        temporary.touch(mode=0o600 if private else 0o666, exist_ok=False)
        temporary.write_bytes(content)
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def refuse_existing(path: Path, *, hint: str = "choose another name") -> None:
    """Refuse a name that is taken, the input's own among them; asked before a long job.

    Raises:
        RefusedError: It exists.
    """
    if path.exists() or path.is_symlink():
        raise RefusedError(f"{path} exists already", hint=hint)


def write_new(path: Path, content: bytes, *, replace: bool | None = None) -> None:
    """Write a file that must not exist yet, or may be replaced.

    Args:
        path: The file.
        content: All of it.
        replace: Whether the user asked to replace it; None where there is no way to ask for that.

    Raises:
        RefusedError: It exists, and ``replace`` is not set.
        FileAccessError: It cannot be written.
    """
    if replace is None:
        refuse_existing(path)
    elif not replace:
        refuse_existing(path, hint="choose another name, or add --force to replace it")
    try:
        write_whole(path, content)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise FileAccessError(
            f"{path} cannot be written: {reason}", hint="choose another folder"
        ) from error
