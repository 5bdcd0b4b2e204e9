"""The process that reads files for a worker, and how the two talk.

It gets one request after another at standard input and answers each at standard output: a length of
four bytes, and a pickled object. Only the worker that started it is at the other end.
"""

from __future__ import annotations

import faulthandler
import os
import pickle
import struct
import sys
import threading
import time
from dataclasses import dataclass, field
from typing import IO, TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bekenlab.corpus.items import Item

READY = "ready"
"""The first thing that is sent: what is loaded before is not the first file's fault."""

_LENGTH = struct.Struct("<I")
_GRACE = 30.0
_LOOKS_EVERY = 1.0


@dataclass(frozen=True, slots=True)
class Request:
    """A file to read.

    Attributes:
        item: The file.
        known: File with the contents that need not be read again.
        salt: Salt of hashes.
        boot: When a dump is booted.
        probe: When it is probed.
        seconds: Most that it may take.
    """

    item: Item
    known: str
    salt: bytes = field(repr=False)
    boot: str
    probe: str
    seconds: float


@dataclass(frozen=True, slots=True)
class Content:
    """One content in a file.

    Attributes:
        file: What the row of ``files`` says: member, status, error.
        dump: Its name in the tables, or None if there is nothing to say about it.
        rows: (table, row); None for a content that is known already.
    """

    file: dict[str, Any]
    dump: str | None = None
    rows: list[tuple[str, dict[str, Any]]] | None = None


class Reader(Protocol):
    """Reads one file."""

    def __call__(self, request: Request, /) -> Sequence[Content]:
        """The contents of a file; never raises because of what is in it."""
        ...


def serve(read: Reader, worker: int) -> None:
    """Answer requests until there are no more, or the worker is gone.

    Args:
        read: Reads a file.
        worker: Process id of the worker.
    """
    # What a library prints must not come between the answers.
    with os.fdopen(os.dup(sys.stdout.fileno()), "wb") as answers:
        os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
        threading.Thread(target=_end_with, args=(worker,), daemon=True).start()
        send(answers, READY)
        while (request := receive(sys.stdin.buffer)) is not None:
            # Ends the process even while the interpreter is held by code that never comes back.
            faulthandler.dump_traceback_later(request.seconds + _GRACE, exit=True)
            began = time.perf_counter()
            contents = list(read(request))
            send(answers, (contents, time.perf_counter() - began, _most_memory()))
            faulthandler.cancel_dump_traceback_later()


def send(stream: IO[bytes], value: object) -> None:
    """Write one object."""
    content = pickle.dumps(value)
    stream.write(_LENGTH.pack(len(content)) + content)
    stream.flush()


def receive(stream: IO[bytes]) -> Any:
    """Read one object; None at the end, be it in the middle of one."""
    head = stream.read(_LENGTH.size)
    if len(head) < _LENGTH.size:
        return None
    (length,) = _LENGTH.unpack(head)
    content = stream.read(length)
    return pickle.loads(content) if len(content) == length else None  # noqa: S301  our own process


def _end_with(worker: int) -> None:
    """End when the worker has: what it waits for would never be fetched."""
    # On Windows, Python in a virtual environment has a parent in between.
    while os.getppid() == worker or os.name == "nt":
        time.sleep(_LOOKS_EVERY)
    os._exit(1)


def _most_memory() -> int:
    """Largest memory of this process so far in bytes; 0 if the system does not tell."""
    try:
        import resource
    except ImportError:
        return 0
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit
