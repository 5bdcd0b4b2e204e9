"""Installs that are killed at a chosen point, and what a user does then."""

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from bekenlab.errors import BekenlabError, RefusedError
from bekenlab.jobs.install.install import install
from bekenlab.jobs.undo import undo
from bekenlab.machine.rom import ChipFaults, RomChip
from install_setup import Desk, Person, desk, install_options, openbeken, wifi

if TYPE_CHECKING:
    from pathlib import Path

    from bekenlab.link.transport import ModemLines
    from bekenlab.link.virtual import VirtualTransport

SECTOR = 0x1000


class Killed(BaseException):
    """The process is gone: nothing that catches errors catches this."""


class Mortal:
    """A line whose process is killed when so many bytes have gone over it."""

    def __init__(self, line: VirtualTransport, left: int) -> None:
        self.line = line
        self.name = line.name
        self.left = left
        self.used = 0

    @property
    def lines(self) -> ModemLines | None:
        return self.line.lines

    @property
    def baud(self) -> int:
        return self.line.baud

    def set_baud(self, baud: int) -> None:
        self.line.set_baud(baud)

    def write(self, data: bytes) -> None:
        # What was handed to the system before the kill still leaves.
        room = self.left - self.used
        self.line.write(data[: max(0, room)])
        self._count(len(data))

    def read(self, timeout: float) -> bytes:
        data = self.line.read(timeout)
        self._count(len(data))
        return data

    def _count(self, count: int) -> None:
        self.used += count
        if self.used > self.left:
            raise Killed

    def now(self) -> float:
        return self.line.now()

    def sleep(self, seconds: float) -> None:
        self.line.sleep(seconds)

    def close(self) -> None:
        self.line.close()


@dataclass(frozen=True)
class Case:
    """A device, what its flash becomes, and how much an install puts on the line."""

    chip: str
    before: bytes
    after: bytes
    bytes: int


def run(table: Desk, left: int = 1 << 40) -> int:
    """Install, killed after so many bytes; returns how many went over the line."""
    line: list[Mortal] = []

    def mortal(inner: VirtualTransport) -> Mortal:
        line.append(Mortal(inner, left))
        return line[-1]

    table.wrap = mortal
    try:
        install(
            table.connection,
            replace(install_options(table.chip.name, wifi()), listens=False),
            table.places,
            Person(),
        )
    finally:
        table.wrap = lambda inner: inner
    return line[-1].used


def measure(chip: str, before: bytes, folder: Path, backup: bytes | None = None) -> Case:
    """What an install makes of a device when nobody kills it."""
    table = ready(chip, before, folder, backup)
    used = run(table)
    return Case(chip, before, table.flash, used)


def ready(chip: str, before: bytes, folder: Path, backup: bytes | None) -> Desk:
    table = desk(chip, before, folder)
    if backup is not None:
        table.places.backups.mkdir(parents=True)
        (table.places.backups / "made before.bin").write_bytes(backup)
    return table


def killed_by_bytes(case: Case, seed: int, folder: Path, *, known: bool = False) -> str:
    """Kill an install at a seeded byte; then run it again, or undo it."""
    rng = random.Random(seed)
    table = ready(case.chip, case.before, folder, case.before if known else None)
    try:
        run(table, rng.randrange(1, case.bytes))
    except Killed:
        pass
    else:
        raise AssertionError("it was not killed")
    return recover(table, case, undoes=seed % 2 == 1)


def killed_by_power(case: Case, seed: int, folder: Path, operations: int) -> str:
    """The chip loses power at a seeded flash operation; then as above."""
    rng = random.Random(seed)
    table = ready(case.chip, case.before, folder, None)
    cut = frozenset({rng.randrange(1, operations)})
    table.device = RomChip(case.chip, case.before, faults=ChipFaults(power_cut=cut))
    # An adapter that resets the chip goes on by itself; this one cannot.
    table.modem_lines = False
    try:
        run(table)
    except BekenlabError:
        table.device.reset()
    else:
        raise AssertionError("the power was not cut")
    table.modem_lines = True
    return recover(table, case, undoes=seed % 2 == 1)


def recover(table: Desk, case: Case, *, undoes: bool) -> str:
    """What the user does: the same again, or back. Flash is right to the byte in the end."""
    half = table.flash
    if not undoes:
        run(table)
        assert table.flash == case.after
        outcome = "finished"
    else:
        try:
            undo(table.connection, table.places, lambda _proposal: True)
        except RefusedError:
            assert half == case.before, "changed, and no backup to go back to"
        assert table.flash == case.before
        outcome = "undone"
    assert not list((table.places.state or table.places.backups).glob("writes/*")), (
        "a record is left"
    )
    state = "untouched" if half == case.before else "complete" if half == case.after else "half"
    return f"{outcome} from {state}"


def nearly_installed(chip: str, flash: bytes, *, sectors: int) -> bytes:
    """A device on which all but some sectors of the application are OpenBeken's already."""
    firmware = openbeken(chip).file.pieces[0].data
    made = bytearray(flash)
    made[0x11000 : len(firmware)] = firmware[0x11000:]
    for number in range(sectors):
        address = 0x20000 + number * 0x9000
        made[address : address + SECTOR] = random.Random(number).randbytes(SECTOR)
    return bytes(made)
