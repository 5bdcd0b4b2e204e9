"""Starts the process that reads files, and ends it when one of them takes too much."""

from __future__ import annotations

import contextlib
import os
import queue
import signal
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, Any

from bekenlab.corpus.needs import needed
from bekenlab.corpus.reading import READY, Content, Request, receive, send
from bekenlab.errors import UnsupportedError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bekenlab.corpus.items import Item
    from bekenlab.corpus.task import Task

_LOOKS_EVERY = 0.05
_STARTING = 120.0
# Booting leaves some memory behind, so a helper that has grown to this is replaced.
_ENOUGH = 208 << 20
_MIB = 1 << 20


@dataclass(frozen=True, slots=True)
class Answer:
    """What a file holds.

    Attributes:
        contents: Its contents.
        seconds: How long it took.
        memory: Largest memory of worker and helper together, in bytes.
    """

    contents: Sequence[Content]
    seconds: float
    memory: int


class LostError(Exception):
    """A file cost the process that read it.

    Attributes:
        code: ``"died"``, ``"too-slow"`` or ``"out-of-memory"``.
        message: The reason, as a sentence.
        seconds: How long it took.
    """

    def __init__(self, code: str, message: str, seconds: float) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.seconds = seconds


class Helper:
    """A process that reads one file after another; it is started anew when one has cost it.

    Attributes:
        task: What it reads files for.
    """

    def __init__(self, task: Task) -> None:
        self.task = task
        self._process: subprocess.Popen[bytes] | None = None
        self._answers: queue.SimpleQueue[Any] = queue.SimpleQueue()

    def read(self, item: Item, salt: bytes) -> Answer:
        """Read a file.

        Args:
            item: The file.
            salt: Salt of hashes.

        Raises:
            LostError: It took too long or too much memory, or the process died of it.
            UnsupportedError: The process cannot be started.
        """
        task = self.task
        process = self._started()
        request = Request(item, task.known, salt, task.boot, task.probe, task.seconds)
        began = time.monotonic()
        with contextlib.suppress(OSError):  # it is dead: that is noticed below
            send(_pipe(process.stdin), request)
        answer = self._wait(process, began)
        if answer is None:
            code = process.wait()
            self.end()
            raise LostError("died", _why(code), time.monotonic() - began)
        if _memory(needed("psutil").Process(process.pid)) > _ENOUGH:
            self.end()
        contents, seconds, memory = answer
        return Answer(contents, seconds, memory + _own_memory())

    def _wait(self, process: subprocess.Popen[bytes], began: float) -> Any:
        """The answer, or None when the process has ended."""
        watched = needed("psutil").Process(process.pid)
        limit = self.task.seconds
        while True:
            with contextlib.suppress(queue.Empty):
                return self._answers.get(timeout=_LOOKS_EVERY)
            took = time.monotonic() - began
            if took > limit:
                self.end()
                raise LostError("too-slow", f"It took longer than {limit:g} seconds.", took)
            used = _memory(watched)
            if used > self.task.memory:
                self.end()
                most = f"{self.task.memory // _MIB:,} MiB"
                raise LostError("out-of-memory", f"It took more memory than {most}.", took)

    def _started(self) -> subprocess.Popen[bytes]:
        if self._process is None:
            self._process = subprocess.Popen(  # noqa: S603  our own module
                [sys.executable, "-um", self.task.reader, str(os.getpid())],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                # Ctrl-C is for the client: a file must not be given up because of it.
                start_new_session=True,
            )
            self._answers = queue.SimpleQueue()
            arguments = (_pipe(self._process.stdout), self._answers)
            threading.Thread(target=_forward, args=arguments, daemon=True).start()
            self._await_start()
        return self._process

    def _await_start(self) -> None:
        try:
            said = self._answers.get(timeout=_STARTING)
        except queue.Empty:
            said = None
        if said != READY:
            self.end()
            raise UnsupportedError(
                "the process that reads files does not start on a worker",
                hint="see whether bekenlab runs there at all",
            )

    def end(self) -> None:
        """End the process at once."""
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.wait()
            with contextlib.suppress(OSError):
                _pipe(process.stdin).close()


def _forward(stream: IO[bytes], answers: queue.SimpleQueue[Any]) -> None:
    """Pass answers on; None is the last one."""
    with stream:
        while (answer := receive(stream)) is not None:
            answers.put(answer)
    answers.put(None)


def _pipe(stream: IO[bytes] | None) -> IO[bytes]:
    assert stream is not None  # noqa: S101  it was asked for
    return stream


def _why(code: int) -> str:
    if code < 0:
        with contextlib.suppress(ValueError):
            return f"The process that read it was ended by {signal.Signals(-code).name}."
    return f"The process that read it ended with status {code}."


def _memory(process: Any) -> int:
    try:
        return int(process.memory_info().rss)
    except needed("psutil").Error:
        return 0  # it has just ended


def _own_memory() -> int:
    return _memory(needed("psutil").Process())
