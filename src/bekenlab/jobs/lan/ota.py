"""Update a device over the network: checked before, compared after, its files put back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bekenlab.errors import Action, Notice
from bekenlab.events import EventSink, Message, Progress, ignore
from bekenlab.jobs.lan.flash import read_range
from bekenlab.jobs.lan.look import chip_of
from bekenlab.jobs.lan.ota_file import OtaFile, check_fit
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
        region: Where it goes.
        files: What is in its file system, to be kept and put back; None where there is none.
        notices: What is odd.
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
        info: The device as it is now.
        kept: Files with what it had.
        files_restored: Whether its file system was put back; None where there was none.
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
        notices.append(Notice("same-build", "The device runs this very build already."))
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

    The file system lies in the partition that a package is written to, so it is read before and put
    back behind. The package is compared in flash before the device restarts: until then nothing is
    lost, and the boot loader checks it once more.

    Raises:
        VerifyFailedError: The package or the files did not arrive, or the device still runs what
            it ran.
        NoAnswerError: The upload broke off, or the device did not come back.
    """
    kept = _keep(device, plan, copies, events)
    _upload(device, plan, events)
    try:
        _compare(device, plan, events)
    except VerifyFailedError:
        _put_files_back(device, plan, kept, events)
        raise
    info = restart(device, _JOB, seconds=device.patience.update, events=events)
    # Also where the boot loader did not take the package: that lies where the files were.
    restored = _put_files_back(device, plan, kept, events)
    if plan.file.build and info.build != plan.file.build:
        raise VerifyFailedError(
            f"the device came back with {info.version or 'its old firmware'}, not "
            f"{plan.file.version}: the boot loader did not take the package",
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
        events(Message(_JOB, "kept", f"kept in {path}"))
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
            "the package in the device's flash is not the one that was sent",
            hint="restart the device (it runs what it ran: the boot loader checks, too), try again",
        )


def _put_files_back(
    device: Device, plan: OtaPlan, kept: tuple[Path, ...], events: EventSink
) -> bool | None:
    """The firmware saves no settings behind an upload, nor runs the files: it has to restart.

    Returns:
        True; None where there were no files.
    """
    if plan.files is None:
        return None
    image = kept[-1].read_bytes()

    def sent(done: int) -> None:
        events(Progress(_JOB, "files", done, len(image)))

    device.write_filesystem(image, sent)
    same = device.read_filesystem() == image
    restart(device, _JOB, seconds=device.patience.reboot, events=events)
    if not same or device.files() != plan.files:
        raise VerifyFailedError(
            "the files of the device are not all back",
            hint="they are kept; see the folder named above, and the device's own file page",
        )
    return True
