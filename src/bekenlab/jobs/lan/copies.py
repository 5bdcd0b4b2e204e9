"""Copies of a device's data, kept before it is changed."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from bekenlab.errors import Action, file_access
from bekenlab.files import write_whole

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from pathlib import Path


class Copies:
    """A folder for copies. They contain passwords, so only the user may read them.

    Args:
        folder: The folder; created with the first copy.
        now: The current time, for their names.
    """

    def __init__(self, folder: Path, now: Callable[[], datetime]) -> None:
        self._folder = folder
        self._now = now

    def keep(self, host: str, what: str, content: bytes) -> Path:
        """Write a copy; the file is never incomplete.

        Args:
            host: Address of the device, used for the file's name; its own name would contain part
                of its MAC address.
            what: ``"settings"`` or ``"filesystem"``.
            content: The bytes.

        Raises:
            FileAccessError: It cannot be written; then the device must not be changed.
        """
        name = re.sub(r"[^A-Za-z0-9.-]+", "-", host).strip(".-")[:40] or "device"
        time = self._now().strftime("%Y%m%d-%H%M%S")
        path = self._folder / f"{name}-{time}-{what}.bin"
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            write_whole(path, content, private=True)
        except OSError as error:
            raise file_access(
                path,
                "written",
                error,
                hint="nothing was changed",
                action=Action("name-backups"),
            ) from error
        return path
