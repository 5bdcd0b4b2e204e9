"""A connected chip as an object, for programs: ``with connect(port) as chip``.

It never prompts. Methods that change a chip take ``yes=True``, or a function that is given the
plan; the safety rules apply as everywhere, unless ``force`` names them.
"""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING
from weakref import WeakSet

from bekenlab.errors import UsageError
from bekenlab.events import EventSink, ignore

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Collection, Iterator, Sequence

    from bekenlab.analysis.inputs import InputFile
    from bekenlab.flashing.backup import BackupReport
    from bekenlab.flashing.execute import FlashReport
    from bekenlab.flashing.flash_file import FlashFile
    from bekenlab.flashing.places import Places
    from bekenlab.flashing.plan_write import WriteOptions
    from bekenlab.flashing.planner import WriteProposal
    from bekenlab.flashing.verify import VerifyReport
    from bekenlab.jobs.capture import Capture
    from bekenlab.jobs.info import InfoReport
    from bekenlab.jobs.write import Questions
    from bekenlab.link.connect import Link
    from bekenlab.link.identity import Identity

    Source = bytes | str | os.PathLike[str]
    Confirm = Callable[[WriteProposal], bool]

JOB = "connect"


@contextmanager
def connect(
    port: str | None = None,
    *,
    baud: int | None = None,
    wait: float = 30.0,
    places: Places | None = None,
    events: EventSink = ignore,
) -> Iterator[ConnectedChip]:
    """Connect to a chip through its boot loader; the port is closed at the end of ``with``.

    The loader only answers just after a reset: an adapter whose DTR or RTS is wired to CEN resets
    the chip, otherwise it must be reset by hand within ``wait`` seconds.

    Args:
        port: Serial port (``/dev/ttyUSB0``, ``COM3``), or a URL: ``rfc2217://HOST:PORT``,
            ``socket://HOST:PORT``, ``virtual://CHIP?image=FILE``. None: the only USB-serial
            adapter that is plugged in.
        baud: Highest baud rate; None: what this adapter managed last, else 921600.
        wait: Seconds to wait for a reset by hand.
        places: Folders for backups and for records of unfinished writes; None: those of the command
            line, so that both know each other's backups.
        events: Receives progress; see ``bekenlab.events``.

    Raises:
        PortError: The port cannot be opened, or no adapter is plugged in.
        NoLinkError: No chip answers.

    Example:
        >>> with bekenlab.connect("virtual://bk7231n?image=my-dump.bin") as chip:
        ...     chip.info().identity.chip.name
        'BK7231N'
    """
    # Imports are in functions: a program that only analyses files loads nothing of flashing.
    from bekenlab.flashing.connection import ConnectionOptions, open_chip
    from bekenlab.flashing.places import Places

    kept = places or Places.of_user()
    options = ConnectionOptions(port=port, baud=baud, wait=wait, memory=kept.memory)
    with open_chip(options, JOB, events) as link:
        yield ConnectedChip(link, kept, events)


class ConnectedChip:
    """A chip that waits in its boot loader. Made by :func:`connect`.

    Flash addresses are physical, in bytes.
    """

    def __init__(self, link: Link, places: Places, events: EventSink = ignore) -> None:
        self._link = link
        self._target = link.target
        self._places = places
        self._events = events
        # Plans that are still valid: a write changes the content they were made for.
        self._plans: WeakSet[WriteProposal] = WeakSet()

    @property
    def identity(self) -> Identity:
        """Which chip it is, with boot loader and flash."""
        return self._target.identity

    def info(self) -> InfoReport:
        """Facts known without reading all of flash: chip, loader, key, write protection, MAC."""
        from bekenlab.jobs.info import info_linked

        return info_linked(self._link, self._places.journal)

    def backup(self, path: str | os.PathLike[str]) -> BackupReport:
        """Read all of flash into a file that must not exist, and verify it.

        Later writes to this chip rely on it. The same call resumes an interrupted backup.

        Raises:
            RefusedError: The file exists.
            BekenlabError: The port, the chip or the disk fails.
        """
        from bekenlab.jobs.backup import backup_linked

        return backup_linked(self._target, Path(path), self._places, events=self._events)

    def plan(
        self,
        file: Source,
        *,
        address: int | None = None,
        keep: Collection[str] = (),
        force: Collection[str] = (),
        backups: Sequence[str | os.PathLike[str]] = (),
    ) -> WriteProposal:
        """Work out what writing a file would do; changes nothing.

        Args:
            file: Firmware, a configuration or a dump: its bytes, or a path.
            address: Physical address of its first byte; None: where it belongs, by its content.
            keep: Parts of the chip to leave alone: ``"bootloader"``, ``"rf"``.
            force: Codes of safety rules to override, e.g. ``"no-backup"``.
            backups: Backups of this chip that were made elsewhere.

        Returns:
            A proposal for :meth:`write`, with the plan in ``.plan``. It is not carried out while
            ``.plan.refusals`` has reasons against it.

        Raises:
            UsageError: The file's address is unknown.
            BekenlabError: The file cannot be used, or the chip or the port fails.
        """
        from bekenlab.flashing.flash_file import recognise
        from bekenlab.flashing.plan_write import WriteOptions

        options = WriteOptions(address, frozenset(keep), frozenset(force))
        return self._propose(recognise(_input(file)), options, backups)

    def write(
        self,
        file: Source | WriteProposal,
        *,
        yes: bool = False,
        confirm: Confirm | None = None,
        address: int | None = None,
        keep: Collection[str] = (),
        force: Collection[str] = (),
        backups: Sequence[str | os.PathLike[str]] = (),
        reboot: bool = False,
    ) -> FlashReport:
        """Write a file, or carry out a plan, and compare all of flash afterwards.

        Sectors that already hold the right bytes are not written.

        Args:
            file: As for :meth:`plan`, or a proposal made since the last write; then ``address``,
                ``keep``, ``force`` and ``backups`` are those of the proposal.
            yes: Carry out the plan.
            confirm: Called with the proposal instead, unless it would change nothing; True
                carries it out.
            address: As for :meth:`plan`.
            keep: As for :meth:`plan`.
            force: As for :meth:`plan`.
            backups: As for :meth:`plan`.
            reboot: Start the firmware at the end; the chip no longer answers then.

        Raises:
            UsageError: Neither ``yes`` nor ``confirm`` was given, or the plan is out of date.
            RefusedError: A safety rule or ``confirm`` refused; nothing was written.
            VerifyFailedError: The chip does not hold the right bytes after all tries.
            BekenlabError: The port, the chip or the file fails. The same call resumes.
        """
        from bekenlab.flashing.planner import WriteProposal
        from bekenlab.jobs.write import agreement

        questions = agreement(confirm, yes=yes)
        if not isinstance(file, WriteProposal):
            file = self.plan(file, address=address, keep=keep, force=force, backups=backups)
        return self._carry_out(file, questions, reboot=reboot)

    def erase(
        self,
        area: str | tuple[int, int],
        *,
        yes: bool = False,
        confirm: Confirm | None = None,
        force: Collection[str] = (),
        backups: Sequence[str | os.PathLike[str]] = (),
    ) -> FlashReport:
        """Erase part of flash, and check that it is blank.

        Args:
            area: ``(START, END)``, half open, multiples of 4096; or text as on the command line:
                ``"0x1d1000+0x1000"``, the name of a region, ``"all"``.
            yes: As for :meth:`write`.
            confirm: As for :meth:`write`.
            force: As for :meth:`plan`.
            backups: As for :meth:`plan`.

        Raises:
            UsageError: The range is invalid.
            RefusedError: As for :meth:`write`.
            BekenlabError: The port or the chip fails.
        """
        from bekenlab.flashing.plan_write import WriteOptions
        from bekenlab.jobs.erase import blank_area
        from bekenlab.jobs.write import agreement

        questions = agreement(confirm, yes=yes)
        text = area if isinstance(area, str) else f"{area[0]}-{area[1]}"
        options = WriteOptions(force=frozenset(force))
        proposal = self._propose(blank_area(self._target, text), options, backups)
        return self._carry_out(proposal, questions, reboot=False)

    def verify(self, file: Source, *, address: int | None = None) -> VerifyReport:
        """Compare the chip with a file by checksums; see ``.equal`` and ``.different``.

        Args:
            file: Bytes, or a path.
            address: Physical address of its first byte; None: where it belongs.

        Raises:
            UsageError: Its address is unknown, or it reaches beyond the flash.
            BekenlabError: The port, the chip or the file fails.
        """
        from bekenlab.flashing.flash_file import recognise
        from bekenlab.jobs.verify import verify_linked

        given = _input(file)
        return verify_linked(
            self._target, recognise(given), given.path, address=address, events=self._events
        )

    def log(self, seconds: float) -> Capture:
        """Start the firmware, and capture what it prints on its log port, UART2.

        A virtual chip has a separate log port. On a real one, move the adapter's RX from TX1 to
        TX2 first. Afterwards the chip no longer answers: connect again.

        Args:
            seconds: How long to listen; on a virtual chip, seconds of virtual time.

        Raises:
            BekenlabError: The port fails.
        """
        from bekenlab.jobs.capture import capture_start

        return capture_start(self._target, seconds)

    def reboot(self) -> None:
        """Leave the loader and start the firmware; the chip no longer answers then."""
        self._target.reboot()

    def _propose(
        self, file: FlashFile, options: WriteOptions, backups: Sequence[str | os.PathLike[str]]
    ) -> WriteProposal:
        from bekenlab.flashing.planner import Planner

        candidates = self._places.candidates(map(Path, backups))
        journal = self._places.journal
        planner = Planner(self._target, [file], journal, candidates, events=self._events)
        proposal = planner.propose(options)
        self._plans.add(proposal)
        return proposal

    def _carry_out(
        self, proposal: WriteProposal, questions: Questions, *, reboot: bool
    ) -> FlashReport:
        from bekenlab.jobs.save_first import SaveFirst
        from bekenlab.jobs.write import carry_out

        if proposal not in self._plans:
            raise UsageError(
                "this plan is for another chip, or was made before the last write",
                hint="plan again",
            )
        try:
            _, report = carry_out(
                self._target,
                lambda _options: proposal,
                proposal.options,
                self._places.journal,
                questions,
                first=SaveFirst(self._target, self._places, self._events),
                reboot=reboot,
                events=self._events,
            )
        finally:
            self._plans.clear()
        return report


def _input(file: Source) -> InputFile:
    from bekenlab.analysis.inputs import InputFile, load_one

    if isinstance(file, bytes):
        return InputFile("data", Path("data"), file)
    return load_one(Path(file))
