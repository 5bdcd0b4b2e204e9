"""Back up what OpenBeken makes readable: settings, Tuya's data, files, all of flash."""

from __future__ import annotations

import hashlib
import json
import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bekenlab.chips import Region
from bekenlab.errors import Action, Notice, UsageError, file_access
from bekenlab.events import EventSink, Finished, Started, ignore
from bekenlab.files import refuse_existing, write_whole
from bekenlab.jobs.lan.flash import read_range
from bekenlab.jobs.lan.pins import chip_of
from bekenlab.lan.device import FLASH_READABLE

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime
    from pathlib import Path

    from bekenlab.chips import Chip
    from bekenlab.lan.device import Device
    from bekenlab.lan.replies import DeviceInfo

FORMAT = "bekenlab-network-backup"
MANIFEST = "manifest.json"
FILESYSTEM = "filesystem"
FLASH = "flash"
USUAL = ("rf", "config", "oem_cfg", "protected", "storage", FILESYSTEM)
"""What cannot be recreated: calibration, settings, Tuya's data, and files."""

_JOB = "backup"
_VERSION = 1


@dataclass(frozen=True, slots=True)
class Part:
    """A file of a backup.

    Attributes:
        name: Name of the region, ``"filesystem"`` or ``"flash"``.
        file: Base name of the file.
        start: Physical address of its first byte; None for the file system, whose address is not
            known.
        size: Size in bytes.
        sha256: SHA-256 of the content, hexadecimal.
    """

    name: str
    file: str
    start: int | None
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class BackupReport:
    """A backup.

    Attributes:
        folder: The folder.
        info: The device.
        parts: Its files.
        notices: What is missing, and why.
    """

    folder: Path
    info: DeviceInfo
    parts: tuple[Part, ...]
    notices: tuple[Notice, ...]


def backup(
    device: Device,
    folder: Path,
    *,
    parts: Sequence[str] = (),
    now: Callable[[], datetime],
    events: EventSink = ignore,
) -> BackupReport:
    """Back up a device into a folder, which only appears once it is complete.

    Args:
        device: The device.
        folder: Must not exist yet.
        parts: Names of regions of the chip, ``"filesystem"`` or ``"flash"``; by default ``USUAL``.
        now: The current time, for the manifest.
        events: Receives progress.

    Raises:
        RefusedError: The folder exists.
        UsageError: The chip has no such region.
        FileAccessError: The folder cannot be written.
        BekenlabError: The device does not answer.
    """
    refuse_existing(folder)
    info = device.info()
    chip = chip_of(info)
    names = tuple(dict.fromkeys(parts)) or tuple(
        n for n in USUAL if _region(chip, n) or n == FILESYSTEM
    )
    events(Started(_JOB))
    contents: dict[str, tuple[int | None, bytes]] = {}
    notices: list[Notice] = []
    for name in names:
        found = _read(device, chip, name, notices, events)
        if found is not None:
            contents[name] = found
    made = tuple(
        Part(name, f"{name}.bin", start, len(data), hashlib.sha256(data).hexdigest())
        for name, (start, data) in contents.items()
    )
    manifest = _manifest(device, info, chip, made, now())
    _write(folder, {f"{name}.bin": data for name, (_, data) in contents.items()}, manifest)
    events(Finished(_JOB))
    return BackupReport(folder, info, made, tuple(notices))


def _read(
    device: Device, chip: Chip, name: str, notices: list[Notice], events: EventSink
) -> tuple[int | None, bytes] | None:
    """Address and content of a part; None if the device lacks it or cannot read it."""
    if name == FILESYSTEM:
        if device.files() is None:
            notices.append(Notice("no-filesystem", "The device has no file system to back up."))
            return None
        return None, device.read_filesystem()
    region = _region(chip, name)
    if region is None:
        names = ", ".join([FLASH, FILESYSTEM, *(each.name for each in chip.flash_map)])
        raise UsageError(f"{chip.name} has no part {name!r}", hint=f"its parts: {names}")
    if region.end > FLASH_READABLE:
        text = f"{name} is beyond the first 2 MiB, which is all that OpenBeken can read."
        notices.append(Notice("not-readable", text))
        return None
    data = read_range(device, region.start, region.end, job=_JOB, phase=name, events=events)
    return region.start, data


def _region(chip: Chip, name: str) -> Region | None:
    if name == FLASH:
        return Region(FLASH, 0, min(chip.flash_size, FLASH_READABLE))
    return chip.region(name)


def _manifest(
    device: Device, info: DeviceInfo, chip: Chip, parts: tuple[Part, ...], time: datetime
) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "version": _VERSION,
        "made": time.isoformat(timespec="seconds"),
        "host": str(device.host),
        "short_name": info.short_name,
        "mac": info.mac,
        "chip": chip.name,
        "build": info.build,
        "parts": [
            {
                "name": part.name,
                "file": part.file,
                "start": None if part.start is None else f"{part.start:#x}",
                "size": part.size,
                "sha256": part.sha256,
            }
            for part in parts
        ],
    }


def _write(folder: Path, contents: dict[str, bytes], manifest: dict[str, Any]) -> None:
    """Write everything under another name, then rename the folder."""
    temporary = folder.with_name(f".{folder.name}.partial")
    try:
        shutil.rmtree(temporary, ignore_errors=True)
        temporary.mkdir(parents=True)
        for name, data in contents.items():
            write_whole(temporary / name, data, private=True)
        text = json.dumps(manifest, indent=1)
        write_whole(temporary / MANIFEST, text.encode(), private=True)
        temporary.rename(folder)
    except OSError as error:
        shutil.rmtree(temporary, ignore_errors=True)
        raise file_access(folder, "written", error, action=Action("name-folder")) from error
