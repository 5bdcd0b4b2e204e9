"""The baud rate: raised in steps, each of them checked, and lowered again where it fails."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bekenlab.errors import Action
from bekenlab.link import commands
from bekenlab.link.errors import BaudRefusedError, NoReplyError
from bekenlab.link.session.session import LINK_BAUD

if TYPE_CHECKING:
    from bekenlab.link.session.session import Session

DEFAULT_BAUD = 921_600
# Rates that adapters and the chip's 26 MHz divider both approximate well enough.
LADDER = (LINK_BAUD, 230_400, 460_800, 921_600, 1_500_000, 2_000_000)
_FIRST_STEP = 460_800
_DELAY_MS = 20
_CHECKS = 8


def raise_baud(session: Session, wanted: int) -> int:
    """Raise the rate towards ``wanted`` baud as far as it works; return the rate reached.

    A rate works when the chip confirms it and then answers every one of a series of link checks.

    Raises:
        NoReplyError: The chip was lost between two rates and could not be linked again.
    """
    reached = session.baud
    for step in _steps(reached, wanted):
        if not change_baud(session, step):
            return session.baud
        reached = step
    return reached


def lower_baud(session: Session) -> bool:
    """Lower the rate by one step after transmission errors; False at the lowest rate."""
    lower = [step for step in LADDER if step < session.baud]
    return bool(lower) and change_baud(session, lower[-1])


def change_baud(session: Session, baud: int) -> bool:
    """Change both ends to another rate and check it; on failure both return to the old one.

    Raises:
        NoReplyError: The chip was lost and could not be linked again.
    """
    with session.lock:
        return baud == session.baud or _change(session, baud)


def _change(session: Session, baud: int) -> bool:
    old = session.baud
    request = commands.set_baud(baud, _DELAY_MS)
    session.send(request)
    try:
        session.set_baud(baud)
    except BaudRefusedError:
        # The chip changes all the same; only a reset brings it back to the old rate.
        _find(session, (old,))
        return False
    if session.confirms(request) and all(session.is_linked() for _ in range(_CHECKS)):
        return True
    _retreat(session, baud, old)
    return False


def _retreat(session: Session, baud: int, old: int) -> None:
    """Return both ends to ``old``, whichever of the two rates the chip is at."""
    session.set_baud(old)
    session.drain()
    if any(session.is_linked() for _ in range(3)):
        return
    # The chip did change, but that rate is unreliable: ask the chip to change back.
    session.set_baud(baud)
    session.send(commands.set_baud(old, _DELAY_MS))
    session.set_baud(old)
    _find(session, (old, baud))


def _find(session: Session, rates: tuple[int, ...]) -> None:
    for rate in rates:
        session.set_baud(rate)
        session.drain()
        if any(session.is_linked() for _ in range(3)):
            return
    session.state.find_again(
        NoReplyError(
            "the chip was lost while the baud rate was changed",
            hint="power-cycle it and try again",
            action=Action("slower-baud", baud=115_200),
        )
    )


def _steps(now: int, wanted: int) -> list[int]:
    between = [s for s in LADDER if max(now, _FIRST_STEP - 1) < s < wanted]
    return [*between, wanted] if wanted != now else []
