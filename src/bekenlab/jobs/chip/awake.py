"""Keep a boot loader waiting while a person reads, or while something else is worked out.

A loader in flash gives up a silent host after about a second and starts the firmware (seen in the
virtual chip, with the genuine loader of a BK7231T). That one may write to flash meanwhile, and to
get the loader back the chip has to be reset by hand.
"""

from __future__ import annotations

import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

from bekenlab.errors import BekenlabError
from bekenlab.link.commands import link_check
from bekenlab.link.identity import LoaderKind
from bekenlab.link.transport import HasLog

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bekenlab.link.target import Target

_EVERY = 0.3  # seconds


@contextmanager
def awake(target: Target) -> Iterator[None]:
    """Ask the loader again and again whether it is there; nobody else may use the line meanwhile.

    Not needed for a ROM, which waits for ever, nor on a line in virtual time, where none passes.
    """
    if target.identity.kind is LoaderKind.ROM or isinstance(target.session.transport, HasLog):
        yield
        return
    over = threading.Event()

    def ask() -> None:
        while not over.wait(_EVERY):
            try:
                target.session.try_once(link_check())
            except BekenlabError:
                return  # the next request that matters finds out, and says so

    thread = threading.Thread(target=ask, name="awake", daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
