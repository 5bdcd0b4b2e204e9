"""Write files so that they are complete or absent, and never replaced by accident."""

from __future__ import annotations

import hashlib
import os
import sys
import threading
from typing import TYPE_CHECKING

from bekenlab.errors import Action, RefusedError, file_access

if TYPE_CHECKING:
    from pathlib import Path
    from typing import IO


# Windows locks bytes, which nobody else can read then, so lock one far beyond the content.
_FAR = 1 << 30
_PRIVATE = 0o600
_OTHERS = 0o077


def write_whole(path: Path, content: bytes, *, private: bool = False) -> None:
    """Write a file under a temporary name and rename it, so that it is never incomplete.

    It is flushed to disk before it is renamed, so not even a power cut leaves an incomplete file.

    Args:
        path: The file.
        content: Its complete content.
        private: Only the user may read it (where the system supports that).
    """
    # Two threads may write the same file; a file with this name was left by a run that crashed.
    temporary = path.with_name(f".{path.name}.{os.getpid()}-{threading.get_ident()}.part")
    temporary.unlink(missing_ok=True)
    try:
        temporary.touch(mode=_PRIVATE if private else 0o666, exist_ok=False)
        with temporary.open("r+b") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def make_private(path: Path) -> None:
    """Create an empty file that only the user can read, or make an existing one so.

    Systems without such rights leave it as it is.
    """
    path.touch(mode=_PRIVATE)
    if path.stat().st_mode & _OTHERS:
        path.chmod(_PRIVATE)


def lock(file: IO[str]) -> bool:
    """Lock an open file until it is closed or the process ends.

    Returns:
        False if somebody else has locked it; True otherwise, even if the file system has no locks.
    """
    try:
        if sys.platform == "win32":
            import msvcrt

            file.seek(_FAR)
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except (BlockingIOError, PermissionError):
        return False
    except OSError:
        return True  # this file system does not support locks
    return True


def is_there(path: Path) -> bool:
    """Whether there is a file that can be reached now, whatever the path is.

    The system raises an error for names no file can have, and for folders that cannot be reached.
    """
    try:
        return path.is_file()
    except (OSError, ValueError):
        return False


def resolved(path: Path) -> Path:
    """The path without links; as it is, where it cannot be followed (as in a circle of links)."""
    try:
        return path.resolve()
    except (OSError, RuntimeError):
        return path


def path_id(path: Path) -> str:
    """A name for a file that does not reveal its path; the path need not be UTF-8."""
    return hashlib.sha256(os.fsencode(path)).hexdigest()[:16]


def refuse_existing(path: Path, *, replaceable: bool = False) -> None:
    """Refuse an output name that exists, be it the input's own; call it before a long job.

    Args:
        path: The name.
        replaceable: Whether there is a way to ask for the file to be replaced.

    Raises:
        RefusedError: It exists.
    """
    if path.exists() or path.is_symlink():
        replacing = Action("replace-file") if replaceable else ()
        raise RefusedError(f"{path} already exists", hint="choose another name", action=replacing)


def write_new(
    path: Path, content: bytes, *, replace: bool | None = None, private: bool = False
) -> None:
    """Write a file that must not exist yet, unless it may be replaced.

    Args:
        path: The file.
        content: Its complete content.
        replace: Whether the user asked to replace it; None if there is no way to ask for that.
        private: Only the user may read it (where the system supports that).

    Raises:
        RefusedError: It exists, and ``replace`` is not set.
        FileAccessError: It cannot be written.
    """
    if replace is None:
        refuse_existing(path)
    elif not replace:
        refuse_existing(path, replaceable=True)
    try:
        write_whole(path, content, private=private)
    except OSError as error:
        raise file_access(path, "written", error, hint="choose another folder") from error
