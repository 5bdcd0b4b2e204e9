"""Checks just before a plan is carried out, which may be long after it was made."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bekenlab.errors import RefusedError
from bekenlab.flashing.same_chip import calibration_sectors, is_same
from bekenlab.link.comparing import sector_crcs
from bekenlab.link.target import BLANK_SECTOR_CRC

if TYPE_CHECKING:
    from collections.abc import Callable

    from bekenlab.flashing.plan import FlashPlan
    from bekenlab.flashing.state import ChipState
    from bekenlab.link.target import Target


def raise_if_backup_is_gone(plan: FlashPlan) -> None:
    """Refuse to write when the backup the plan relies on has been deleted or moved.

    Raises:
        RefusedError: The backup no longer exists.
    """
    if plan.backup is not None and not plan.backup.is_file():
        raise RefusedError(
            f"nothing was written: the backup {plan.backup} no longer exists",
            hint="put it back, or start again to look for another one",
            refusals=["no-backup"],
        )


def same_chip_guard(target: Target, plan: FlashPlan, state: ChipState) -> Callable[[], None]:
    """A check that the connected chip is the one a plan was made for.

    Args:
        target: The chip.
        plan: The plan; sectors it writes are not compared.
        state: What the chip held when the plan was made.

    Returns:
        A function that raises RefusedError when another chip answers.
    """
    written = {sector.address for sector in (*plan.sectors, *plan.repairs)}
    lasting = {
        address: crc
        for address, crc in state.crcs.items()
        if crc != BLANK_SECTOR_CRC and address not in written
    }

    def is_same_chip() -> bool:
        now = dict(sector_crcs(target, lasting))
        return is_same(lasting, now, calibration_sectors(target.identity))

    def check() -> None:
        # Asked twice: noise may have changed an answer.
        if lasting and not is_same_chip() and not is_same_chip():
            raise RefusedError(
                "another chip answers than the one the plan was made for; it is left unchanged",
                hint="put the first one back, or start again with this one",
                refusals=["wrong-chip"],
            )

    return check
