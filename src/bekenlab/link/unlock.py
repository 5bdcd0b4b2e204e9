"""Write protection of the flash: lifted while something is written, put back afterwards.

ROM chips leave it to us: which bits of which status registers protect, and how they are written,
depends on the flash part. Boot loaders in flash lift it themselves.
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
# For parts that are not in the table: BP0..BP4 and CMP, where nearly all parts have them.
_USUAL_MASK = 0x407C
_USUAL_READ = (0x05, 0x35)


@dataclass(frozen=True, slots=True)
class Protection:
    """How a flash part is protected.

    Attributes:
        mask: Status bits that must be 0 for the flash to be writable.
        read: Opcodes that read the registers, lowest first; bits add up in that order.
    """

    mask: int
    read: tuple[int, ...]


def protection_of(target: Target) -> Protection:
    """The table's row, or what is usual."""
    part = target.identity.flash_part
    if part is None:
        return Protection(_USUAL_MASK, _USUAL_READ)
    # A mask that reaches into the second register needs it read, whatever the row counts.
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
    """Lift the write protection within a ``with`` block, and put it back as it was.

    Args:
        target: The chip.
        restore_to: Status registers to put back instead of those found now; they were noted before
            an earlier run was cut off.

    If the block ends with an error of the line, the protection is put back when the chip still
    answers; otherwise the error counts.

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
    """As well as possible: the error that brought us here matters more than a failure now."""
    with suppress(BekenlabError):
        _change(target, protection, value)


def _change(target: Target, protection: Protection, wanted: int) -> None:
    now = read_status(target, protection)
    for attempt in range(_TRIES):
        if now & protection.mask == wanted & protection.mask:
            return
        # Some parts take one byte only, so a failure is followed by the other way.
        count = len(protection.read) if attempt % 2 == 0 else 1
        value = wanted.to_bytes(4, "little")[: min(count, 2)]
        with suppress(ChipRefusedError):  # judged by what can be read
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
