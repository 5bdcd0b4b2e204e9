"""What has to hold still when a plan is carried out, which may be long after it was made."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bekenlab.errors import RefusedError
from bekenlab.flashing.same_chip import is_same, own_sectors
from bekenlab.link.comparing import sector_crcs
from bekenlab.link.target import BLANK_SECTOR_CRC

if TYPE_CHECKING:
    from collections.abc import Callable

    from bekenlab.flashing.plan import FlashPlan
    from bekenlab.flashing.state import ChipState
    from bekenlab.link.target import Target


def raise_if_backup_is_gone(plan: FlashPlan) -> None:
    """Nothing is changed when what there is to go back to has been deleted or moved meanwhile.

    Raises:
        RefusedError: It has.
    """
    if plan.backup is not None and not plan.backup.is_file():
        raise RefusedError(
            f"nothing was written: the backup {plan.backup} is no longer there",
            hint="put it back, or start again: another one is looked for then",
            refusals=["no-backup"],
        )


def same_chip_guard(target: Target, plan: FlashPlan, state: ChipState) -> Callable[[], None]:
    """A check that the chip on the line is the one a plan was made for.

    Args:
        target: The chip.
        plan: The plan; what it writes is not looked at.
        state: What the chip held when it was planned.

    Returns:
        Raises RefusedError when another chip answers.
    """
    written = {sector.address for sector in (*plan.sectors, *plan.repairs)}
    lasting = {
        address: crc
        for address, crc in state.crcs.items()
        if crc != BLANK_SECTOR_CRC and address not in written
    }

    def is_it() -> bool:
        now = dict(sector_crcs(target, sorted(lasting)))
        return is_same(lasting, now, own_sectors(target.identity))

    def check() -> None:
        # Asked twice: noise may have changed an answer.
        if lasting and not is_it() and not is_it():
            raise RefusedError(
                "another chip answers than the one that was looked at; it is left alone",
                hint="put the first one back, or start again with this one",
                refusals=["wrong-chip"],
            )

    return check
