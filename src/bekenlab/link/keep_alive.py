"""Keeps a loader in download mode while its host is busy with something else.

A loader in flash gives up on a silent host (a BK7231T's after 0.1 s, seen with the genuine loader
in the virtual chip) and starts the firmware, which may write to flash; getting the loader back then
takes a reset. So link checks are sent whenever no other request is under way: while a plan is made,
a file is written, or a person reads.
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
def keep_alive(target: Target) -> Iterator[None]:
    """Keep a chip's loader alive within a ``with`` block, until it is rebooted.

    Does nothing for a ROM, which waits forever, nor on a transport known to be in virtual time.
    While a pipeline has requests in flight, they alone keep the loader alive.
    """
    if target.session.state.policy.waits or isinstance(target.session.transport, HasLog):
        yield
        return
    over = threading.Event()
    thread = threading.Thread(target=_keep, args=(target, over), name="keep-alive", daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def _keep(target: Target, over: threading.Event) -> None:
    """Send link checks until ``over`` or the transport fails; the next request reports that."""
    session = target.session
    while not over.wait(_LOOK_EVERY):
        if not session.lock.acquire(blocking=False):
            continue  # a request is under way
        try:
            silent = session.quiet_for > session.state.policy.longest_silence
            if silent and session.state.allows_keep_alive:
                # The answer does not matter: a person may be moving a wire.
                session.is_linked(_ANSWER)
        except BekenlabError as error:
            session.state.fail(error)
            return
        finally:
            session.lock.release()
