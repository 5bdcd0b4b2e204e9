"""The record of a probe that has changed a device: enough to put everything back."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from bekenlab.errors import Action, BadValueError, file_access
from bekenlab.files import write_whole
from bekenlab.json_text import JsonError, read_json_file

if TYPE_CHECKING:
    from pathlib import Path

    from bekenlab.lan.replies import DeviceInfo

_COLUMNS = ("roles", "channels", "second_channels")


@dataclass(frozen=True, slots=True)
class ProbeRecord:
    """A device as it was before a probe; all numbers are the device's.

    Attributes:
        build: Its build: role numbers differ between builds.
        roles: Role of each GPIO.
        channels: Channel of each GPIO.
        second_channels: Second channel of each GPIO.
        kept: File with all its settings.
    """

    build: str
    roles: tuple[int, ...]
    channels: tuple[int, ...]
    second_channels: tuple[int, ...]
    kept: str


class ProbeRecords:
    """A folder with one record for each device whose settings have yet to be put back.

    Args:
        folder: The folder; created with the first record.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def path(self, info: DeviceInfo, host: str) -> Path:
        """Where a device's record is; its name does not tell the MAC address."""
        digest = hashlib.sha256((info.mac.lower() or host).encode()).hexdigest()
        return self._folder / f"probe-{digest[:16]}.json"

    def find(self, info: DeviceInfo, host: str) -> ProbeRecord | None:
        """The record of a device, or None.

        Raises:
            BadValueError: It is damaged.
            FileAccessError: It cannot be read.
        """
        path = self.path(info, host)
        try:
            return _record(read_json_file(path))
        except FileNotFoundError:
            return None
        except (JsonError, KeyError, TypeError, ValueError) as error:
            raise BadValueError(
                f"the record of an interrupted probe, {path}, is damaged",
                hint="restore the settings from the copy that was kept, then delete the record",
            ) from error
        except OSError as error:
            raise file_access(path, "read", error) from error

    def keep(self, info: DeviceInfo, host: str, record: ProbeRecord) -> None:
        """Write a record.

        Raises:
            FileAccessError: It cannot be written; then the device must not be changed.
        """
        path = self.path(info, host)
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            write_whole(path, json.dumps(asdict(record)).encode(), private=True)
        except OSError as error:
            raise file_access(
                path, "written", error, hint="nothing was changed", action=Action("name-backups")
            ) from error

    def forget(self, info: DeviceInfo, host: str) -> None:
        """Delete a record: everything has been put back."""
        self.path(info, host).unlink(missing_ok=True)


def _record(value: Any) -> ProbeRecord:
    columns = [tuple(value[name]) for name in _COLUMNS]
    whole = all(type(each) is int for column in columns for each in column)
    if not whole or len({len(column) for column in columns}) != 1 or not columns[0]:
        raise ValueError("not the columns of a device")
    roles, channels, seconds = columns
    return ProbeRecord(str(value["build"]), roles, channels, seconds, str(value["kept"]))
