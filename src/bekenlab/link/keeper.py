"""Keeps a loader waiting while its host is busy with something else.

A loader in flash gives up a silent host soon (a BK7231T's after 0.1 s, seen with the genuine loader
in the virtual chip) and restarts into the firmware. That may write to flash meanwhile, and to get
the loader back somebody has to reset the chip. So whenever nobody else speaks, it is asked whether
it is there: while a plan is made, a file is written, or a person reads.
"""

from __future__ import annotations

import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

from bekenlab.errors import BekenlabError
from bekenlab.link.transport import HasLog

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bekenlab.link.target import Target

_LOOK_EVERY = 0.01
_ANSWER = 0.02


@contextmanager
def kept(target: Target) -> Iterator[None]:
    """Keep the loader of a chip awake within a ``with`` block, until it is told to reboot.

    Not needed for a ROM, which waits for ever, nor on a transport known to be in virtual time.
    While requests of a pipeline are under way they keep it awake, or else nobody does.
    """
    if target.session.state.policy.waits or isinstance(target.session.transport, HasLog):
        yield
        return
    over = threading.Event()
    thread = threading.Thread(target=_keep, args=(target, over), name="keeper", daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def _keep(target: Target, over: threading.Event) -> None:
    """Ask, until it is over or the transport fails; then the next request says so."""
    session = target.session
    while not over.wait(_LOOK_EVERY):
        if not session.turn.acquire(blocking=False):
            continue  # somebody speaks
        try:
            silent = session.quiet_for > session.state.policy.longest_silence
            if silent and session.state.may_be_disturbed:
                # Whether it is answered does not matter: somebody may be moving the wire.
                session.is_linked(_ANSWER)
        except BekenlabError as error:
            session.state.fail(error)
            return
        finally:
            session.turn.release()
