"""Files that are whole or absent."""

from __future__ import annotations

import os
import sys
import threading
from typing import TYPE_CHECKING

from bekenlab.errors import Action, RefusedError, file_access

if TYPE_CHECKING:
    from pathlib import Path
    from typing import IO


# Windows locks bytes, which nobody else may read then: one far behind all content.
_FAR = 1 << 30


def write_whole(path: Path, content: bytes, *, private: bool = False) -> None:
    """Write a file under a temporary name and rename it: nobody ever sees half of it.

    It is on the disk before it has its name, so that not even a power cut leaves half of it.

    Args:
        path: The file.
        content: All of it.
        private: Nobody but the user may read it (where the system has such rights).
    """
    # Two threads may write the same file; what is there under this name, a run that crashed left.
    temporary = path.with_name(f".{path.name}.{os.getpid()}-{threading.get_ident()}.part")
    temporary.unlink(missing_ok=True)
    try:
        temporary.touch(mode=0o600 if private else 0o666, exist_ok=False)
        with temporary.open("r+b") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def lock(file: IO[str]) -> bool:
    """Have an open file to oneself until it is closed, or the process ends in whatever way.

    Returns:
        Whether that worked; False when somebody else has it.
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
        return True  # this file system knows no locks
    return True


def refuse_existing(path: Path, *, replaceable: bool = False) -> None:
    """Refuse a name that is taken, the input's own among them; asked before a long job.

    Args:
        path: The name.
        replaceable: Whether there is a way to ask for the file to be replaced.

    Raises:
        RefusedError: It exists.
    """
    if path.exists() or path.is_symlink():
        replacing = Action("replace-file") if replaceable else ()
        raise RefusedError(f"{path} exists already", hint="choose another name", action=replacing)


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
        refuse_existing(path, replaceable=True)
    try:
        write_whole(path, content)
    except OSError as error:
        raise file_access(path, "written", error, hint="choose another folder") from error
