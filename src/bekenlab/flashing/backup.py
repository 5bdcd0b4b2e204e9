"""Back up a chip: all of flash, every byte verified against the chip's own CRC."""

from __future__ import annotations

import hashlib
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bekenlab.chips import SECTOR
from bekenlab.errors import Action, Notice, RefusedError
from bekenlab.events import EventSink, Finished, Message, Progress, Started, ignore
from bekenlab.flashing.backup_files import BackupFiles, manifest_path
from bekenlab.flashing.flash_answers import raise_if_flash_is_silent
from bekenlab.flashing.same_chip import identity_facts
from bekenlab.link.comparing import differing_sectors
from bekenlab.link.errors import BadReadError, VerifyFailedError
from bekenlab.link.reading import Sector, read_alone, read_sectors
from bekenlab.version import __version__

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime
    from pathlib import Path

    from bekenlab.link.identity import Identity
    from bekenlab.link.target import Target

JOB = "backup"
_ROUNDS = 4


@dataclass(frozen=True, slots=True)
class BackupReport:
    """The result of a backup.

    Attributes:
        output: The dump.
        manifest: The file that describes it.
        size: Number of bytes.
        sha256: Of the dump, hexadecimal.
        identity: The chip.
        sent: Sectors that were transferred.
        blank: Sectors known to be blank by their CRC, not transferred.
        resumed: Sectors an earlier run or an earlier backup had.
        reread: Sectors that had to be read more than once.
        seconds: How long it took, by the transport's clock.
        baud: Baud rate at the end.
        notices: What the reader should know.
    """

    output: Path
    manifest: Path
    size: int
    sha256: str
    identity: Identity
    sent: int
    blank: int
    resumed: int
    reread: int
    seconds: float
    baud: int
    notices: tuple[Notice, ...]


def backup(
    target: Target,
    output: Path,
    *,
    now: Callable[[], datetime],
    known: Mapping[int, bytes] | None = None,
    events: EventSink = ignore,
) -> BackupReport:
    """Read all of flash into a file.

    After any failure a partial file and a journal remain, from which the next call resumes.

    Args:
        target: The chip.
        output: File to create; must not exist.
        now: Wall-clock time, for the manifest.
        known: Sectors the chip is known to hold, by the CRCs of a survey; they are not read.
        events: Receives progress.

    Raises:
        RefusedError: Another chip answers halfway through.
        BadReadError: A sector cannot be read.
        VerifyFailedError: The RF calibration reads differently each time.
        FlashSilentError: The chip answers, its flash does not.
        NotADumpError: Every byte reads FF: nothing was backed up.
        BekenlabError: The port, the chip or a file fails.
    """
    raise_if_flash_is_silent(target)
    started = target.session.transport.now()
    files = BackupFiles(output, identity_facts(target.identity), target.size)
    events(Started(JOB, target.size))
    try:
        run = _Run(target, files, events)
        target.session.state.check_after_relink(run.same_chip_check())
        run.check_resumed()
        run.take(known or {})
        run.read_all()
        run.verify_calibration()
        _raise_if_uniform(bytes(files.data))
    except BaseException:
        files.close()
        raise
    sha256 = hashlib.sha256(files.data).hexdigest()
    files.finish(_manifest(files, sha256, now()))
    chip = target.identity.chip
    notices = _examine(bytes(files.data), chip.name if chip else None)
    events(Finished(JOB))
    return BackupReport(
        output=output,
        manifest=manifest_path(output),
        size=target.size,
        sha256=sha256,
        identity=target.identity,
        sent=run.sent,
        blank=run.blank,
        resumed=files.resumed,
        reread=run.reread,
        seconds=target.session.transport.now() - started,
        baud=target.session.baud,
        notices=notices,
    )


class _Run:
    """Reads flash and counts sectors."""

    def __init__(self, target: Target, files: BackupFiles, events: EventSink) -> None:
        self._target = target
        self._files = files
        self._events = events
        self.sent = 0
        self.blank = 0
        self.reread = 0

    def same_chip_check(self) -> Callable[[], None]:
        """A check that the chip on the line is still the one that is read, by its calibration."""
        confirmed_crc = self._target.confirmed_crc
        before = {a: confirmed_crc(a, a + SECTOR) for a in self._calibration()}

        def check() -> None:
            if any(confirmed_crc(a, a + SECTOR) != crc for a, crc in before.items()):
                raise RefusedError(
                    "another chip answers than the one being backed up",
                    hint="put the first one back",
                    action=Action("repeat"),
                    refusals=["wrong-chip"],
                )

        return check

    def check_resumed(self) -> None:
        """Drop the sectors of an earlier run that no longer agree with the chip."""
        if not self._files.crcs:
            return
        message = f"resuming from {self._files.journal.name}"
        self._events(
            Message(JOB, "resumed", f"{message}: {self._files.resumed} sectors already read")
        )
        for start, end in _runs(sorted(self._files.crcs)):
            stored = bytes(self._files.data[start:end])
            for address in differing_sectors(self._target, start, stored):
                self._files.forget(address)
        for start, end in _runs(sorted(self._files.crcs)):
            self._report((start, end))

    def take(self, known: Mapping[int, bytes]) -> None:
        """Take sectors from an earlier backup."""
        for address, data in known.items():
            if address not in self._files.crcs:
                self._files.add(Sector(address, data, zlib.crc32(data), sent=False))
                self._files.resumed += 1

    def read_all(self) -> None:
        """Read the missing sectors."""
        every = range(0, self._target.size, SECTOR)
        missing = [address for address in every if address not in self._files.crcs]
        for sector in read_sectors(self._target, missing):
            self._files.add(sector)
            self.sent += sector.sent
            self.blank += not sector.sent
            if sector.tries > 1:
                self.reread += 1
                text = f"sector {sector.address:#x} was read correctly after {sector.tries} tries"
                self._events(Message(JOB, "sector-reread", text))
            self._report((sector.address, sector.address + SECTOR))

    def _report(self, span: tuple[int, int]) -> None:
        done = len(self._files.crcs) * SECTOR
        self._events(Progress(JOB, "read", done, self._target.size, span))

    def verify_calibration(self) -> None:
        """Read the RF calibration, which cannot be rebuilt, a second time.

        Everything else is verified as it is read: sectors that are sent by the chip's CRC of each,
        blank ones by the CRC of the whole blank area.
        """
        for _ in range(_ROUNDS):
            wrong = [a for a in self._calibration() if not self._same_again(a)]
            if not wrong:
                return
            for address in wrong:
                self._events(
                    Message(JOB, "sector-reread", f"sector {address:#x} is read once more")
                )
                self._files.add(read_alone(self._target, address))
                self.reread += 1
        raise VerifyFailedError(
            "the RF calibration reads differently each time",
            hint="does something else write to this flash? Keep the chip in reset and try again",
        )

    def _calibration(self) -> list[int]:
        """Addresses of sectors that cannot be rebuilt and differ from chip to chip."""
        chip = self._target.identity.chip
        address = chip.rf_address if chip else None
        inside = address is not None and address + SECTOR <= self._target.size
        return [address] if address is not None and inside else []

    def _same_again(self, address: int) -> bool:
        try:
            again = read_alone(self._target, address)
        except BadReadError:
            return False
        return again.data == bytes(self._files.data[address : address + SECTOR])


def _runs(addresses: list[int]) -> list[tuple[int, int]]:
    """Adjacent sectors merged into half-open ranges."""
    found: list[tuple[int, int]] = []
    for address in addresses:
        if found and found[-1][1] == address:
            found[-1] = (found[-1][0], address + SECTOR)
        else:
            found.append((address, address + SECTOR))
    return found


def _raise_if_uniform(data: bytes) -> None:
    """Reject a flash of only 00 or FF: the chip is blank, or did not answer.

    Raises:
        NotADumpError: Every byte is the same.
    """
    if data.count(data[0]) != len(data):
        return
    from bekenlab.analysis.recognise import reject_reason  # slow to import

    problem = reject_reason(data)
    if problem is not None:
        raise problem


def _examine(data: bytes, chip_name: str | None) -> tuple[Notice, ...]:
    """Warnings when the bytes do not look like the flash of a working device."""
    # Imported after reading: nobody waiting for a chip should wait for numpy as well.
    from bekenlab.analysis.condition import condition_of
    from bekenlab.image import read_image

    image = read_image(data)
    condition = condition_of(image, chip_name)
    notices = [*image.notices, *(condition.notices() if condition else ())]
    if not image.app:
        text = "No application was found: the area is blank, or of a kind bekenlab does not know."
        notices.append(Notice("no-app", text))
    return tuple(notices)


def _manifest(files: BackupFiles, sha256: str, now: datetime) -> dict[str, Any]:
    return {
        "file": files.output.name,
        "sha256": sha256,
        "crc32": f"{zlib.crc32(files.data):08X}",
        "made": now.isoformat(timespec="seconds"),
        "tool": f"bekenlab {__version__}",
        "sector_crc32": [f"{files.crcs[a]:08X}" for a in range(0, len(files.data), SECTOR)],
    }
