"""Write protection of the flash: lifted while something is written, restored afterwards.

ROM chips leave this to the host: the protection bits, their status registers and how to write them
depend on the flash part. Boot loaders in flash lift the protection themselves.
"""

from __future__ import annotations

from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bekenlab.errors import BekenlabError
from bekenlab.link import commands
from bekenlab.link.errors import ChipRefusedError, UnlockFailedError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bekenlab.link.target import Target

_WRITE = 0x01
_TRIES = 5
_SETTLE = 0.02
# For parts that are not in the table: BP0..BP4 and CMP, at their usual positions.
_USUAL_MASK = 0x407C
_USUAL_READ = (0x05, 0x35)


@dataclass(frozen=True, slots=True)
class Protection:
    """How a flash part is protected.

    Attributes:
        mask: Status bits that must be 0 for the flash to be writable.
        read: Opcodes that read the status registers, in the order of their bits, lowest first.
    """

    mask: int
    read: tuple[int, ...]


def protection_of(target: Target) -> Protection:
    """The protection of the flash part, or the usual one if the part is unknown."""
    part = target.identity.flash_part
    if part is None:
        return Protection(_USUAL_MASK, _USUAL_READ)
    # A mask that reaches into the second register requires reading it, whatever the row says.
    return Protection(part.protect_mask, part.read_opcodes)


def read_status(target: Target, protection: Protection) -> int:
    """All status registers as one number, the first in bits 7:0."""
    value = 0
    for place, opcode in enumerate(protection.read):
        answer = target.session.ask_twice(commands.read_status_register(opcode))
        value |= answer[0] << 8 * place
    return value


@contextmanager
def unlocked(target: Target, restore_to: int | None = None) -> Iterator[None]:
    """Lift the write protection within a ``with`` block, and restore it afterwards.

    Args:
        target: The chip.
        restore_to: Status registers to restore instead of those found now, as recorded by an
            earlier run that was interrupted.

    If the block raises an error, the protection is restored if the chip still answers; the error is
    raised in any case.

    Raises:
        UnlockFailedError: It cannot be lifted.
    """
    if target.identity.protocol.in_flash:
        yield
        return
    protection = protection_of(target)
    found = read_status(target, protection)
    before = found if restore_to is None else restore_to
    if found & protection.mask:
        _change(target, protection, found & ~protection.mask)
    try:
        yield
    except BekenlabError:
        _put_back(target, protection, before)
        raise
    _change(target, protection, before)


def _put_back(target: Target, protection: Protection, value: int) -> None:
    """Best effort: the error that ended the block matters more than a failure here."""
    with suppress(BekenlabError):
        _change(target, protection, value)


def _change(target: Target, protection: Protection, wanted: int) -> None:
    now = read_status(target, protection)
    for attempt in range(_TRIES):
        if now & protection.mask == wanted & protection.mask:
            return
        # Some parts accept only one byte, so try both ways in turn.
        count = len(protection.read) if attempt % 2 == 0 else 1
        value = wanted.to_bytes(4, "little")[: min(count, 2)]
        with suppress(ChipRefusedError):  # what counts is what is read back
            target.session.ask(commands.write_status_register(_WRITE, value))
        target.session.transport.sleep(_SETTLE)
        now = read_status(target, protection)
    if now & protection.mask == wanted & protection.mask:
        return
    raise UnlockFailedError(
        f"the flash stays write protected: status {now:#06x}, mask {protection.mask:#06x}",
        hint="power-cycle the device and try again; a write-protect pin of the flash may be wired",
        status=now,
    )
