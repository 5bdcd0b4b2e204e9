"""Links and identifies the chip on an open transport, and links it again when it is lost."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bekenlab import chips
from bekenlab.link.baud import DEFAULT_BAUD, LADDER, raise_baud
from bekenlab.link.errors import NoReplyError
from bekenlab.link.identity import identify
from bekenlab.link.linking import Linker, LinkProgress, Stage
from bekenlab.link.session.session import LINK_BAUD, Session
from bekenlab.link.target import Target

if TYPE_CHECKING:
    from collections.abc import Callable

    from bekenlab.link.transport import Transport

_RELINK_WAIT = 10.0


@dataclass(frozen=True, slots=True)
class Link:
    """A chip that answers.

    Attributes:
        target: The chip.
        stage: What made it answer.
        baud: The current baud rate.
    """

    target: Target
    stage: Stage
    baud: int


def connect(
    transport: Transport,
    *,
    baud: int = DEFAULT_BAUD,
    wait: float = 30.0,
    watch: Callable[[LinkProgress], None] = lambda _state: None,
) -> Link:
    """Link, raise the baud rate as far as it works, and identify the chip.

    Args:
        transport: An open transport.
        baud: Highest rate to use.
        wait: Seconds a person is given to reset the chip by hand.
        watch: Called with the progress of linking.

    Raises:
        NoLinkError: The chip did not answer.
        NoReplyError: The chip answered and was lost again.
        LineLostError: The port is gone.
    """
    chips.bootloaders()  # loaded now: a freshly linked chip must not wait for it
    session = Session(transport)
    # A chip may have been left at the rate of an earlier run.
    rates = tuple(rate for rate in LADDER if LINK_BAUD < rate <= baud)

    def link(wait: float, wanted: int) -> Stage:
        stage = Linker(session, watch=watch, wait=wait, rates=rates[::-1]).link()
        try:
            raise_baud(session, wanted)
        except NoReplyError:
            if wanted == LINK_BAUD:
                raise
            # Lost between two rates: link once more, and stay where linking works.
            return link(wait, LINK_BAUD)
        return stage

    def again() -> None:
        # The chip was reset meanwhile, or the two ends are at different rates.
        link(min(wait, _RELINK_WAIT), baud)

    stage = link(wait, baud)
    session.state.relink_with(again)
    return Link(Target(session, identify(session)), stage, session.baud)
