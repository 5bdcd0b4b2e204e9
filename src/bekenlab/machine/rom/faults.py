"""Faults that a ROM chip can simulate.

Requests other than LinkCheck are counted from 1 since the chip was first powered; so are erases,
changes of rate, and flash operations (an erase of one block, or one write). Resets do not restart
the count, so a fault at a number occurs once.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from bekenlab.machine.fault_spec import unknown
from bekenlab.machine.rom.frames import Code, Status

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bekenlab.machine.fault_spec import Term
    from bekenlab.machine.rom.frames import Request

CHIP_FAULTS = (
    "refuse-erase",
    "stuck-protection",
    "ignore-baud",
    "reset",
    "power-cut",
    "silence",
    "slow",
    "deaf",
    "flash-id",
)
"""Names of the faults, as :func:`chip_faults` reads them."""

_NONE: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class ChipFaults:
    """Faults of a chip, and when they occur.

    Attributes:
        refuse_erase: Erases that are not carried out and answered with ``refuse_status``.
        refuse_status: ``FLASH_TIMEOUT`` by default.
        stuck_protection: Protection bits cannot be changed, though writing them is acknowledged.
        ignore_baud: Changes of rate that are answered at the old rate, which stays.
        reset: Requests during which the chip restarts: in the middle of the work if that takes
            long, otherwise in the middle of the reply.
        power_cut: Flash operations in the middle of which power is lost: half of the block is
            erased, or half of the data written. The chip is dead until ``reset``.
        silence: Pairs of the first request that is ignored and the number of ignored requests,
            which includes LinkChecks once silence has begun.
        slow: Factor by which all work takes longer.
        deaf: What arrives while the chip works on a request is lost; there is no FIFO.
        flash_id: Id reported by the flash part, maker in bits 7:0; None for the true one.
    """

    refuse_erase: frozenset[int] = _NONE
    refuse_status: int = Status.FLASH_TIMEOUT
    stuck_protection: bool = False
    ignore_baud: frozenset[int] = _NONE
    reset: frozenset[int] = _NONE
    power_cut: frozenset[int] = _NONE
    silence: tuple[tuple[int, int], ...] = ()
    slow: float = 1.0
    deaf: bool = False
    flash_id: int | None = None


def chip_faults(terms: Iterable[Term]) -> ChipFaults:
    """Make faults from parsed terms.

    Terms: ``refuse-erase@3``, ``refuse-erase@3:4=9`` (status), ``stuck-protection``,
    ``ignore-baud@1``, ``reset@7``, ``power-cut@5``, ``silence@7:4``, ``slow=3.5``, ``deaf``,
    ``flash-id=0x0``.

    Raises:
        UsageError: Unknown fault, or its value is not a number.
    """
    places: dict[str, set[int]] = defaultdict(set)
    silence: list[tuple[int, int]] = []
    values: dict[str, float] = {}
    for term in terms:
        if term.name not in CHIP_FAULTS:
            raise unknown(term.name, CHIP_FAULTS)
        places[term.name].update(term.places)
        values[term.name] = term.number(_USUAL.get(term.name, 0))
        if term.name == "silence":
            silence.append((term.at, term.count))
    return ChipFaults(
        refuse_erase=frozenset(places["refuse-erase"]),
        refuse_status=int(values.get("refuse-erase", Status.FLASH_TIMEOUT)) & 0xFF,
        stuck_protection="stuck-protection" in values,
        ignore_baud=frozenset(places["ignore-baud"]),
        reset=frozenset(places["reset"]),
        power_cut=frozenset(places["power-cut"]),
        silence=tuple(silence),
        slow=values.get("slow", 1.0),
        deaf="deaf" in values,
        flash_id=int(values["flash-id"]) & 0xFFFFFF if "flash-id" in values else None,
    )


_USUAL = {"refuse-erase": float(Status.FLASH_TIMEOUT), "slow": 3.0}


class Fate(Enum):
    """What happens to a request."""

    DONE = "done"
    IGNORED = "ignored"
    RESET = "reset"


class FaultCounter:
    """Counts requests and operations, and decides when a fault occurs.

    Args:
        faults: The faults.
    """

    def __init__(self, faults: ChipFaults) -> None:
        self._faults = faults
        self._requests = 0
        self._ignore = 0
        self._bauds = 0
        self._erases = 0
        self._operations = 0

    def request(self, request: Request) -> Fate:
        """Count a request; return what happens to it."""
        if self._ignore:
            self._ignore -= 1
            return Fate.IGNORED
        if not request.long and request.code == Code.LINK_CHECK:
            return Fate.DONE
        self._requests += 1
        for first, count in self._faults.silence:
            if first == self._requests:
                self._ignore = count - 1
                return Fate.IGNORED
        return Fate.RESET if self._requests in self._faults.reset else Fate.DONE

    def change_of_baud(self) -> bool:
        """Count a change of rate; return whether it works."""
        self._bauds += 1
        return self._bauds not in self._faults.ignore_baud

    def erase(self) -> int:
        """Count an erase; return the status it is refused with, or 0."""
        self._erases += 1
        return self._faults.refuse_status if self._erases in self._faults.refuse_erase else 0

    def operation(self) -> bool:
        """Count a flash operation; return whether power lasts until its end."""
        self._operations += 1
        return self._operations not in self._faults.power_cut
