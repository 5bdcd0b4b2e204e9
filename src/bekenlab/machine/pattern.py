"""Searches for a user's regular expression in bounded time.

Python's expressions go back and try again, which may take longer than the universe exists, and
nothing in the same process can stop them. So an expression that may do that is searched for by a
process of its own, which is ended when it takes too long.
"""

from __future__ import annotations

import inspect
import os
import queue
import re
import subprocess
import sys
import threading
import time
import warnings
from contextlib import suppress

from bekenlab import stopping
from bekenlab.errors import UsageError

MOST_CHARACTERS = 1000
_QUANTIFIERS = re.compile(r"[*+?{]")
_BACK_REFERENCE = re.compile(r"\\\d")
_STEP = 0.1
_PATIENCE = 1.0
_START_SECONDS = 10.0
SEARCHES = "BEKENLAB_SEARCHES"
"""Variable of the environment that makes the program without Python call :func:`serve`."""


def serve() -> None:
    """What the other process does; it imports nothing of ours, since it has to start quickly."""
    import re
    import signal
    import sys

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        import resource

        resource.setrlimit(resource.RLIMIT_CPU, (120, 120))  # should nobody be left to end it
    except ImportError:  # Windows
        pass
    take, give = sys.stdin.buffer, sys.stdout.buffer

    def piece() -> bytes:
        size = take.read(4)
        return take.read(int.from_bytes(size, "big")) if len(size) == 4 else sys.exit()

    wanted = re.compile(piece())
    give.write(bytes(5))
    give.flush()
    while True:
        found = wanted.search(piece())
        text = found.group(0) if found else b""
        give.write(bytes([found is not None]) + len(text).to_bytes(4, "big") + text)
        give.flush()


def _command() -> tuple[list[str], dict[str, str] | None]:
    """How to start it: command, and environment if it is not ours."""
    if getattr(sys, "frozen", False):
        return [sys.executable], {**os.environ, SEARCHES: "1"}
    return [sys.executable, "-ISc", f"{inspect.getsource(serve)}\nserve()"], None


def compiled(text: str) -> re.Pattern[bytes]:
    """A user's expression for text in bytes.

    Raises:
        UsageError: It is empty or too long, or not a regular expression.
    """
    shown = text if len(text) <= 60 else f"{text[:60]}..."
    if not text:
        raise UsageError(
            "an empty pattern matches everything", hint="give a text that the log is to contain"
        )
    if len(text) > MOST_CHARACTERS:
        raise UsageError(
            f"the pattern has {len(text):,} characters, more than {MOST_CHARACTERS:,}",
            hint="a part of the line is enough",
        )
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return re.compile(text.encode())
    except (re.error, ValueError, OverflowError, RecursionError) as error:
        raise UsageError(f"{shown!r} is not a regular expression: {error}") from error


def is_harmless(text: str) -> bool:
    """Whether a search takes at most the square of the length: there is nothing to try again.

    It errs on the other side: an expression with two repetitions counts as dangerous.
    """
    repeated = len(_QUANTIFIERS.findall(text))
    return not repeated or (repeated == 1 and "|" not in text and not _BACK_REFERENCE.search(text))


class BoundedSearch:
    """Searches one text after the other.

    Args:
        pattern: A user's expression as text, or one that is trusted.

    Raises:
        UsageError: The text is not an expression that can be searched for.
    """

    def __init__(self, pattern: str | re.Pattern[bytes]) -> None:
        self._pattern = compiled(pattern) if isinstance(pattern, str) else pattern
        self._text = pattern if isinstance(pattern, str) else ""
        self._helper: _Helper | None = None
        self._apart = not is_harmless(self._text) and bool(sys.executable)
        if self._text and self.search(b"", _PATIENCE) is not None:
            self.close()
            raise UsageError(
                f"{self._text[:60]!r} matches an empty text, so it says nothing about the log",
                hint="give a text that the log is to contain",
            )

    def search(self, text: bytes, seconds: float) -> bytes | None:
        """What matched, or None.

        Raises:
            UsageError: That was not known after so many seconds.
        """
        if self._apart and self._helper is None:
            try:
                self._helper = _Helper(self._pattern.pattern)
            except OSError:  # no more processes
                self._apart = False
        if self._helper is None:
            found = self._pattern.search(text)
            return found.group(0) if found else None
        try:
            return self._helper.search(text, seconds)
        except TimeoutError:
            self.close()
            raise UsageError(
                f"the search for {self._text[:60]!r} was given up: after {seconds:.2g} s it was "
                f"not known whether {len(text):,} characters of log match",
                hint="repetitions within repetitions, such as (a+)+, take for ever; use fewer",
            ) from None
        except OSError as error:
            self.close()
            raise UsageError(f"{self._text[:60]!r} cannot be searched for: {error}") from error

    def close(self) -> None:
        """End the other process."""
        if self._helper is not None:
            self._helper.end()
            self._helper = None


class _Helper:
    """A process that searches for one expression."""

    def __init__(self, pattern: bytes) -> None:
        command, environment = _command()
        self._process = subprocess.Popen(  # noqa: S603  nothing of the pattern is in the command
            command,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        if self._process.stdin is None or self._process.stdout is None:
            raise OSError("no pipes")
        self._to, self._from = self._process.stdin, self._process.stdout
        self._answers: queue.Queue[tuple[bool, bytes] | None] = queue.Queue()
        self._listener = threading.Thread(target=self._listen, daemon=True)
        self._listener.start()
        try:
            self._ask(pattern, _START_SECONDS)
        except BaseException:
            self.end()
            raise

    def search(self, text: bytes, seconds: float) -> bytes | None:
        found, text = self._ask(text, seconds)
        return text if found else None

    def _ask(self, text: bytes, seconds: float) -> tuple[bool, bytes]:
        self._to.write(len(text).to_bytes(4, "big") + text)
        self._to.flush()
        end = time.monotonic() + seconds
        while True:
            stopping.check()
            left = end - time.monotonic()
            try:
                answer = self._answers.get(timeout=max(0.0, min(_STEP, left)))
            except queue.Empty:
                if left <= 0:
                    raise TimeoutError from None
                continue
            if answer is None:
                raise OSError("the searching process ended")
            return answer

    def _listen(self) -> None:
        while len(head := self._from.read(5)) == 5:
            self._answers.put((bool(head[0]), self._from.read(int.from_bytes(head[1:], "big"))))
        self._answers.put(None)

    def end(self) -> None:
        self._process.kill()
        self._process.wait()
        self._listener.join()
        self._from.close()
        with suppress(OSError):  # what was not read
            self._to.close()
