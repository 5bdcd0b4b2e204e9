"""The line's rate: raised step by step, checked at each, lowered again where it does not hold."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bekenlab.errors import Action
from bekenlab.link import commands
from bekenlab.link.errors import BaudRefusedError, NoReplyError
from bekenlab.link.session.session import LINK_BAUD

if TYPE_CHECKING:
    from bekenlab.link.session.session import Session

DEFAULT_BAUD = 921_600
# What adapters and the chip's divider of 26 MHz both come close enough to.
LADDER = (LINK_BAUD, 230_400, 460_800, 921_600, 1_500_000, 2_000_000)
_FIRST_STEP = 460_800
_DELAY_MS = 20
_CHECKS = 8


def raise_baud(session: Session, wanted: int) -> int:
    """Go up to ``wanted`` baud as far as the line holds; return the rate reached.

    A rate holds when the chip confirms it and answers a row of link checks without a fault.

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
    """Go one step down because the line makes mistakes; False at the lowest rate."""
    lower = [step for step in LADDER if step < session.baud]
    return bool(lower) and change_baud(session, lower[-1])


def change_baud(session: Session, baud: int) -> bool:
    """Change both ends to another rate and check it; on failure both stay at the old one.

    Raises:
        NoReplyError: The chip was lost and could not be linked again.
    """
    with session.turn:
        return baud == session.baud or _change(session, baud)


def _change(session: Session, baud: int) -> bool:
    old = session.baud
    request = commands.set_baud(baud, _DELAY_MS)
    session.send(request)
    try:
        session.set_baud(baud)
    except BaudRefusedError:
        # The chip changes in any case; it is found again at the old rate after a reset only.
        _find(session, (old,))
        return False
    if session.confirms(request) and all(session.is_linked() for _ in range(_CHECKS)):
        return True
    _retreat(session, baud, old)
    return False


def _retreat(session: Session, baud: int, old: int) -> None:
    """Bring both ends back to ``old``, whichever of the two rates the chip is at."""
    session.set_baud(old)
    session.drain()
    if any(session.is_linked() for _ in range(3)):
        return
    # The chip did change, but the line does not hold that rate well: ask it back.
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
