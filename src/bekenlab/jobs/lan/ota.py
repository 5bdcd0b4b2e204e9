"""Update a device over the network: check the package, write, verify, restore the files."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bekenlab.errors import Action, Notice
from bekenlab.events import EventSink, Message, Progress, ignore
from bekenlab.jobs.lan.flash import read_range
from bekenlab.jobs.lan.ota_file import OtaFile, check_fit
from bekenlab.jobs.lan.pins import chip_of
from bekenlab.jobs.lan.restart import restart
from bekenlab.jobs.lan.settings import read_settings
from bekenlab.link.errors import VerifyFailedError

if TYPE_CHECKING:
    from pathlib import Path

    from bekenlab.chips import Chip, Region
    from bekenlab.jobs.lan.copies import Copies
    from bekenlab.lan.device import Device
    from bekenlab.lan.replies import DeviceInfo, StoredFile

_JOB = "ota"


@dataclass(frozen=True, slots=True)
class OtaPlan:
    """What an update would do.

    Attributes:
        info: The device.
        chip: Its chip.
        file: The package.
        region: Where it is written.
        files: Files in its file system, to be kept and restored; None without a file system.
        notices: Warnings.
    """

    info: DeviceInfo
    chip: Chip
    file: OtaFile
    region: Region
    files: tuple[StoredFile, ...] | None
    notices: tuple[Notice, ...]


@dataclass(frozen=True, slots=True)
class OtaReport:
    """What an update did.

    Attributes:
        plan: What was planned.
        info: The device after the update.
        kept: Files with its previous settings and file system.
        files_restored: Whether its file system was restored; None without one.
    """

    plan: OtaPlan
    info: DeviceInfo
    kept: tuple[Path, ...]
    files_restored: bool | None


def plan_ota(device: Device, file: OtaFile) -> OtaPlan:
    """Check a package against a device.

    Raises:
        RefusedError: It is for another chip, or too large.
        UnsupportedError: The device has no Beken chip.
    """
    info = device.info()
    chip = chip_of(info)
    region = check_fit(file, chip)
    notices = []
    if file.build and file.build == info.build:
        notices.append(Notice("same-build", "The device already runs this build."))
    return OtaPlan(
        info=info,
        chip=chip,
        file=file,
        region=region,
        files=device.files(),
        notices=tuple(notices),
    )


def run_ota(
    device: Device, plan: OtaPlan, copies: Copies, *, events: EventSink = ignore
) -> OtaReport:
    """Carry out an update.

    The file system is in the partition to which a package is written, so it is read first and
    restored afterwards. The package in flash is verified before the device restarts; until then
    nothing is lost, and the boot loader checks it again.

    Raises:
        VerifyFailedError: The package or the files did not arrive, or the device still runs its
            old firmware.
        NoAnswerError: The upload was interrupted, or the device did not come back.
    """
    kept = _keep(device, plan, copies, events)
    _upload(device, plan, events)
    try:
        _compare(device, plan, events)
    except VerifyFailedError:
        _put_files_back(device, plan, kept, events)
        raise
    info = restart(device, _JOB, seconds=device.timeouts.update, events=events)
    # Even if the boot loader rejected the package, which has overwritten the files.
    restored = _put_files_back(device, plan, kept, events)
    if plan.file.build and info.build != plan.file.build:
        raise VerifyFailedError(
            f"the device came back with {info.version or 'its old firmware'}, not "
            f"{plan.file.version}: the boot loader did not accept the package",
            hint="nothing is lost: try another build",
            action=Action("write-over-wire"),
        )
    return OtaReport(plan, device.info() if restored else info, kept, restored)


def _keep(device: Device, plan: OtaPlan, copies: Copies, events: EventSink) -> tuple[Path, ...]:
    name = str(device.host)
    kept = [copies.keep(name, "settings", read_settings(device, plan.chip).encode())]
    if plan.files is not None:
        kept.append(copies.keep(name, "filesystem", device.read_filesystem()))
    for path in kept:
        events(Message(_JOB, "kept", f"a copy is kept in {path}"))
    return tuple(kept)


def _upload(device: Device, plan: OtaPlan, events: EventSink) -> None:
    total = len(plan.file.data)

    def sent(done: int) -> None:
        events(Progress(_JOB, "upload", done, total))

    device.upload_firmware(plan.file.data, sent)


def _compare(device: Device, plan: OtaPlan, events: EventSink) -> None:
    start, data = plan.region.start, plan.file.data
    found = read_range(device, start, start + len(data), job=_JOB, phase="compare", events=events)
    if found != data:
        raise VerifyFailedError(
            "the package in the device's flash differs from the one that was sent",
            hint="restart the device, which keeps its old firmware, and try again",
        )


def _put_files_back(
    device: Device, plan: OtaPlan, kept: tuple[Path, ...], events: EventSink
) -> bool | None:
    """Restore the file system and restart, as the firmware saves no settings after an upload.

    Returns:
        True; None without a file system.
    """
    if plan.files is None:
        return None
    image = kept[-1].read_bytes()

    def sent(done: int) -> None:
        events(Progress(_JOB, "files", done, len(image)))

    device.write_filesystem(image, sent)
    same = device.read_filesystem() == image
    restart(device, _JOB, seconds=device.timeouts.reboot, events=events)
    if not same or device.files() != plan.files:
        raise VerifyFailedError(
            "not all files of the device were restored",
            hint="a copy is kept in the folder named above; see also the device's own file page",
        )
    return True
